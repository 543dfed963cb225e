"""Companies and people, as rows."""

from __future__ import annotations

from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField

from webapp.db import BaseModel, UtcDateTimeField, locking, rows


class Company(BaseModel):
    name = CharField(max_length=128)
    created_at = UtcDateTimeField()

    @classmethod
    def exists(cls) -> bool:
        return bool(rows("SELECT 1 FROM company LIMIT 1"))


class Account(BaseModel):
    company = ForeignKeyField(Company, null=True, on_delete="CASCADE")
    company_id: int
    email = CharField(max_length=254, unique=True)  # casefolded
    name = CharField(max_length=128)
    role = CharField(max_length=32)
    password_hash = CharField(max_length=200)  # Argon2id
    password_changed_at = UtcDateTimeField()
    language = CharField(max_length=8, default="")
    responsible_at = UtcDateTimeField(null=True)  # when the responsibility notice was seen (D14)
    disabled_at = UtcDateTimeField(null=True)
    created_at = UtcDateTimeField()

    @classmethod
    def by_email(cls, email: str) -> Account | None:
        return cls.get_or_none((cls.email == email) & cls.disabled_at.is_null())

    @classmethod
    def active(cls, account_id: int) -> Account | None:
        return cls.get_or_none((cls.id == account_id) & cls.disabled_at.is_null())

    @classmethod
    def still_has(cls, account_id: int, password_hash: str) -> bool:
        """Whether the password is the one that was compared; nobody changes it until this transaction ends."""
        query = cls.select(cls.id).where(cls.id == account_id, cls.password_hash == password_hash)
        return bool(locking(query).first())

    @classmethod
    def set_fields(cls, account_id: int, **values: Any) -> None:
        cls.update(**values).where(cls.id == account_id).execute()


class SetupLock(BaseModel):
    """One row that the first company's maker inserts: of two at once, the second fails."""

    done = IntegerField(unique=True)

    class Meta:
        table_name = "setup_lock"
