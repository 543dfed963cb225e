"""Sites, and who in the company looks after them, as rows. Access is part of every query."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import CharField, Expression, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import Account, Company, naive
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.text import fold, fold_name
from webapp.db import BaseModel, UtcDateTimeField, rows


class SiteStatus(StrEnum):
    """Between company and owner (spec 2.10, state machine 3.3)."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"  # and has not accepted, or is not registered
    OWNED_UNAUTHORIZED = "owned_unauthorized"
    AUTHORIZED = "authorized"


class Site(BaseModel):
    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    name = CharField(max_length=128)
    name_folded = TextField()  # unique in the company, however it is typed
    zone = CharField(max_length=64)  # IANA name; fixed once the site exists (T1)
    address = CharField(max_length=128, default="")
    city = CharField(max_length=128, default="")
    region = CharField(max_length=128, default="")
    status = CharField(max_length=24, default=SiteStatus.NOT_INVITED)
    password_days = IntegerField(default=0)  # remind of device passwords older than so many days (E13); 0: never
    search = TextField(default="")  # what the search looks through, folded
    created_at = UtcDateTimeField()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("company", "name_folded"), True),)

    @classmethod
    def seen_by(cls, by: Principal) -> Expression:
        """The condition that a site is one that this person sees."""
        own = cls.company == by.company_id
        return own if by.sees_all else own & cls.id.in_(Assignment.sites_of(by))  # type: ignore[attr-defined]

    @classmethod
    def of(cls, by: Principal, site_id: int) -> Site | None:
        return cls.get_or_none((cls.id == site_id) & cls.seen_by(by))

    @classmethod
    def named(cls, company_id: int, name: str, but: int | None = None) -> bool:
        """Whether another site of the company has this name."""
        same = cls.select().where(cls.company == company_id, cls.name_folded == fold_name(name))
        return bool((same.where(cls.id != but) if but else same).exists())

    @classmethod
    def last_zone(cls, company_id: int) -> str:
        found = rows("SELECT zone FROM site WHERE company_id = ? ORDER BY id DESC LIMIT 1", (company_id,))
        return str(found[0][0]) if found else ""

    def move_on(self, version: int, changed: list[str]) -> bool:
        """Write these fields alone, unless somebody else was faster: False then."""
        self.derive()
        values = {name: getattr(self, name) for name in (*changed, "name_folded", "search")}
        unchanged = (Site.id == self.id) & (Site.version == version)
        return bool(Site.update(version=version + 1, **values).where(unchanged).execute() == 1)

    def write(self) -> None:
        """Save, with what is derived for searching."""
        self.derive()
        self.save()

    def derive(self) -> None:
        self.name_folded = fold_name(self.name)
        self.search = " ".join(fold(text) for text in (self.name, self.address, self.city, self.region))

    @property
    def place(self) -> str:
        return ", ".join(filter(None, (self.address, self.city, self.region)))


class Assignment(BaseModel):
    """An employee looks after a site, for good or until a moment."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="CASCADE")
    until = UtcDateTimeField(null=True)

    class Meta:
        indexes = ((("site", "account"), True),)

    @classmethod
    def sites_of(cls, by: Principal) -> Any:
        live = cls.until.is_null() | (cls.until > clock.now())
        return cls.select(cls.site).where(cls.account == by.id, live)


def seen_sql(by: Principal) -> tuple[str, list[Any]]:
    """`Site.seen_by` for a hand-written statement in which the site is `s`: condition and its values."""
    if by.sees_all:
        return "s.company_id = ?", [by.company_id]
    live = "SELECT x.site_id FROM assignment x WHERE x.account_id = ? AND (x.until IS NULL OR x.until > ?)"
    return f"s.company_id = ? AND s.id IN ({live})", [by.company_id, by.id, naive(clock.now())]
