"""Probes as rows: what was typed, how far the test of a connection has come, and what came out.

A row outlives the process that works on it, so a page can always say how a test ended, and a login that has been
tried once is not tried again (decision 10).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from peewee import BlobField, CharField, DoesNotExist, IntegerField, TextField

from webapp.common import vault
from webapp.db import BaseModel, UtcDateTimeField

LONGEST = timedelta(seconds=120)  # a probe that has not ended by then was cut short by a restart


class Intent(StrEnum):
    TEST = "test"  # of what is typed into the form
    ADD = "add"  # and add the device when all is well
    CHECK = "check"  # of a device that we have


class Probe(BaseModel):
    token = CharField(max_length=43, primary_key=True)
    company_id = IntegerField()
    account_id = IntegerField()
    address = CharField(max_length=45, default="")  # of the person's phone or browser
    agent = CharField(max_length=200, default="")
    site_id = IntegerField()
    device_id = IntegerField(null=True)  # that is checked, or that came of it
    intent = CharField(max_length=8)
    typed = TextField(default="{}")  # JSON of the form's fields, without the password
    password_sealed = BlobField(default=b"")  # wiped after a quarter of an hour
    login_key = CharField(max_length=64)  # keyed hash of (address, port, user name, password)
    connection_version = IntegerField(default=0)
    steps = TextField(default="[]")  # JSON, see services.steps
    code = CharField(max_length=40, default="")  # "" while it runs; "ok" or what was in the way
    facts = TextField(default="{}")  # JSON of what was learnt
    created_at = UtcDateTimeField()
    done_at = UtcDateTimeField(null=True)

    class Meta:
        indexes = ((("company_id", "created_at"), False), (("login_key",), False), (("created_at",), False))

    @classmethod
    def find(cls, token: str) -> Probe | None:
        try:
            return cls.get_by_id(token)
        except DoesNotExist:
            return None

    @classmethod
    def recent(cls, company_id: int, since: datetime) -> tuple[int, datetime | None]:
        """How many probes the company has started since then, and when the first of them."""
        times = cls.select(cls.created_at).where(cls.company_id == company_id, cls.created_at > since)
        started = sorted(at for (at,) in times.tuples())
        return len(started), started[0] if started else None

    @classmethod
    def last_login(cls, company_id: int, login_key: str, codes: set[str], since: datetime) -> Probe | None:
        """The newest probe that tried just this login and learnt whether it is right."""
        same = (cls.company_id == company_id) & (cls.login_key == login_key) & (cls.created_at > since)
        return cls.select().where(same, cls.code.in_(codes)).order_by(cls.created_at.desc()).first()

    @classmethod
    def running(cls, company_id: int, login_key: str, since: datetime) -> Probe | None:
        same = (cls.company_id == company_id) & (cls.login_key == login_key) & (cls.created_at > since)
        return cls.select().where(same, cls.code == "").order_by(cls.created_at.desc()).first()

    @classmethod
    def count(cls, company_id: int, login_key: str, code: str, since: datetime) -> int:
        """How often this login has come out so."""
        same = (cls.company_id == company_id) & (cls.login_key == login_key) & (cls.created_at > since)
        return int(cls.select().where(same, cls.code == code).count())

    @classmethod
    def become_adding(cls, token: str, typed: str) -> bool:
        """Mean a running test as the adding of what is typed, unless it has ended by now: False then."""
        running = (cls.token == token) & (cls.code == "")
        return bool(cls.update(intent=Intent.ADD, typed=typed).where(running).execute() == 1)

    @classmethod
    def close(cls, token: str, intent: str, **values: Any) -> bool:
        """Write the outcome, unless the probe is meant for something else by now: False then."""
        same = (cls.token == token) & (cls.intent == intent)
        return bool(cls.update(**values).where(same).execute() == 1)

    @classmethod
    def forget(cls, device_id: int, company_id: int, host: str | None, port: int | None) -> None:
        """All probes of a device that goes, those from before it was added too: they keep its address and password."""
        here = (cls.company_id == company_id) & cls.typed.contains(f'"host": {json.dumps(host)}')
        place = here & cls.typed.contains(f'"port": {json.dumps(port)}, ')
        cls.delete().where((cls.device_id == device_id) | place).execute()

    @classmethod
    def forget_site(cls, site_id: int) -> None:
        cls.delete().where(cls.site_id == site_id).execute()

    @classmethod
    def last_of(cls, device_id: int, since: datetime) -> Probe | None:
        """A device's newest check; `since` it was added, for its id may have been another's."""
        mine = (cls.device_id == device_id) & (cls.intent == Intent.CHECK) & (cls.created_at >= since)
        return cls.select().where(mine).order_by(cls.created_at.desc()).first()

    @classmethod
    def found_well(cls, since: datetime) -> dict[int, datetime]:
        """Devices whose checks, begun since then, went well, and when the last of each ended."""
        well = (cls.created_at > since) & (cls.intent == Intent.CHECK) & (cls.code == "ok")
        return dict(cls.select(cls.device_id, cls.done_at).where(well).order_by(cls.done_at).tuples())

    @classmethod
    def wipe(cls, passwords_before: datetime, rows_before: datetime) -> None:
        cls.delete().where(cls.created_at < rows_before).execute()
        old = (cls.created_at < passwords_before) & (cls.password_sealed != b"")
        cls.update(password_sealed=b"").where(old).execute()

    @classmethod
    def wipe_all(cls) -> None:
        cls.update(password_sealed=b"").execute()

    @classmethod
    def write(cls, token: str, **values: Any) -> None:
        cls.update(**values).where(cls.token == token).execute()

    @property
    def fields(self) -> dict[str, Any]:
        return dict(json.loads(self.typed))

    @property
    def learnt(self) -> dict[str, Any]:
        return dict(json.loads(self.facts))

    @property
    def secret_label(self) -> tuple[object, ...]:
        return ("probe", self.company_id, self.token, "password")

    @property
    def password(self) -> str:
        return vault.unseal(self.password_sealed, *self.secret_label)
