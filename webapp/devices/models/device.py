"""Devices as rows: wide, and rarely written."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from peewee import (
    JOIN,
    BlobField,
    BooleanField,
    CharField,
    Expression,
    ForeignKeyField,
    IntegerField,
    TextField,
    Value,
    fn,
)

from webapp.accounts.models import Account
from webapp.accounts.principal import Principal
from webapp.common import vault
from webapp.common.text import fold
from webapp.db import BaseModel, UtcDateTimeField, locking
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Site, devices_sql


class Mode(StrEnum):
    IP_DOMAIN = "ip_domain"
    SERIAL = "serial"


class Device(BaseModel):
    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    name = CharField(max_length=128)
    mode = CharField(max_length=12, default=Mode.IP_DOMAIN)

    host = CharField(max_length=253, null=True)  # ASCII; None for a device added by serial number
    port = IntegerField(null=True)
    https = BooleanField(default=False)
    pin = CharField(max_length=80, default="")  # "sha256//…" of the key met first (Z21)
    username = CharField(max_length=64, default="")
    password_sealed = BlobField(default=b"")
    password_strength = CharField(max_length=8, default="")  # the verdict alone (D5)
    password_set_at = UtcDateTimeField(null=True)
    connection_version = IntegerField(default=1)  # grows with every change of the fields above

    type = CharField(max_length=20, default=Kind.UNKNOWN)
    type_by_hand = BooleanField(default=False)
    type_detected = CharField(max_length=20, default=Kind.UNKNOWN)
    type_declined = CharField(max_length=20, default="")  # was detected, and the choice by hand was kept (E7)
    model = CharField(max_length=100, default="")
    serial = CharField(max_length=100, default="")
    firmware = CharField(max_length=100, default="")

    health_monitoring = BooleanField(default=True)
    search = TextField(default="")
    version = IntegerField(default=1)  # grows with every change by a person (E4)
    changed_at = UtcDateTimeField()
    changed_by = ForeignKeyField(Account, null=True, on_delete="SET NULL")
    added_at = UtcDateTimeField()
    added_key = CharField(max_length=64, null=True, unique=True)  # of the form it came from (D13)
    received = IntegerField(default=0)  # the company that took it over by another's link; 0 for every other device

    class Meta:
        indexes = ((("host", "port", "received"), True),)  # NULLs differ, so only devices added by address collide

    @classmethod
    def of(cls, by: Principal, device_id: int) -> Device | None:
        """The device with its site, if this person sees the site and is told of the device, else None."""
        query = cls.select(cls, Site, Account).join(Site).switch(cls).join(Account, JOIN.LEFT_OUTER, on=cls.changed_by)
        return query.where(cls.id == device_id, Site.seen_by(by), cls.told_to(by)).first()

    @classmethod
    def told_to(cls, by: Principal) -> Expression:
        """The condition that who sees the site is told of the device: an end user not while its service is paused."""
        if not by.is_owner:
            return cls.id.is_null(False)  # type: ignore[attr-defined]
        here = (Suspension.site == cls.site) & (Suspension.device.is_null() | (Suspension.device == cls.id))
        return ~fn.EXISTS(Suspension.select(Value(1)).where(here))

    @classmethod
    def at(cls, host: str, port: int, but: int | None = None, company: int | None = None) -> Device | None:
        """The device that is reached at this address already, wherever it is, or in one company alone."""
        same = cls.select(cls, Site).join(Site).where(cls.host == host, cls.port == port)
        same = same.where(Site.company == company) if company else same
        return (same.where(cls.id != but) if but else same).first()

    @classmethod
    def by_key(cls, added_key: str) -> Device | None:
        return cls.select(cls, Site).join(Site).where(cls.added_key == added_key).first()

    @classmethod
    def locked(cls, device_id: int | None) -> Device | None:
        """The device, which nobody changes until this transaction ends."""
        return locking(cls.select(cls).where(cls.id == device_id)).first()

    @classmethod
    def sealed_after(cls, device_id: int, count: int) -> list[Device]:
        """The next devices that keep a password, in the order of their ids, with their sites."""
        query = cls.select(cls, Site).join(Site).where(cls.id > device_id, cls.password_sealed != b"")
        return list(query.order_by(cls.id).limit(count))

    @classmethod
    def move_on(cls, device_id: int, version: int, **values: Any) -> bool:
        """Write a person's change, unless another was faster: False then (E4)."""
        unchanged = (cls.id == device_id) & (cls.version == version)
        return bool(cls.update(version=version + 1, **values).where(unchanged).execute() == 1)

    @classmethod
    def note(cls, device_id: int, connection_version: int, **values: Any) -> bool:
        """Write what a device said of itself, unless it is reached elsewhere by now: False then."""
        same = (cls.id == device_id) & (cls.connection_version == connection_version)
        return bool(cls.update(**values).where(same).execute() == 1)

    @classmethod
    def reseal(cls, device_id: int, old: bytes, new: bytes) -> int:
        """Replace a sealed password, unless it has been changed meanwhile: 0 then."""
        same = (cls.id == device_id) & (cls.password_sealed == old)
        return int(cls.update(password_sealed=new).where(same).execute())

    def searchable(self) -> str:
        """What the search looks through, folded."""
        texts = (self.name, f"{self.host}:{self.port}" if self.host else "", self.model, self.serial, self.firmware)
        return " ".join(map(fold, texts))

    @property
    def audit_site(self) -> int:
        return self.site_id

    @property
    def audit_company(self) -> int | None:
        return self.site.company_id

    def seal_password(self, password: str) -> bytes:
        return vault.seal(password, *self.secret_label)

    @property
    def password(self) -> str:
        """In plain, for the link alone. Raises vault.Broken."""
        return vault.unseal(self.password_sealed, *self.secret_label)

    @property
    def secret_label(self) -> tuple[object, ...]:
        return ("device", self.site.company_id, self.id, "password")


