"""Who is signed in from where, and links that set a new password, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField

from webapp.accounts.models.company import Account
from webapp.db import BaseModel, UtcDateTimeField, moment, rows


class Session(BaseModel):
    account = ForeignKeyField(Account, on_delete="CASCADE")
    account_id: int
    token_hash = CharField(max_length=64, unique=True)
    created_at = UtcDateTimeField()
    seen_at = UtcDateTimeField()
    address = CharField(max_length=45)
    agent = CharField(max_length=200)
    viewing = ForeignKeyField(Account, null=True, on_delete="SET NULL", backref="+")  # whose pages are looked at (R2)

    @classmethod
    def person(cls, token_hash: str, idle_since: datetime, born_since: datetime) -> tuple[Any, ...] | None:
        """(account, company, company's name, name, email, role, language, session, responsible?, own rights, viewer,
        seen_at): of the person whose pages are shown, and the name of who looks at them, "" for the person."""
        found = rows(PERSON, (token_hash, naive(idle_since), naive(born_since)))
        return (*found[0][:-1], moment(found[0][-1])) if found else None

    @classmethod
    def is_known(cls, email: str, address: str) -> bool:
        """Whether this person has a session from this address."""
        mine = cls.select().join(Account).where(Account.email == email, cls.address == address)
        return bool(mine.exists())

    @classmethod
    def touch(cls, session_id: int, at: datetime, address: str) -> None:
        cls.update(seen_at=at, address=address).where(cls.id == session_id).execute()

    @classmethod
    def renew(cls, session_id: int, token_hash: str) -> None:
        cls.update(token_hash=token_hash).where(cls.id == session_id).execute()

    @classmethod
    def end(cls, account_id: int, session_id: int) -> int:
        return cls.delete().where(cls.account == account_id, cls.id == session_id).execute()

    @classmethod
    def end_others(cls, account_id: int, kept: int | None) -> int:
        """End all sessions of a person but one (or none)."""
        query = cls.delete().where(cls.account == account_id)
        return (query.where(cls.id != kept) if kept else query).execute()

    @classmethod
    def of(cls, account_id: int, idle_since: datetime, born_since: datetime) -> list[dict[str, Any]]:
        """A person's live sessions, the one seen last first: id, created_at, seen_at, address, agent."""
        live = (cls.seen_at > idle_since) & (cls.created_at > born_since)
        return list(cls.select().where(cls.account == account_id, live).order_by(cls.seen_at.desc()).dicts())

    @classmethod
    def view(cls, session_id: int, account_id: int | None) -> None:
        """Show another person's pages in this session; None: the person's own again."""
        cls.update(viewing=account_id).where(cls.id == session_id).execute()

    @classmethod
    def forget(cls, idle_since: datetime, born_since: datetime) -> None:
        cls.delete().where((cls.seen_at <= idle_since) | (cls.created_at <= born_since)).execute()


PERSON = """
SELECT a.id, COALESCE(c.id, 0), COALESCE(c.name, ''), a.name, COALESCE(a.email, ''), a.role, a.language, s.id,
       a.responsible_at IS NOT NULL, r.rights,
       CASE WHEN a.id = w.id THEN '' ELSE COALESCE(NULLIF(w.name, ''), w.email) END, s.seen_at
FROM session s JOIN account w ON w.id = s.account_id JOIN account a ON a.id = COALESCE(s.viewing_id, s.account_id)
LEFT JOIN company c ON c.id = a.company_id LEFT JOIN company_role r ON r.id = a.own_role_id
WHERE s.token_hash = ? AND s.seen_at > ? AND s.created_at > ? AND a.disabled_at IS NULL AND w.disabled_at IS NULL
"""


def naive(at: datetime | None) -> Any:
    """A moment as UtcDateTimeField stores it, for a hand-written statement."""
    return MOMENTS.db_value(at)


MOMENTS = UtcDateTimeField()


class ResetToken(BaseModel):
    """A link that sets a new password once; only its hash is kept."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    token_hash = CharField(max_length=64, unique=True)
    expires_at = UtcDateTimeField()
    used_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "reset_token"

    @classmethod
    def open(cls, token_hash: str, at: datetime) -> ResetToken | None:
        live = (cls.token_hash == token_hash) & cls.used_at.is_null() & (cls.expires_at > at)
        return cls.select(cls, Account).join(Account).where(live, Account.disabled_at.is_null()).first()

    @classmethod
    def use(cls, token_hash: str, at: datetime) -> bool:
        """True for exactly one of any number of parallel uses (Z14)."""
        unused = (cls.token_hash == token_hash) & cls.used_at.is_null() & (cls.expires_at > at)
        return bool(cls.update(used_at=at).where(unused).execute() == 1)

    @classmethod
    def close(cls, account_id: int) -> None:
        """Forget all links of a person."""
        cls.delete().where(cls.account == account_id).execute()
