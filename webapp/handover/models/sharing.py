"""Invitations to see a site, from its owner to family, as rows (U4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField

from webapp.accounts.models import Account
from webapp.db import BaseModel, UtcDateTimeField
from webapp.handover.models.request import Answer
from webapp.sites.models import Site, SiteShare


class ShareInvitation(BaseModel):
    """Somebody is asked to look at a site with its owner; only the hash of the link's token is kept."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    maker_id = IntegerField()
    maker_name = CharField(max_length=128)  # as it was then
    made_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()
    name = CharField(max_length=128, default="")  # of the invited, as the owner calls them
    email = CharField(max_length=254, default="")  # casefolded; the invitation is bound to it where it is given
    token_hash = CharField(max_length=64, unique=True)
    answer = CharField(max_length=12, default=Answer.OPEN)
    answered_at = UtcDateTimeField(null=True)
    answered_by = ForeignKeyField(Account, null=True, on_delete="SET NULL")

    class Meta:
        table_name = "share_invitation"

    @classmethod
    def by_token(cls, token_hash: str) -> ShareInvitation | None:
        """In any state, with its site."""
        return cls.select(cls, Site).join(Site).where(cls.token_hash == token_hash).first()

    @classmethod
    def open_at(cls, site_id: int, at: datetime) -> list[ShareInvitation]:
        """A site's open ones, the newest first."""
        mine = (cls.site == site_id) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return list(cls.select().where(mine).order_by(cls.id.desc()))  # type: ignore[attr-defined]

    @classmethod
    def use(cls, token_hash: str, at: datetime, **values: Any) -> bool:
        """Accept it: true for exactly one of any number of parallel tries (Z14)."""
        mine = (cls.token_hash == token_hash) & (cls.answer == Answer.OPEN) & (cls.expires_at > at)
        return bool(cls.update(answer=Answer.ACCEPTED, answered_at=at, **values).where(mine).execute() == 1)

    @classmethod
    def withdraw(cls, site_id: int, invitation_id: int, at: datetime) -> bool:
        mine = (cls.id == invitation_id) & (cls.site == site_id) & (cls.answer == Answer.OPEN)
        return bool(cls.update(answer=Answer.WITHDRAWN, answered_at=at).where(mine).execute() == 1)


def shares_of(site_id: int) -> list[SiteShare]:
    """Who sees the site beside its owner, each with the account, by name."""
    query = SiteShare.select(SiteShare, Account).join(Account).where(SiteShare.site == site_id)
    return list(query.order_by(Account.name, SiteShare.id))


def share_with(site_id: int, account_id: int, at: datetime) -> bool:
    """False when this person sees the site already."""
    values = {"site": site_id, "account": account_id, "shared_at": at}
    return bool(SiteShare.insert(**values).on_conflict_ignore().as_rowcount().execute() == 1)


def end_share(site_id: int, share_id: int) -> SiteShare | None:
    """The share that has ended; None when there is none such."""
    mine = (SiteShare.id == share_id) & (SiteShare.site == site_id)
    share = SiteShare.select(SiteShare, Account).join(Account).where(mine).first()
    return share if share and SiteShare.delete().where(mine).execute() == 1 else None


def sees(site_id: int, account_id: int) -> bool:
    """Whether this person sees the site, as its owner or as family."""
    shared = SiteShare.select(SiteShare.site).where(SiteShare.account == account_id)
    mine = (Site.owner == account_id) | Site.id.in_(shared)  # type: ignore[attr-defined]
    return bool(Site.select(Site.id).where(Site.id == site_id, mine).exists())
