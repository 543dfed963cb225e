"""What companies ask of owners, and what they keep at a handover."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import Company
from webapp.db import BaseModel, UtcDateTimeField
from webapp.devices.models import Device
from webapp.sites.models import Site


class Wanted(NamedTuple):
    """What a company keeps at a handover, or asks for later."""

    site: bool  # to manage the site and see its devices: the authorization
    kinds: tuple[str, ...] = ()  # of devices.models.permission.Permission
    devices: tuple[int, ...] | None = None  # None: all of the site's
    hours: int | None = None  # from the moment it is granted; None with `until` None: for good
    until: datetime | None = None  # a moment that was chosen instead
    rental: bool = False  # of an invitation: the devices are rented, so the company may pause the service (T10)

    def text(self) -> str:
        moment = self.until.isoformat() if self.until else None
        devices = self.devices and list(self.devices)
        told = [self.site, list(self.kinds), devices, self.hours, moment]
        return json.dumps([*told, True] if self.rental else told)  # the code before T10 reads five and no more

    @classmethod
    def of(cls, text: str) -> Wanted:
        site, kinds, devices, hours, until, *rental = json.loads(text)
        moment = datetime.fromisoformat(until) if until else None
        chosen = None if devices is None else tuple(devices)
        return cls(bool(site), tuple(kinds), chosen, hours, moment, bool(rental and rental[0]))


class Answer(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Asked(StrEnum):
    AUTHORIZATION = "authorization"  # to manage the site again (T6)
    PERMISSION = "permission"  # kinds of access to devices (T7)
    ADOPTION = "adoption"  # to look after a site that no company looks after (T8)
    PASSWORD_RESET = "password_reset"  # noqa: S105  (E15)


class AccessRequest(BaseModel):
    """What a company asks the owner for; the owner answers once."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    device = ForeignKeyField(Device, null=True, on_delete="CASCADE")  # of a password reset
    device_id: int | None
    kind = CharField(max_length=16)
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)
    made_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()
    reason = CharField(max_length=500, default="")
    wanted = TextField()  # Wanted.text
    answer = CharField(max_length=12, default=Answer.OPEN)
    answered_at = UtcDateTimeField(null=True)
    answered_by_name = CharField(max_length=128, default="")

    class Meta:
        table_name = "access_request"
        indexes = ((("site", "answer"), False), (("company", "answer"), False))

    @classmethod
    def close(cls, request_id: int, answer: str, at: datetime, by_name: str) -> bool:
        """True for exactly one of any number of parallel answers to an open one that has not expired."""
        mine = (cls.id == request_id) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        values = {"answer": answer, "answered_at": at, "answered_by_name": by_name}
        return bool(cls.update(**values).where(mine).execute() == 1)

    @classmethod
    def open_at(cls, site_id: int, at: datetime) -> list[AccessRequest]:
        """A site's open requests, each with its company, the newest first."""
        mine = (cls.site == site_id) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        newest = cls.id.desc()  # type: ignore[attr-defined]
        return list(cls.select(cls, Company).join(Company).where(mine).order_by(newest))

    @classmethod
    def last_answered(cls, site_id: int, company_id: int) -> AccessRequest | None:
        """The company's request there that got a yes or a no last."""
        mine = (cls.site == site_id) & (cls.company == company_id) & cls.answer.in_([Answer.ACCEPTED, Answer.DECLINED])
        return cls.select().where(mine).order_by(cls.answered_at.desc(), cls.id.desc()).first()  # type: ignore[attr-defined]

    @property
    def audit_site(self) -> int:
        return self.site_id

    @property
    def audit_company(self) -> int | None:
        return self.company_id
