"""Handover packs, their photos, and the links by which they are shown, as rows. Access is part of every query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from peewee import CharField, Expression, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import Account, Company
from webapp.accounts.principal import Principal
from webapp.db import BaseModel, UtcDateTimeField
from webapp.sites.models import Site

SHOWN = 50  # of a site's packs and of a pack's links: the newest


class HandoverPack(BaseModel):
    """What is handed over at a site, as it was then; once it is signed, nothing of the row changes (T11)."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    company = ForeignKeyField(Company, null=True, on_delete="SET NULL")
    company_id: int | None
    made_at = UtcDateTimeField()
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)  # as it was then
    document = TextField()  # canonical JSON; of a signed one with its notes, photos and signature
    sha256 = CharField(max_length=64)  # of the document
    notes = TextField(default="")
    tested = TextField(default="")  # names of services.snapshots.TESTS with blanks between
    version = IntegerField(default=1)  # grows with every change
    signed_at = UtcDateTimeField(null=True)
    signer_name = CharField(max_length=128, default="")

    class Meta:
        table_name = "handover_pack"

    @classmethod
    def seen_by(cls, by: Principal) -> Expression:
        """Of a row joined with its site: an owner sees what was signed, a company what it made, its family nothing."""
        if by.is_owner:
            return (Site.owner == by.id) & cls.signed_at.is_null(False)
        return Site.seen_by(by) & (cls.company == by.company_id)

    @classmethod
    def of(cls, by: Principal, pack_id: int) -> HandoverPack | None:
        """With its site."""
        return cls.select(cls, Site).join(Site).where(cls.id == pack_id, cls.seen_by(by)).first()

    @classmethod
    def at(cls, by: Principal, site_id: int) -> list[HandoverPack]:
        """A site's packs, the newest first."""
        query = cls.select(cls, Site).join(Site).where(cls.site == site_id, cls.seen_by(by))
        return list(query.order_by(cls.id.desc()).limit(SHOWN))  # type: ignore[attr-defined]

    @classmethod
    def unsigned_at(cls, site_id: int, company_id: int) -> int:
        own = (cls.site == site_id) & (cls.company == company_id) & cls.signed_at.is_null()
        return int(cls.select().where(own).count())

    @classmethod
    def change(cls, pack_id: int, version: int | None = None, **values: Any) -> bool:
        """Write into one that is not signed, of this version if one is given: False where it is not so any more.

        Every change begins with this statement, so of parallel ones each waits for the one before (Z14).
        """
        mine = (cls.id == pack_id) & cls.signed_at.is_null()
        mine = mine if version is None else mine & (cls.version == version)
        return bool(cls.update(version=cls.version + 1, **values).where(mine).execute() == 1)

    @classmethod
    def count_signed(cls, site_id: int) -> int:
        return int(cls.select().where(cls.site == site_id, cls.signed_at.is_null(False)).count())

    @classmethod
    def unfinished(cls, site_id: int) -> list[int]:
        return [
            pack_id for (pack_id,) in cls.select(cls.id).where(cls.site == site_id, cls.signed_at.is_null()).tuples()
        ]

    @classmethod
    def is_signed(cls, pack_id: int) -> bool:
        return bool(cls.select().where(cls.id == pack_id, cls.signed_at.is_null(False)).exists())

    @classmethod
    def discard(cls, pack_id: int) -> bool:
        """False for one that is signed, or gone."""
        return bool(cls.delete().where(cls.id == pack_id, cls.signed_at.is_null()).execute() == 1)


class PackPhoto(BaseModel):
    """A photo in DATA/uploads under a random name, which leaves the server in no answer."""

    pack = ForeignKeyField(HandoverPack, on_delete="CASCADE")
    pack_id: int
    name = CharField(max_length=64, unique=True)
    kind = CharField(max_length=16)  # "image/jpeg"
    width = IntegerField()  # as it is shown
    height = IntegerField()
    size = IntegerField()  # bytes
    sha256 = CharField(max_length=64)
    caption = CharField(max_length=200, default="")

    class Meta:
        table_name = "pack_photo"

    @classmethod
    def of_pack(cls, pack_id: int) -> list[PackPhoto]:
        return list(cls.select().where(cls.pack == pack_id).order_by(cls.id))

    @classmethod
    def in_pack(cls, pack_id: int, photo_id: int) -> PackPhoto | None:
        return cls.get_or_none((cls.id == photo_id) & (cls.pack == pack_id))

    @classmethod
    def remove(cls, photo_id: int) -> bool:
        return bool(cls.delete().where(cls.id == photo_id).execute() == 1)

    @classmethod
    def names_at(cls, site_id: int) -> list[str]:
        return [
            name for (name,) in cls.select(cls.name).join(HandoverPack).where(HandoverPack.site == site_id).tuples()
        ]

    @classmethod
    def kept(cls, site_id: int, names: Collection[str]) -> set[str]:
        """Which of these names have rows, once whoever is deleting the site has ended."""
        Site.locked(site_id)
        return {name for (name,) in cls.select(cls.name).where(cls.name.in_(list(names))).tuples()}


class PackLink(BaseModel):
    """A link that shows one pack to whoever has it; only the hash of its token is kept."""

    pack = ForeignKeyField(HandoverPack, on_delete="CASCADE")
    pack_id: int
    token_hash = CharField(max_length=64, unique=True)
    made_at = UtcDateTimeField()
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)
    expires_at = UtcDateTimeField()
    revoked_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "pack_link"

    @classmethod
    def by_token(cls, token_hash: str) -> PackLink | None:
        """In any state, with its pack and that pack's site."""
        query = cls.select(cls, HandoverPack, Site).join(HandoverPack).join(Site)
        return query.where(cls.token_hash == token_hash).first()

    @classmethod
    def newest(cls, pack_id: int) -> list[PackLink]:
        newest = cls.id.desc()  # type: ignore[attr-defined]
        return list(cls.select().where(cls.pack == pack_id).order_by(newest).limit(SHOWN))

    @classmethod
    def open_links(cls, pack_id: int, at: datetime) -> int:
        live = cls.revoked_at.is_null() & (cls.expires_at > at)
        return int(cls.select().where(cls.pack == pack_id, live).count())

    @classmethod
    def revoke(cls, pack_id: int, link_id: int, at: datetime) -> bool:
        """False where there is none, or it was revoked already."""
        mine = (cls.id == link_id) & (cls.pack == pack_id) & cls.revoked_at.is_null()
        return bool(cls.update(revoked_at=at).where(mine).execute() == 1)


def owner_name(site: Site) -> str:
    """Of the person who owns the site; "" where nobody does."""
    found = Account.select(Account.name).where(Account.id == site.owner_id).tuples().first()
    return str(found[0]) if found else ""
