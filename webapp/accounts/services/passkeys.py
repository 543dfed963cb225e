"""Passkeys (WebAuthn level 3): signing in by what unlocks the phone, in place of password and code (R7)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from peewee import IntegrityError
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from webapp.accounts.models import Passkey, PasskeyChallenge, factor
from webapp.accounts.principal import Principal
from webapp.accounts.services import sessions, throttle
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token
from webapp.db import one_at_a_time, transaction

CHALLENGE_LASTS = timedelta(minutes=5)
CHALLENGES = 300  # of one network in the window of throttle: each is a row
MOST = 20  # of one person
CREDENTIAL_ID = re.compile("[A-Za-z0-9_-]{1,1400}")  # base64url; what is none, no database is asked for


class Unproven(Exception):
    """What the browser sent proves nothing: a wrong place, an old challenge, a key that is not known."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are good for: `origin` as browsers write it, `rp_id` its name alone."""

    origin: str
    rp_id: str

    @classmethod
    def of(cls, url: str) -> Place:
        parts = urlsplit(url)
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        name = (parts.hostname or "").rstrip(".")
        host = f"[{name}]" if ":" in name else name
        port = f":{parts.port}" if parts.port and parts.port != usual else ""
        return cls(f"{parts.scheme}://{host}{port}", name)

    def obstacle(self, seen: Place) -> str:
        """Why a browser that sees the app at `seen` offers none here: "name", "plain" or "number"; "" when it does.

        WebAuthn wants HTTPS or the machine itself, and a name: an IP address is none.
        """
        if seen.origin.partition("://")[2] != self.origin.partition("://")[2]:
            return "name"
        if self.rp_id.replace(".", "").isdigit() or ":" in self.rp_id:
            return "number"
        local = self.rp_id == "localhost" or self.rp_id.endswith(".localhost")
        return "" if self.origin.startswith("https:") or local else "plain"


def of(by: Principal) -> list[Passkey]:
    return Passkey.of(by.id)


def options_to_add(by: Principal, place: Place) -> str:
    """What navigator.credentials.create wants, as JSON."""
    known = [PublicKeyCredentialDescriptor(base64url_to_bytes(key.credential_id)) for key in Passkey.of(by.id)]
    options = generate_registration_options(
        rp_id=place.rp_id,
        rp_name="Sitehand",
        user_id=handle(by.id),
        user_name=by.email or by.name,
        user_display_name=by.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=known,
    )
    keep(options.challenge, by.id, by.address)
    return options_to_json(options)


def options_to_sign_in(place: Place, address: str) -> tuple[str, str]:
    """(What navigator.credentials.get wants, as JSON; its challenge, for this browser's cookie). Raises TooMany."""
    options = generate_authentication_options(rp_id=place.rp_id, user_verification=UserVerificationRequirement.REQUIRED)
    keep(options.challenge, None, address)
    return options_to_json(options), bytes_to_base64url(options.challenge)


def handle(account_id: int) -> bytes:
    """By which a passkey tells its person: one of the same app and person replaces the one before it."""
    return f"account {account_id}".encode()


def keep(challenge: bytes, account_id: int | None, address: str) -> None:
    """Keep a challenge until it is signed or five minutes are over. Raises TooMany."""
    throttle.count({f"address:passkey:{throttle.network(address)}": CHALLENGES})
    now = clock.now()
    PasskeyChallenge.forget(now)
    PasskeyChallenge.create(account=account_id, challenge_hash=hash_of(challenge), expires_at=now + CHALLENGE_LASTS)


def hash_of(challenge: bytes) -> str:
    return hash_token(bytes_to_base64url(challenge))


def take_challenge(credential: Any, account_id: int | None) -> bytes:
    """The challenge that was signed, which is used up by this. Raises Unproven."""
    try:
        told = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(told["challenge"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unproven from error
    if not PasskeyChallenge.take(account_id, hash_of(challenge), clock.now()):
        raise Unproven
    return challenge


def read(text: str) -> dict[str, Any]:
    """What the browser sent. Raises Unproven."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unproven from error
    if not isinstance(found, dict):
        raise Unproven
    return found


def add(by: Principal, place: Place, text: str, name: str) -> Passkey:
    """Keep the passkey that the browser has made. Raises Unproven; Refused when it is one too many or known."""
    credential = read(text)
    challenge = take_challenge(credential, by.id)
    if len(Passkey.of(by.id)) >= MOST:
        raise Refused(_("You have %(n)s passkeys, which is the most. Remove one first.", n=MOST))
    try:
        proof = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception as error:  # hostile text may stumble anywhere in the package
        raise Unproven from error
    try:
        with transaction():
            made = Passkey.create(
                account=by.id,
                name=name,
                credential_id=bytes_to_base64url(proof.credential_id),
                public_key=proof.credential_public_key,
                sign_count=proof.sign_count,
                made_at=clock.now(),
            )
            audit.record(by, "passkey.added", made)
    except IntegrityError as error:
        raise Refused(_("This passkey is in use already.")) from error
    return made


def sign_in(place: Place, text: str, expected: str, address: str, agent: str) -> str:
    """A session's token for what a passkey has signed; `expected` is the challenge of this browser. Raises Unproven."""
    credential = read(text)
    challenge = take_challenge(credential, None)
    if bytes_to_base64url(challenge) != expected:
        raise Unproven
    key = find(credential)
    count = prove(place, credential, challenge, key)
    with transaction():
        if not Passkey.count_use(key.id, key.sign_count, count, clock.now()):
            raise Unproven
        token = sessions.begin(key.account, address, agent, "passkey")
    if token is None:
        raise Unproven
    return token


def find(credential: dict[str, Any]) -> Passkey:
    """The known passkey that claims to have signed, for the person that it claims to be of. Raises Unproven."""
    number = str(credential.get("id"))
    key = Passkey.by_credential(number) if CREDENTIAL_ID.fullmatch(number) else None
    claimed = credential["response"].get("userHandle")
    if key is None or claimed != bytes_to_base64url(handle(key.account_id)):
        raise Unproven
    return key


def prove(place: Place, credential: dict[str, Any], challenge: bytes, key: Passkey) -> int:
    """The passkey's counter now. Raises Unproven."""
    try:
        proof = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # hostile text may stumble anywhere in the package
        raise Unproven from error
    return proof.new_sign_count


def remove(by: Principal, passkey_id: int) -> None:
    """Raises NotFound for somebody else's; Refused for the last thing that the company asks for."""
    with one_at_a_time(f"second factors {by.id}"):
        has_codes, count, required = factor.held(by.id)
        found = next((key for key in Passkey.of(by.id) if key.id == passkey_id), None)
        if found is None:
            raise NotFound
        if required and not has_codes and count == 1:
            raise Refused(_("Your company asks for a second factor, and this is your only one. Add another one first."))
        Passkey.remove(by.id, passkey_id)
        audit.record(by, "passkey.removed", found)
