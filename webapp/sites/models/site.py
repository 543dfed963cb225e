"""Sites, who owns them, and who looks after them, as rows. Access is part of every query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from peewee import JOIN, BooleanField, CharField, Expression, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import Account, Company
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.text import fold, fold_name
from webapp.db import BaseModel, UtcDateTimeField, locking, rows


class SiteStatus(StrEnum):
    """Between company and owner (spec 2.10, state machine 3.3)."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"  # and has not accepted, or is not registered
    OWNED_UNAUTHORIZED = "owned_unauthorized"
    AUTHORIZED = "authorized"


class Site(BaseModel):
    company = ForeignKeyField(Company, null=True, on_delete="CASCADE")  # None: its owner has released the company
    company_id: int
    owner = ForeignKeyField(Account, null=True, on_delete="RESTRICT")  # None: not handed over
    owner_id: int | None
    owned_at = UtcDateTimeField(null=True)
    name = CharField(max_length=128)
    name_folded = TextField()  # unique in the company, however it is typed
    zone = CharField(max_length=64)  # IANA name; fixed once the site exists (T1)
    address = CharField(max_length=128, default="")
    city = CharField(max_length=128, default="")
    region = CharField(max_length=128, default="")
    decided = CharField(max_length=24, default=SiteStatus.NOT_INVITED, column_name="status")  # see `status`
    authorized_at = UtcDateTimeField(null=True)
    authorized_until = UtcDateTimeField(null=True)  # None: for good
    code = CharField(max_length=16, null=True, unique=True)  # by which another company finds it (T8)
    rental = BooleanField(default=False)  # the owner rents the devices: the company may pause the service (T10)
    password_days = IntegerField(default=0)  # remind of device passwords older than so many days (E13); 0: never
    search = TextField(default="")  # what the search looks through, folded
    created_at = UtcDateTimeField()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("company", "name_folded"), True),)

    @classmethod
    def of(cls, by: Principal, site_id: int) -> Site | None:
        return cls.get_or_none((cls.id == site_id) & cls.seen_by(by))

    @classmethod
    def locked(cls, site_id: int, *conditions: Expression) -> Site | None:
        """The site as it is until this transaction ends; it is locked before all that hangs on it."""
        return locking(cls.select().where(cls.id == site_id, *conditions)).first()

    @classmethod
    def lock_all(cls, site_ids: Iterable[int]) -> None:
        """Lock sites until this transaction ends, always in the order of their ids."""
        mine = cls.select(cls.id).where(cls.id.in_(list(site_ids)))  # type: ignore[attr-defined]
        list(locking(mine.order_by(cls.id)))

    @classmethod
    def seen_by(cls, by: Principal) -> Expression:
        """The condition that a site is one that this person sees; of an unauthorized one a company sees the name."""
        if by.is_owner:
            return (cls.owner == by.id) | cls.id.in_(SiteShare.sites_of(by))  # type: ignore[attr-defined]
        theirs = cls.of_company(by.company_id)
        return theirs if by.sees_all else theirs & cls.id.in_(Assignment.sites_of(by))  # type: ignore[attr-defined]

    @classmethod
    def of_company(cls, company_id: int) -> Expression:
        """The condition that a company looks after a site: as its own, or as a subcontractor for now (T12)."""
        return (cls.company == company_id) | cls.id.in_(Subcontract.sites_of(company_id))  # type: ignore[attr-defined]

    @classmethod
    def devices_seen_by(cls, by: Principal) -> Expression:
        """The condition that a person sees what stands at a site, too (decision 12)."""
        return cls.seen_by(by) if by.is_owner else cls.seen_by(by) & cls.open()

    @classmethod
    def open(cls) -> Expression:
        """That the owner has authorized the company, or there is none."""
        live = cls.authorized_until.is_null() | (cls.authorized_until > clock.now())
        return (cls.decided != SiteStatus.OWNED_UNAUTHORIZED) & ((cls.decided != SiteStatus.AUTHORIZED) | live)

    @classmethod
    def named(cls, company_id: int, name: str, but: int | None = None) -> bool:
        """Whether another site of the company has this name."""
        same = cls.select().where(cls.company == company_id, cls.name_folded == fold_name(name))
        return bool((same.where(cls.id != but) if but else same).exists())

    @classmethod
    def owner_of(cls, site_id: int) -> int | None:
        site = cls.get_or_none(cls.id == site_id)
        return site.owner_id if site else None

    @classmethod
    def last_zone(cls, company_id: int) -> str:
        found = rows("SELECT zone FROM site WHERE company_id = ? ORDER BY id DESC LIMIT 1", (company_id,))
        return str(found[0][0]) if found else ""

    @property
    def status(self) -> SiteStatus:
        """As it is at this moment: an authorization that has run out is none."""
        out = self.authorized_until is not None and self.authorized_until <= clock.now()
        if self.decided == SiteStatus.AUTHORIZED and out:
            return SiteStatus.OWNED_UNAUTHORIZED
        return SiteStatus(self.decided)

    @property
    def audit_site(self) -> int:
        return self.id

    @property
    def audit_company(self) -> int | None:
        return self.company_id

    def move_on(self, version: int, changed: list[str]) -> bool:
        """Write these fields alone, unless somebody else was faster: False then."""
        self.derive()
        values = {name: getattr(self, name) for name in (*changed, "name_folded", "search")}
        unchanged = (Site.id == self.id) & (Site.version == version)
        return bool(Site.update(version=version + 1, **values).where(unchanged).execute() == 1)

    @classmethod
    def decide(cls, site_id: int, before: str, **values: Any) -> bool:
        """Change how it stands between owner and company, unless that is not `before` any more: False then."""
        same = (cls.id == site_id) & (cls.decided == before)
        return bool(cls.update(**values).where(same).execute() == 1)

    @classmethod
    def hand_to(cls, site_id: int, owner_id: int, at: datetime, rental: bool = False) -> bool:
        """Make a person its owner; False when somebody is already. Of any number of parallel tries one wins (Z14)."""
        free = (cls.id == site_id) & cls.owner.is_null()
        values: dict[str, Any] = {"owner": owner_id, "owned_at": at, "decided": SiteStatus.OWNED_UNAUTHORIZED}
        values["rental"] = rental
        return bool(cls.update(**values).where(free).execute() == 1)

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
    site_id: int
    account = ForeignKeyField(Account, on_delete="CASCADE")
    account_id: int
    until = UtcDateTimeField(null=True)

    class Meta:
        indexes = ((("site", "account"), True),)

    @classmethod
    def sites_of(cls, by: Principal) -> Any:
        live = cls.until.is_null() | (cls.until > clock.now())
        return cls.select(cls.site).where(cls.account == by.id, live)

    @classmethod
    def of(cls, site_id: int, account_id: int) -> Assignment | None:
        return cls.get_or_none(cls.site == site_id, cls.account == account_id)

    @classmethod
    def put(cls, site_id: int, account_id: int, until: datetime | None) -> None:
        """Assign, or change until when."""
        mine = [cls.site, cls.account]
        given: Any = cls.insert(site=site_id, account=account_id, until=until)
        given.on_conflict(conflict_target=mine, update={cls.until: until}).execute()