class Suspension(BaseModel):
    """The company that rents the devices out has paused the service: of the site as a whole, or of one device (T10).

    A site has either the one or some of the other. The rows hide devices from end users alone (`Device.told_to`).
    """

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    device = ForeignKeyField(Device, null=True, unique=True, on_delete="CASCADE")  # None: the site as a whole
    device_id: int | None
    at = UtcDateTimeField()
    by_name = CharField(max_length=128)  # as it was then
    reason = CharField(max_length=200)  # for the owner to read

    @classmethod
    def begin(cls, site_id: int, device_id: int | None, **values: Any) -> bool:
        """False when it is paused already; a pause of the site takes the place of those of its devices."""
        row = cls.insert(site=site_id, device=device_id, **values)
        if row.on_conflict_ignore().as_rowcount().execute() != 1:
            return False
        if device_id is None:
            cls.delete().where(cls.site == site_id, cls.device.is_null(False)).execute()
        return True

    @classmethod
    def lift(cls, site_id: int, device_id: int | None) -> int:
        """End the pause of one device, or for None whatever is paused at the site; gives how many pauses that were."""
        here = cls.site == site_id
        return int(cls.delete().where(here & (cls.device == device_id) if device_id else here).execute())

    @classmethod
    def of_site(cls, site_id: int) -> list[Suspension]:
        """Each with its device, if it is one device's."""
        query = cls.select(cls, Device).join(Device, JOIN.LEFT_OUTER, on=cls.device)
        return list(query.where(cls.site == site_id).order_by(cls.id))

    @classmethod
    def hiding(cls, by: Principal, device_id: int) -> Suspension | None:
        """Why an end user, who sees the site, is not told of this device; with both."""
        query = cls.select(cls, Site, Device).join(Site).switch(cls).join(Device, JOIN.LEFT_OUTER, on=cls.device)
        there = Device.select(Device.site).where(Device.id == device_id)
        its_own = (cls.device == device_id) | (cls.device.is_null() & cls.site.in_(there))
        return query.where(its_own, Site.seen_by(by)).first() if by.is_owner else None


Suspension.add_index(
    Suspension.site, unique=True, where=Suspension.device.is_null(), name="suspension_of_site"
)  # NULLs differ, so that of the site as a whole is held by an index of its own

ITS_PAUSE = "SELECT 1 FROM suspension p WHERE p.site_id = d.site_id AND (p.device_id IS NULL OR p.device_id = d.id)"


def told_sql(by: Principal) -> str:
    """`Device.told_to` for a hand-written statement in which the device is `d`; it has no values."""
    return f"NOT EXISTS ({ITS_PAUSE})" if by.is_owner else "1 = 1"


def devices_told_sql(by: Principal) -> tuple[str, list[Any]]:
    """The same with `Site.devices_seen_by`, where the site is `s`: condition and its values."""
    seen, values = devices_sql(by)
    return f"{seen} AND {told_sql(by)}", values


def all_sealed(batch: int = 200) -> Iterator[list[Device]]:
    """Every device that keeps a password, in batches."""
    last = 0
    while devices := Device.sealed_after(last, batch):
        yield devices
        last = devices[-1].id
