"""What a camera, a photo or a pasted text holds: told apart, opened, and kept until it is added (D17, Q5, Q6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from webapp.accounts.principal import Principal
from webapp.accounts.services import throttle
from webapp.audit import services as audit
from webapp.common import clock, vault
from webapp.common.errors import NotFound
from webapp.common.tokens import hash_token, new_token
from webapp.db import transaction
from webapp.protocols import label
from webapp.protocols.label import Label
from webapp.qr import seal, speakable
from webapp.qr.models.scan import ScannedCode
from webapp.qr.record import Carried, DeviceRecord

LONGEST = 4000  # characters; the largest QR code holds 4,296
KEPT = timedelta(minutes=30)
TRIES, TRIES_IN_ALL = 5, 20  # of wrong QR passwords in a quarter of an hour: for one code, and for all of a person's
PLACE = re.compile(r"/(?:(q|subcontract)/([A-Za-z0-9_-]{1,100})|(sites|devices)/([0-9]{1,15}))/?\Z")


class Empty(seal.NotRead):
    """Nothing was given."""

    code = "empty"


class TooLong(seal.NotRead):
    """More than any code holds."""

    code = "too_long"


@dataclass(frozen=True, slots=True)
class Place:
    """A page of this installation: `what` is "sites" or "devices" with an id, else the beginning of a link's path."""

    what: str
    name: str


def read(by: Principal, text: str, password: str, hosts: Container[str]) -> Place | Label | Carried:
    """What a text stands for; `hosts` are the names, with their ports, under which this installation is reached.

    Raises NotRead with the reason, and TooMany after too many wrong QR passwords.
    """
    text = text.strip()
    if not text:
        raise Empty
    if len(text) > LONGEST:
        raise TooLong
    return place_of(text, hosts) or label.parse(text) or open_code(by, code_of(text), password)


def place_of(text: str, hosts: Container[str]) -> Place | None:
    """The page of ours that a link leads to."""
    try:
        link = urlsplit(text)
    except ValueError:
        return None
    found = PLACE.search(link.path)
    if link.scheme not in {"http", "https"} or link.netloc.lower() not in hosts or not found:
        return None
    what, name = found[1] or found[3], found[2] or found[4]
    return Place(what, name)


def code_of(text: str) -> str:
    """The text of a code, taken out of a link that carries one behind its "#"."""
    link, mark, behind = text.partition("#")
    return unquote(behind) if mark and "://" in link else text


def open_code(by: Principal, text: str, password: str) -> Carried:
    """The devices of a code. A wrong password is counted before it is tried, so that many at once are no more."""
    if not seal.is_encrypted(text) or not speakable.tidy(password):
        return seal.open_sealed(text, now=clock.now())
    own = f"qr:{by.id}:{hashlib.sha256(''.join(text.split()).encode()).hexdigest()[:32]}"
    limits = {own: TRIES, f"qr:{by.id}": TRIES_IN_ALL}
    turn = throttle.count(limits)
    try:
        carried = seal.open_sealed(text, password, now=clock.now())
    except seal.Expired:
        throttle.forgive(list(limits), [own], turn)
        raise
    throttle.forgive(list(limits), [own], turn)
    return carried


@dataclass(frozen=True, slots=True)
class Scanned:
    """Devices that wait to be added: `link` is the token of the link that gives them, "" for a code."""

    row: ScannedCode
    token: str
    devices: tuple[DeviceRecord, ...]
    link: str

    def key(self, number: int) -> str:
        """Of the device at this place of the list: however often it is sent, it is added once (D13)."""
        return key_of(self.token, number)


def key_of(token: str, number: int) -> str:
    return hash_token(f"{token}:{number}")


def keep(by: Principal, site_id: int | None, devices: tuple[DeviceRecord, ...], link: str = "") -> str:
    """Keep devices, sealed, until they are added; gives the token of their page."""
    wipe()
    token, now = new_token(), clock.now()
    row = ScannedCode(
        token_hash=hash_token(token),
        company_id=by.company_id,
        account_id=by.id,
        site_id=site_id,
        link_key=key_of(token, 0) if link else None,
        created_at=now,
        expires_at=now + KEPT,
    )
    row.sealed = row.seal({"devices": [asdict(device) for device in devices], "link": link})
    with transaction():
        row.save(force_insert=True)
        if not link:
            audit.record(by, "qr.scanned")
    return token


def find(by: Principal, token: str) -> Scanned:
    """What this person has read. Raises NotFound, also once its time is over."""
    row = ScannedCode.by_token(hash_token(token), by, clock.now())
    if row is None:
        raise NotFound
    try:
        kept: dict[str, Any] = row.unseal()
    except vault.Broken as error:
        raise NotFound from error
    return Scanned(row, token, tuple(DeviceRecord(**device) for device in kept["devices"]), kept["link"])


def wipe() -> None:
    """Forget what has been kept for its time."""
    ScannedCode.wipe(clock.now())
