"""How often somebody guessed, as rows."""

from __future__ import annotations

from datetime import datetime

from peewee import CharField, fn

from webapp.db import BaseModel, UtcDateTimeField


class Attempt(BaseModel):
    """One failed try at something guessable; rows older than the longest window are dropped."""

    key = CharField(max_length=100)  # "account:…", "pair:…", "address:…"; hashed where it names a person
    at = UtcDateTimeField()

    class Meta:
        indexes = ((("key", "at"), False),)

    @classmethod
    def counts(cls, keys: list[str], since: datetime) -> dict[str, tuple[int, datetime]]:
        """For each key that was tried: how often since then, and when first."""
        tried = cls.select(cls.key, fn.COUNT(cls.id), fn.MIN(cls.at)).where(cls.key.in_(keys), cls.at > since)
        return {key: (count, first) for key, count, first in tried.group_by(cls.key).tuples()}

    @classmethod
    def add(cls, keys: list[str], at: datetime) -> None:
        cls.insert_many([{"key": key, "at": at} for key in keys]).execute()

    @classmethod
    def take_back(cls, keys: list[str], at: datetime) -> None:
        """Remove one try, known by its very moment."""
        cls.delete().where(cls.key.in_(keys), cls.at == at).execute()

    @classmethod
    def forget(cls, before: datetime, keys: list[str] | None = None) -> None:
        cls.delete().where(cls.at < before if keys is None else cls.key.in_(keys)).execute()
