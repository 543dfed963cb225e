"""The offer of the one role of Installer Admin, as rows (R1)."""

from __future__ import annotations

from datetime import datetime

from peewee import CharField, ForeignKeyField

from webapp.accounts.models import Account, Company, CompanyRole
from webapp.db import BaseModel, UtcDateTimeField
from webapp.team.models.invitation import Answer


class AdminOffer(BaseModel):
    """The Installer Admin offers the role to an employee, and says which one they take themselves."""

    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    maker = ForeignKeyField(Account, on_delete="CASCADE", backref="+")
    maker_id: int
    taker = ForeignKeyField(Account, on_delete="CASCADE", backref="+")
    taker_id: int
    role = CharField(max_length=32)  # that the maker will have
    own_role = ForeignKeyField(CompanyRole, null=True, on_delete="SET NULL")
    own_role_id: int | None
    made_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()
    answer = CharField(max_length=12, default=Answer.OPEN)
    answered_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "admin_offer"
        indexes = ((("company", "answer"), False),)

    @classmethod
    def open_of(cls, company_id: int, at: datetime) -> AdminOffer | None:
        """The company's one that holds, with its two people."""
        taker = Account.alias()
        query = cls.select(cls, Account, taker).join(Account, on=cls.maker).switch(cls).join(taker, on=cls.taker)
        mine = (cls.company == company_id) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return query.where(mine).order_by(cls.id.desc()).first()  # type: ignore[attr-defined]

    @classmethod
    def close(cls, offer_id: int, answer: str, at: datetime) -> bool:
        """True for exactly one of any number of parallel answers."""
        mine = (cls.id == offer_id) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return bool(cls.update(answer=answer, answered_at=at).where(mine).execute() == 1)

    @classmethod
    def close_all(cls, company_id: int, answer: str, at: datetime) -> None:
        mine = (cls.company == company_id) & (cls.answer == Answer.OPEN)
        cls.update(answer=answer, answered_at=at).where(mine).execute()

    @classmethod
    def with_role(cls, own_role_id: int, at: datetime) -> bool:
        """Whether somebody is to have this role once an offer is accepted."""
        mine = (cls.own_role == own_role_id) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return bool(cls.select().where(mine).exists())
