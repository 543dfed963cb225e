"""Second factors as people have them: an authenticator app, and a passkey without a browser."""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from webauthn.helpers import bytes_to_base64url as b64

from tests.client import Person
from tests.conftest import PASSWORD
from webapp.accounts.models import Session
from webapp.audit.models import AuditEntry
from webapp.common import clock

KEY = re.compile(r'id="factor-key"[^>]*>([A-Z2-7 ]+)<')
RECOVERY = re.compile(r"<code[^>]*>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</code>")
HERE = "http://localhost"


def turn_on(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """Set two-factor sign-in up as a person does; gives their app and the recovery codes."""
    person.post("/account/second-factor/begin")
    found = KEY.search(person.get("/account/second-factor").text)
    assert found
    app = pyotp.TOTP(found[1].replace(" ", ""))
    reply = person.post("/account/second-factor", code=now(app))
    assert reply.status_code == 200, reply.text
    return app, RECOVERY.findall(reply.text)


def now(app: pyotp.TOTP, steps: int = 0) -> str:
    """The code of now, or of so many half minutes later."""
    return app.at(clock.now(), counter_offset=steps)


def give_password(person: Person, email: str = "ada@example.com", **more: Any) -> Any:
    return person.post("/sign-in", email=email, password=PASSWORD, **more)


def acts(since: int = 0) -> list[str]:
    """What the audit log has from there on."""
    return [row.action for row in AuditEntry.select().order_by(AuditEntry.id)][since:]


def half_way(app: Flask, **environ: Any) -> Person:
    """A browser in which the password was right."""
    person = Person(app, **environ)
    reply = give_password(person)
    assert reply.location.startswith("/sign-in/code"), reply.text
    return person


@dataclass
class Authenticator:
    """A passkey as a phone keeps it, with the faults a test gives it."""

    rp_id: str = "localhost"
    origin: str = HERE
    verified: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: hashlib.sha256(str(clock.now()).encode()).digest())
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: str = ""

    def client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def head(self, flags: int) -> bytes:
        flags |= 1 | (4 if self.verified else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def make(self, options: dict[str, Any]) -> str:
        """The answer to navigator.credentials.create, as the page sends it."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        public = cbor2.dumps({1: 2, 3: -7, -1: 1} | point)
        data = self.head(0x40) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        told = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self.client_data("webauthn.create", options["challenge"])
        return self.answer(clientDataJSON=b64(client), attestationObject=b64(told))

    def sign(self, options: dict[str, Any]) -> str:
        """The answer to navigator.credentials.get, as the page sends it."""
        self.count += 1
        client, data = self.client_data("webauthn.get", options["challenge"]), self.head(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self.answer(
            clientDataJSON=b64(client),
            authenticatorData=b64(data),
            signature=b64(signature),
            userHandle=self.handle,
        )

    def answer(self, **response: str) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})


def add_passkey(person: Person, key: Authenticator | None = None, name: str = "Phone") -> Authenticator:
    key = key or Authenticator()
    reply = person.post("/account/passkeys", name=name, credential=key.make(options_to_add(person)))
    assert reply.status_code == 303, unescape(reply.text)
    return key


def options_to_add(person: Person) -> dict[str, Any]:
    return dict(person.post("/account/passkeys/options").json)


def options_to_sign_in(person: Person) -> dict[str, Any]:
    return dict(person.post("/sign-in/passkey/options").json)


def enter_by_passkey(person: Person, key: Authenticator, **more: Any) -> Any:
    return person.post("/sign-in/passkey", credential=key.sign(options_to_sign_in(person)), **more)


def refused(app: Flask, enter: Callable[..., Any], *args: Any) -> None:
    """Hold that this way of entering lets nobody in, and says so."""
    before, person = Session.select().count(), Person(app)
    reply = enter(person, *args)
    assert reply.status_code == 422 and "This passkey is not known here" in reply.text and 'role="alert"' in reply.text
    assert Session.select().count() == before and person.get("/").status_code == 303
