"""Invitations of employees, as rows (R4)."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import Account, Company, CompanyRole
from webapp.audit.models import AuditEntry
from webapp.db import BaseModel, UtcDateTimeField

SENDING = ("team.invited", "team.invitation_resent")


class Answer(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class TeamInvitation(BaseModel):
    """Somebody is asked to join the company; only the hash of the link's token is kept."""

    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)  # as it was then
    made_at = UtcDateTimeField()
    sent_at = UtcDateTimeField()  # for the last time
    expires_at = UtcDateTimeField()
    name = CharField(max_length=128)
    email = CharField(max_length=254)  # casefolded; the account that comes of it has this one
    role = CharField(max_length=32)
    own_role = ForeignKeyField(CompanyRole, null=True, on_delete="SET NULL")  # where role is "own"
    own_role_id: int | None
    sites = TextField(default="[]")  # JSON list of the ids of sites that are assigned at once
    token_hash = CharField(max_length=64, unique=True)
    mail_id = IntegerField(null=True)  # of notices.post
    answer = CharField(max_length=12, default=Answer.OPEN)
    answered_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "team_invitation"
        indexes = ((("company", "answer"), False),)

    @property
    def site_ids(self) -> list[int]:
        return list(json.loads(self.sites))

    @classmethod
    def of(cls, company_id: int, invitation_id: int) -> TeamInvitation | None:
        """An open one of the company, expired or not."""
        mine = (cls.id == invitation_id) & (cls.company == company_id) & (cls.answer == Answer.OPEN)
        return cls.get_or_none(mine)

    @classmethod
    def by_token(cls, token_hash: str) -> TeamInvitation | None:
        """In any state, with its company."""
        return cls.select(cls, Company).join(Company).where(cls.token_hash == token_hash).first()

    @classmethod
    def open_to(cls, company_id: int, email: str) -> TeamInvitation | None:
        return cls.get_or_none((cls.company == company_id) & (cls.email == email) & (cls.answer == Answer.OPEN))

    @classmethod
    def count_open(cls, company_id: int) -> int:
        return int(cls.select().where(cls.company == company_id, cls.answer == Answer.OPEN).count())

    @classmethod
    def with_role(cls, own_role_id: int) -> list[TeamInvitation]:
        """The open ones to a role that the company has made, by name."""
        mine = (cls.own_role == own_role_id) & (cls.answer == Answer.OPEN)
        return list(cls.select().where(mine).order_by(cls.name))

    @classmethod
    def use(cls, token_hash: str, at: datetime) -> bool:
        """True for exactly one of any number of parallel uses, while it holds (Z14)."""
        mine = (cls.token_hash == token_hash) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return bool(cls.update(answer=Answer.ACCEPTED, answered_at=at).where(mine).execute() == 1)

    @classmethod
    def renew(cls, invitation_id: int, **values: Any) -> bool:
        """Another link in place of the one before; False when it has been answered meanwhile."""
        mine = (cls.id == invitation_id) & (cls.answer == Answer.OPEN)
        return bool(cls.update(**values).where(mine).execute() == 1)

    @classmethod
    def withdraw(cls, invitation_id: int, at: datetime) -> bool:
        mine = (cls.id == invitation_id) & (cls.answer == Answer.OPEN)
        return bool(cls.update(answer=Answer.WITHDRAWN, answered_at=at).where(mine).execute() == 1)

    @classmethod
    def made_by(cls, company_id: int, maker_id: int) -> Any:
        """The condition of the open ones that a person has made."""
        return (cls.company == company_id) & (cls.maker_id == maker_id) & (cls.answer == Answer.OPEN)

    @classmethod
    def count_made_by(cls, company_id: int, maker_id: int) -> int:
        return int(cls.select().where(cls.made_by(company_id, maker_id)).count())

    @classmethod
    def withdraw_all_of(cls, company_id: int, maker_id: int, at: datetime) -> None:
        cls.update(answer=Answer.WITHDRAWN, answered_at=at).where(cls.made_by(company_id, maker_id)).execute()

    @classmethod
    def hand_over(cls, company_id: int, maker_id: int, to: Account) -> None:
        """The open ones of one person are another's from now on."""
        cls.update(maker_id=to.id, maker_name=to.name).where(cls.made_by(company_id, maker_id)).execute()


def sent_since(company_id: int, since: datetime) -> list[datetime]:
    """When the company's people sent invitations since then, the first one first."""
    mine = (AuditEntry.company_id == company_id) & (AuditEntry.at > since) & AuditEntry.action.in_(SENDING)
    return [at for (at,) in AuditEntry.select(AuditEntry.at).where(mine).order_by(AuditEntry.at).tuples()]


def account_with(email: str) -> Account | None:
    """Whoever has this address, disabled or not: an address belongs to one account in the installation."""
    return Account.get_or_none(Account.email == email)
