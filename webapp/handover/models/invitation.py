"""Invitations of owners to a site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import Account, Company
from webapp.db import BaseModel, UtcDateTimeField
from webapp.handover.models.request import Answer
from webapp.sites.models import Site


class OwnerInvitation(BaseModel):
    """An end user is asked to become the site's owner; only the hash of the link's token is kept (T4)."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)  # as it was then
    made_at = UtcDateTimeField()
    sent_at = UtcDateTimeField()  # for the last time
    expires_at = UtcDateTimeField()
    name = CharField(max_length=128, default="")  # of the invited, as the company calls them
    email = CharField(max_length=254, default="")  # casefolded; the invitation is bound to it where it is given
    phone = CharField(max_length=32, default="")
    language = CharField(max_length=8, default="")
    retained = TextField()  # Wanted.text
    token_hash = CharField(max_length=64, unique=True)
    answer = CharField(max_length=12, default=Answer.OPEN)
    answered_at = UtcDateTimeField(null=True)
    answered_by = ForeignKeyField(Account, null=True, on_delete="SET NULL")
    mail_id = IntegerField(null=True)  # of notices, when it was mailed for the last time

    class Meta:
        table_name = "owner_invitation"
        indexes = ((("site", "made_at"), False),)

    @classmethod
    def by_token(cls, token_hash: str) -> OwnerInvitation | None:
        """In any state, with its site and company."""
        query = cls.select(cls, Site, Company).join(Site).switch(cls).join(Company)
        return query.where(cls.token_hash == token_hash).first()

    @classmethod
    def latest(cls, site_id: int) -> OwnerInvitation | None:
        return cls.select().where(cls.site == site_id).order_by(cls.id.desc()).first()  # type: ignore[attr-defined]

    @classmethod
    def close(cls, invitation_id: int, answer: str, at: datetime, **values: Any) -> bool:
        """True for exactly one of any number of parallel answers to an open one (Z14)."""
        mine = (cls.id == invitation_id) & (cls.answer == Answer.OPEN)
        return bool(cls.update(answer=answer, answered_at=at, **values).where(mine).execute() == 1)

    @classmethod
    def use(cls, token_hash: str, answer: str, at: datetime, **values: Any) -> bool:
        """The same by its token, while it holds."""
        mine = (cls.token_hash == token_hash) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return bool(cls.update(answer=answer, answered_at=at, **values).where(mine).execute() == 1)

    @classmethod
    def note_mail(cls, invitation_id: int, mail_id: int) -> None:
        cls.update(mail_id=mail_id).where(cls.id == invitation_id).execute()

    @classmethod
    def renew(cls, invitation_id: int, token_hash: str, at: datetime, expires_at: datetime) -> bool:
        """Another link in place of the one before; False when it has been answered meanwhile."""
        mine = (cls.id == invitation_id) & (cls.answer == Answer.OPEN)
        values = {"token_hash": token_hash, "sent_at": at, "expires_at": expires_at, "mail_id": None}
        return bool(cls.update(**values).where(mine).execute() == 1)
