"""Links by which an owner signs in without a password, as rows."""

from __future__ import annotations

from datetime import datetime

from peewee import CharField, ForeignKeyField

from webapp.accounts.models import Account, Session
from webapp.accounts.permissions import Role
from webapp.db import BaseModel, UtcDateTimeField


class SignInLink(BaseModel):
    """A link that begins one session; only its hash is kept."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    account_id: int
    token_hash = CharField(max_length=64, unique=True)
    expires_at = UtcDateTimeField()
    used_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "sign_in_link"

    @classmethod
    def by_hash(cls, token_hash: str) -> SignInLink | None:
        """In any state, of an owner who is not disabled, with the account."""
        whose = Account.disabled_at.is_null() & (Account.role == Role.OWNER)
        return cls.select(cls, Account).join(Account).where(cls.token_hash == token_hash, whose).first()

    def is_open(self, at: datetime) -> bool:
        return not self.used_at and self.expires_at > at

    @classmethod
    def use(cls, token_hash: str, at: datetime) -> bool:
        """True for exactly one of any number of parallel uses (Z14)."""
        unused = (cls.token_hash == token_hash) & cls.used_at.is_null() & (cls.expires_at > at)
        return bool(cls.update(used_at=at).where(unused).execute() == 1)

    @classmethod
    def forget(cls, before: datetime) -> None:
        cls.delete().where(cls.expires_at < before).execute()

    @classmethod
    def close(cls, account_id: int) -> None:
        """Forget all links of a person."""
        cls.delete().where(cls.account == account_id).execute()


def passwordless_session(session_id: int) -> datetime | None:
    """When this session of a person without a password began; None for a person with one."""
    query = Session.select(Session.created_at).join(Account, on=Session.account)
    found = query.where(Session.id == session_id, Account.password_hash == "").first()
    return found.created_at if found else None
