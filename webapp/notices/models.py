"""Mail that is to be sent, as rows: what a crash or a silent mail server left behind is seen here as overdue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from peewee import BlobField, CharField, IntegerField

from webapp.common import vault
from webapp.db import BaseModel, UtcDateTimeField


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a letter was not taken."""

    RECIPIENT = "recipient"
    REFUSED = "refused"
    LATER = "later"
    SIGN_IN = "sign_in"
    UNREACHABLE = "unreachable"
    OFF = "off"  # no mail is set up
    LOST = "lost"  # what it said does not open any more
    EXPIRED = "expired"


class Posted(NamedTuple):
    """What became of a letter. `reason` is a Trouble or "", `answer` the mail server's own words."""

    state: str
    reason: str
    answer: str
    tries: int
    at: datetime  # of the last try, or when it was posted


class Mail(BaseModel):
    """One letter to one person. What it says is sealed, for it carries links, and wiped when it is sent or given up."""

    token = CharField(max_length=64, unique=True)  # what it is sealed for: an id is known too late
    company_id = IntegerField(null=True)
    recipient = CharField(max_length=254)
    sealed = BlobField(default=b"")  # JSON: subject, text, html
    state = CharField(max_length=8, default=MailState.QUEUED)
    reason = CharField(max_length=16, default="")  # why the last try failed: a Trouble
    answer = CharField(max_length=200, default="")  # of the mail server, as it said it
    tries = IntegerField(default=0)
    at = UtcDateTimeField()  # when it was queued; then, of the last try
    due_at = UtcDateTimeField()
    until = UtcDateTimeField()  # after it nobody wants it any more

    class Meta:
        indexes = ((("state", "due_at"), False),)

    @classmethod
    def claim(cls, mail_id: int, now: datetime, again_at: datetime) -> Mail | None:
        """Take the letter for one try: of any number at once, one gets it. It is due anew if that try is cut short."""
        waiting = (cls.id == mail_id) & (cls.state == MailState.QUEUED) & (cls.due_at <= now)
        taken = cls.update(due_at=again_at, tries=cls.tries + 1, at=now).where(waiting).execute() == 1
        return cls.get_or_none(cls.id == mail_id) if taken else None

    @classmethod
    def is_there(cls, mail_id: int) -> bool:
        return bool(cls.select(cls.id).where(cls.id == mail_id).exists())

    @classmethod
    def close(cls, mail_id: int, state: MailState, reason: str = "", answer: str = "") -> None:
        """Sent or given up: what it said is forgotten."""
        cls.update(state=state, reason=reason, answer=answer, sealed=b"").where(cls.id == mail_id).execute()

    @classmethod
    def put_off(cls, mail_id: int, due_at: datetime, reason: str, answer: str) -> None:
        cls.update(due_at=due_at, reason=reason, answer=answer).where(cls.id == mail_id).execute()

    @classmethod
    def due(cls, now: datetime, count: int) -> list[int]:
        """Ids of letters that wait and are due, the longest waiting first."""
        waiting = (cls.state == MailState.QUEUED) & (cls.due_at <= now)
        query = cls.select(cls.id).where(waiting).order_by(cls.due_at).limit(count)
        return [mail_id for (mail_id,) in query.tuples()]

    @classmethod
    def of(cls, ids: Iterable[int]) -> dict[int, Posted]:
        query = cls.select(cls.id, cls.state, cls.reason, cls.answer, cls.tries, cls.at)
        found = query.where(cls.id.in_(list(ids))).tuples()  # type: ignore[attr-defined]
        return {mail_id: Posted(*rest) for mail_id, *rest in found}

    @classmethod
    def forget(cls, before: datetime) -> None:
        """Remove what was sent or given up before that."""
        cls.delete().where(cls.state != MailState.QUEUED, cls.at < before).execute()

    @classmethod
    def sealed_after(cls, mail_id: int, count: int) -> list[Mail]:
        """The next letters that still say something, in the order of their ids."""
        return list(cls.select().where(cls.id > mail_id, cls.sealed != b"").order_by(cls.id).limit(count))

    @classmethod
    def reseal(cls, mail_id: int, old: bytes, new: bytes) -> int:
        """Replace what a letter says, unless it has been sent or given up meanwhile: 0 then."""
        same = (cls.id == mail_id) & (cls.sealed == old)
        return int(cls.update(sealed=new).where(same).execute())

    def seal(self, text: str) -> None:
        self.sealed = vault.seal(text, "mail", self.token)

    def unseal(self) -> str:
        """Raises Broken."""
        return vault.unseal(self.sealed, "mail", self.token)
