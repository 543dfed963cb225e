"""Codes that were made of devices, links that hand a device over, and how often somebody makes some, as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import BlobField, BooleanField, CharField, Expression, ForeignKeyField, IntegerField

from webapp.audit.models import AuditEntry
from webapp.common import vault
from webapp.db import BaseModel, UtcDateTimeField
from webapp.devices.models import Device
from webapp.sites.models import Site

SHOWN = 50  # of the codes and of the links of a device: the newest


class QrCode(BaseModel):
    """A code of one device. Its text opens with the QR password alone, which is kept nowhere."""

    device = ForeignKeyField(Device, on_delete="CASCADE")
    device_id: int
    made_at = UtcDateTimeField()
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)  # as it was then
    encrypted = BooleanField()
    expires_at = UtcDateTimeField(null=True)  # None: it holds for ever
    connection_version = IntegerField()  # of the device then
    sealed = BlobField(default=b"")  # JSON of the text, and of the connection but its password

    class Meta:
        table_name = "qr_code"

    @classmethod
    def of(cls, device: Device, code_id: int) -> QrCode | None:
        return cls.get_or_none((cls.id == code_id) & (cls.device == device.id))

    @classmethod
    def newest(cls, device: Device) -> list[QrCode]:
        newest = cls.id.desc()  # type: ignore[attr-defined]
        return list(cls.select().where(cls.device == device.id).order_by(newest).limit(SHOWN))

    @classmethod
    def remove(cls, code_id: int) -> bool:
        return bool(cls.delete().where(cls.id == code_id).execute() == 1)

    @classmethod
    def sealed_after(cls, code_id: int, count: int) -> list[QrCode]:
        """The next codes in the order of their ids, with their devices and sites."""
        query = cls.select(cls, Device, Site).join(Device).join(Site).where(cls.id > code_id)
        return list(query.order_by(cls.id).limit(count))

    @classmethod
    def reseal(cls, code_id: int, sealed: bytes) -> None:
        cls.update(sealed=sealed).where(cls.id == code_id).execute()

    def seal(self, device: Device, kept: dict[str, Any]) -> bytes:
        return vault.seal(json.dumps(kept), *self.secret_label(device))

    def unseal(self, device: Device) -> dict[str, Any]:
        """What seal() was given. Raises vault.Broken."""
        return dict(json.loads(vault.unseal(self.sealed, *self.secret_label(device))))

    def secret_label(self, device: Device) -> tuple[object, ...]:
        return ("qr_code", device.site.company_id, self.id, "kept")


class QrLink(BaseModel):
    """A link by which an invited person takes a device over; only the hash of its token is kept."""

    device = ForeignKeyField(Device, on_delete="CASCADE")
    device_id: int
    made_at = UtcDateTimeField()
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)
    token_hash = CharField(max_length=64, unique=True)
    expires_at = UtcDateTimeField()
    most_uses = IntegerField(default=1)
    uses = IntegerField(default=0)
    revoked_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "qr_link"

    @classmethod
    def by_token(cls, token_hash: str) -> QrLink | None:
        """The link in any state, with its device and that device's site."""
        return cls.select(cls, Device, Site).join(Device).join(Site).where(cls.token_hash == token_hash).first()

    @classmethod
    def of(cls, device: Device, link_id: int) -> QrLink | None:
        return cls.get_or_none((cls.id == link_id) & (cls.device == device.id))

    @classmethod
    def newest(cls, device: Device) -> list[QrLink]:
        newest = cls.id.desc()  # type: ignore[attr-defined]
        return list(cls.select().where(cls.device == device.id).order_by(newest).limit(SHOWN))

    @classmethod
    def usable(cls, at: datetime) -> Expression:
        return cls.revoked_at.is_null() & (cls.expires_at > at) & (cls.uses < cls.most_uses)

    @classmethod
    def use(cls, token_hash: str, at: datetime) -> bool:
        """True for as many of any number of parallel uses as the link has left (Z14)."""
        mine = (cls.token_hash == token_hash) & cls.usable(at)
        return bool(cls.update(uses=cls.uses + 1).where(mine).execute() == 1)

    @classmethod
    def revoke(cls, link_id: int, at: datetime) -> bool:
        """False when it was revoked already."""
        return bool(cls.update(revoked_at=at).where(cls.id == link_id, cls.revoked_at.is_null()).execute() == 1)


def edits(device: Device, since: datetime) -> list[tuple[datetime, set[str]]]:
    """When persons edited the device's connection since then, and which fields; the last one first."""
    mine = (AuditEntry.company_id == device.site.company_id) & (AuditEntry.target_id == device.id)
    query = AuditEntry.select(AuditEntry.at, AuditEntry.changes).where(mine, AuditEntry.action == "device.edited")
    found = query.where(AuditEntry.at > since).order_by(AuditEntry.at.desc())
    return [(at, set(json.loads(changes))) for at, changes in found.tuples()]


def devices_of(site: Site, only: Iterable[int] | None = None) -> list[Device]:
    """A site's devices by name, all of them or those with these ids; each with its site."""
    mine = Device.site == site.id
    chosen = mine if only is None else mine & Device.id.in_(list(only))  # type: ignore[attr-defined]
    return list(Device.select(Device, Site).join(Site).where(chosen).order_by(Device.name, Device.id))


def forget_site(site_id: int) -> None:
    """Remove the codes and links of all devices of a site."""
    there = Device.select(Device.id).where(Device.site == site_id)
    QrCode.delete().where(QrCode.device.in_(there)).execute()
    QrLink.delete().where(QrLink.device.in_(there)).execute()
