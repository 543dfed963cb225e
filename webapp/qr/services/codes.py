"""Codes of devices: making, keeping and showing them, and telling which are out of date (Q1 to Q9)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock, vault
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models import Device
from webapp.devices.services import devices
from webapp.qr import seal
from webapp.qr.models import QrCode, edits
from webapp.qr.record import Carried, DeviceRecord, pack
from webapp.qr.services import turns
from webapp.sites import services as sites

CONNECTION = ("host", "port", "https", "username")


@dataclass(frozen=True, slots=True)
class Change:
    """Why a code is out of date: names of what differs now ("host", "password", …), and when that was edited."""

    fields: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A code as it stands now. `text` is "" when the key file no longer opens it."""

    code: QrCode
    text: str
    expired: bool
    change: Change | None


def find_device(by: Principal, device_id: int) -> Device:
    """A device that this person sees and may make codes of. Raises NotFound, and Refused by the site's state."""
    device = devices.find(by, device_id)
    sites.require(by, device.site, sites.Operation.PASS_ON)
    return device


def require_address(device: Device) -> None:
    """Raise Refused for a device that is not reached by an address."""
    if device.host is None or device.port is None:
        raise Refused(_("A code carries an address, and this device has none: it was added by its serial number."))


def record_of(device: Device, with_password: bool) -> DeviceRecord:
    """What a code carries of a device; never a password that came by another's link. Raises vault.Broken."""
    return DeviceRecord(
        name=device.name,
        host=device.host,
        port=device.port,
        https=device.https,
        username=device.username,
        type=device.type,
        password=(device.password or None) if with_password and not device.received else None,
    )


def texts(carried: Iterable[Carried], password: str | None) -> list[str]:
    """The text of each code. One key is derived for all of them: the nonces differ. Raises Refused for too much."""
    try:
        if password is None:
            return [seal.seal(one, None) for one in carried]
        return encrypted(list(carried), password)
    except ValueError as error:
        raise too_large() from error


def too_large() -> Refused:
    return Refused(_("This does not fit in one code. Give the device a shorter name, then try again."), "too_large")


def encrypted(carried: list[Carried], password: str) -> list[str]:
    if not all(seal.fits(one, encrypted=True) for one in carried):
        raise ValueError("more than one code holds")
    salt = secrets.token_bytes(seal.SALT)
    write = partial(seal.encrypted_text, key=seal.derive(password, salt), salt=salt)
    return [write(pack(one), nonce=secrets.token_bytes(seal.NONCE)) for one in carried]


def until(now: datetime, days: int) -> datetime | None:
    return now + timedelta(days=days) if days else None


def make(by: Principal, device: Device, password: str | None, days: int) -> Kept:
    """A new code of a device that find_device() gave, encrypted unless the password is None; it holds for so many days.

    0 days: for ever. Raises Refused, TooMany, vault.Broken.
    """
    require_address(device)
    turns.take(by)
    now = clock.now()
    expires = until(now, days)
    (made,) = keep_each(by, [device], write_each([device], password, now, expires), password is not None, now, expires)
    return made


def write_each(made_of: list[Device], password: str | None, now: datetime, expires: datetime | None) -> list[str]:
    """The text of a code for each device. Raises Refused, vault.Broken."""
    return texts([Carried((record_of(device, password is not None),), now, expires) for device in made_of], password)


def keep_each(
    by: Principal, made_of: list[Device], written: list[str], encrypted: bool, now: datetime, expires: datetime | None
) -> list[Kept]:
    """Keep what write_each() gave: all or nothing, each with its entry in the audit log."""
    with transaction():
        for site_id in sorted({device.site_id for device in made_of}):
            sites.hold(by, site_id, sites.Operation.PASS_ON)
        return [keep(by, device, text, encrypted, now, expires) for device, text in zip(made_of, written, strict=True)]


def keep(by: Principal, device: Device, text: str, encrypted: bool, now: datetime, expires: datetime | None) -> Kept:
    code = QrCode.create(
        device=device,
        made_at=now,
        maker_id=by.id,
        maker_name=by.name,
        encrypted=encrypted,
        expires_at=expires,
        connection_version=device.connection_version,
    )
    then = {name: getattr(device, name) for name in CONNECTION}
    code.sealed = code.seal(device, {"text": text, **then})
    code.save()
    audit.record(by, "qr.made", device, ["encrypted"] if encrypted else [])
    return Kept(code, text, expired=False, change=None)


def find(device: Device, code_id: int) -> Kept:
    """A kept code of this device. Raises NotFound."""
    code = QrCode.of(device, code_id)
    if code is None:
        raise NotFound
    return look(device, code)


def of(device: Device) -> list[Kept]:
    """The device's codes, the newest first."""
    return [look(device, code) for code in QrCode.newest(device)]


def look(device: Device, code: QrCode) -> Kept:
    try:
        kept = code.unseal(device)
    except vault.Broken:
        kept = {name: getattr(device, name) for name in CONNECTION} | {"text": ""}
    expired = code.expires_at is not None and code.expires_at <= clock.now()
    return Kept(code, kept["text"], expired, change_since(device, code, kept))


def change_since(device: Device, code: QrCode, kept: dict[str, object]) -> Change | None:
    """What of the code is no longer so: compared with the device as it is, so what was changed back counts not (Q7)."""
    if device.connection_version == code.connection_version:
        return None
    differs = {name for name in CONNECTION if kept[name] != getattr(device, name)}
    if code.encrypted and device.password_set_at and device.password_set_at > code.made_at:
        differs.add("password")
    if not differs:
        return None
    edited = (at for at, fields in edits(device, code.made_at) if fields & differs)
    return Change(frozenset(differs), next(edited, device.changed_at))


def delete(by: Principal, device: Device, code_id: int) -> None:
    """Forget a kept code; what was printed of it opens as before. Raises NotFound."""
    kept = find(device, code_id)
    with transaction():
        if not QrCode.remove(kept.code.id):
            raise NotFound
        audit.record(by, "qr.deleted", device)


def reseal_all(batch: int = 200) -> tuple[int, int]:
    """Seal every kept code with the newest key: how many, and how many do not open."""
    total, damaged, last = 0, 0, 0
    while codes := QrCode.sealed_after(last, batch):
        for code in (code for code in codes if not vault.is_current(code.sealed)):
            try:
                QrCode.reseal(code.id, code.seal(code.device, code.unseal(code.device)))
                total += 1
            except vault.Broken:
                damaged += 1
        last = codes[-1].id
    return total, damaged