class SiteShare(BaseModel):
    """Somebody of the owner's family sees a site: its devices and how they fare, and decides nothing (U4)."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    account = ForeignKeyField(Account, on_delete="CASCADE")
    account_id: int
    shared_at = UtcDateTimeField()

    class Meta:
        table_name = "site_share"
        indexes = ((("site", "account"), True),)

    @classmethod
    def sites_of(cls, by: Principal) -> Any:
        return cls.select(cls.site).where(cls.account == by.id)


class Subcontract(BaseModel):
    """A site that has not been handed over is shared with another company, for good or until a moment (T12).

    Until somebody of a company accepts it by the link, of which only the hash is kept, it is open for anybody.
    """

    site = ForeignKeyField(Site, on_delete="CASCADE", unique=True)
    site_id: int
    company = ForeignKeyField(Company, null=True, on_delete="CASCADE")  # that has accepted
    company_id: int | None
    token_hash = CharField(max_length=64, unique=True)
    hours = IntegerField(null=True)  # that it lasts once it is accepted; None: for good
    maker_id = IntegerField()
    expires_at = UtcDateTimeField()  # of the link
    accepted_by_name = CharField(max_length=128, default="")  # as it was then
    until = UtcDateTimeField(null=True)

    @classmethod
    def sites_of(cls, company_id: int) -> Any:
        live = cls.until.is_null() | (cls.until > clock.now())
        return cls.select(cls.site).where(cls.company == company_id, live)

    @classmethod
    def at(cls, site_id: int) -> Subcontract | None:
        """In any state, with the company that has accepted it."""
        query = cls.select(cls, Company).join(Company, JOIN.LEFT_OUTER)
        return query.where(cls.site == site_id).first()

    @classmethod
    def count_open_of(cls, account_id: int) -> int:
        """How many links of a person's wait."""
        mine = (cls.maker_id == account_id) & cls.company.is_null() & (cls.expires_at > clock.now())
        return int(cls.select().where(mine).count())

    @property
    def is_live(self) -> bool:
        return self.company_id is not None and (self.until is None or self.until > clock.now())

    @classmethod
    def by_token(cls, token_hash: str) -> Subcontract | None:
        """In any state, with its site and that site's company."""
        query = cls.select(cls, Site, Company).join(Site).join(Company)
        return query.where(cls.token_hash == token_hash).first()

    @classmethod
    def accept(cls, token_hash: str, company_id: int, at: datetime, **values: Any) -> bool:
        """True for exactly one of any number of parallel tries, while the link holds (Z14)."""
        mine = (cls.token_hash == token_hash) & cls.company.is_null() & (cls.expires_at > at)
        return bool(cls.update(company=company_id, **values).where(mine).execute() == 1)

    @classmethod
    def end(cls, site_id: int) -> None:
        """Forget it, and who of another company was assigned to the site."""
        owner = Site.select(Site.company).where(Site.id == site_id)
        guests = Account.select(Account.id).where(Account.company.not_in(owner))
        Assignment.delete().where(Assignment.site == site_id, Assignment.account.in_(guests)).execute()
        cls.delete().where(cls.site == site_id).execute()
