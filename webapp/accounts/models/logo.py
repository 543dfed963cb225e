"""Logos of companies, as rows: in the database, so that a backup has them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from peewee import BlobField, CharField, ForeignKeyField, IntegerField

from webapp.accounts.models.company import Company
from webapp.db import BaseModel, UtcDateTimeField, rows


class Letterhead(NamedTuple):
    """What stands on top of a company's papers. `token` is the logo's name, "" where there is none; sides in pixels."""

    name: str
    licence: str
    phone: str
    email: str
    token: str
    width: int
    height: int


class Logo(BaseModel):
    company = ForeignKeyField(Company, unique=True, on_delete="CASCADE")
    token = CharField(max_length=64, unique=True)  # the random name under which it is served
    kind = CharField(max_length=16)  # "image/png"
    width = IntegerField()
    height = IntegerField()
    image = BlobField()
    set_at = UtcDateTimeField()

    @classmethod
    def put(cls, company_id: int, at: datetime, token: str, kind: str, size: tuple[int, int], image: bytes) -> None:
        """Take the place of the one before."""
        cls.remove(company_id)
        cls.create(company=company_id, set_at=at, token=token, kind=kind, width=size[0], height=size[1], image=image)

    @classmethod
    def remove(cls, company_id: int) -> bool:
        return bool(cls.delete().where(cls.company == company_id).execute())

    @classmethod
    def named(cls, token: str) -> Logo | None:
        return cls.get_or_none(cls.token == token)

    @classmethod
    def letterhead(cls, company_id: int) -> Letterhead | None:
        found = rows(LETTERHEAD, (company_id,))
        return Letterhead(*found[0]) if found else None


LETTERHEAD = """
SELECT c.name, c.licence, c.phone, c.email, COALESCE(l.token, ''), COALESCE(l.width, 0), COALESCE(l.height, 0)
FROM company c LEFT JOIN logo l ON l.company_id = c.id WHERE c.id = ?
"""
