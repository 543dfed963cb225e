"""Letters that are kept until the mail server takes them, and what became of each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from webapp.common import clock, jobs, vault
from webapp.common.tokens import new_token
from webapp.common.vault import Broken
from webapp.notices.models import Mail, MailState, Posted, Trouble
from webapp.notices.services import letters
from webapp.notices.services.letters import FINAL, NotTaken

LASTS = timedelta(days=1)  # that a letter is tried
TRY_LASTS = timedelta(minutes=5)  # longer than any try: one that a crash cut short is made again after it
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60)]  # between tries; the last one repeats
KEPT = timedelta(days=90)  # that it is known what became of a letter
AT_ONCE = 20  # overdue letters in one sweep
MOMENTS = (0.05, 0.2, 0.5, 1, 3)  # seconds: whoever posts may still be in a transaction


def post(company_id: int | None, to: str, subject: str, text: str, html: str = "", lasts: timedelta = LASTS) -> int:
    """Keep a letter and send it soon; gives its id. It may be called within the caller's transaction.

    `lasts`: how long it is worth sending. Raises BadLetter.
    """
    mail_id = keep(company_id, to, subject, text, html, lasts)
    jobs.enqueue(deliver_soon, mail_id)
    return mail_id


def keep(company_id: int | None, to: str, subject: str, text: str, html: str = "", lasts: timedelta = LASTS) -> int:
    """Keep a letter as due; whoever is in a job already calls deliver() next. Raises BadLetter."""
    letters.require_sendable(to, subject)
    now = clock.now()
    mail = Mail(token=new_token(), company_id=company_id, recipient=to, at=now, due_at=now, until=now + lasts)
    mail.seal(json.dumps([subject, text, html]))
    mail.save()
    return mail.id


def deliver_soon(mail_id: int) -> None:
    """The job behind post(): wait until the letter's transaction has ended, send it, then what else is overdue."""
    for moment in MOMENTS:
        if Mail.is_there(mail_id):
            break
        time.sleep(moment)
    deliver(mail_id)
    sweep()


def deliver(mail_id: int) -> None:
    """Try once, if the letter is due and nobody else tries."""
    now = clock.now()
    mail = Mail.claim(mail_id, now, now + TRY_LASTS)
    if mail is None:
        return
    try:
        if now > mail.until:
            raise NotTaken(Trouble.EXPIRED)
        letters.hand_over(mail.recipient, *json.loads(mail.unseal()))
    except Broken:
        Mail.close(mail.id, MailState.FAILED, Trouble.LOST)
    except NotTaken as no:
        settle(mail, no, clock.now())
    else:
        Mail.close(mail.id, MailState.SENT)


def settle(mail: Mail, no: NotTaken, now: datetime) -> None:
    """After a failed try: another one later, unless that would change nothing or come too late."""
    due_at = now + PAUSES[min(mail.tries, len(PAUSES)) - 1]
    if no.trouble == Trouble.EXPIRED:
        Mail.close(mail.id, MailState.FAILED, mail.reason or no.trouble, mail.answer)
    elif no.trouble in FINAL or due_at > mail.until:
        Mail.close(mail.id, MailState.FAILED, no.trouble, no.answer)
    else:
        Mail.put_off(mail.id, due_at, no.trouble, no.answer)


def sweep() -> None:
    """Send what is overdue, after a crash or a silent mail server, and forget what is old. Call it every minute."""
    now = clock.now()
    for mail_id in Mail.due(now, AT_ONCE):
        deliver(mail_id)
    Mail.forget(now - KEPT)


def reseal_all(batch: int = 200) -> tuple[int, int]:
    """Seal what letters that wait say with the newest key: how many, and how many do not open."""
    total, damaged, last = 0, 0, 0
    while found := Mail.sealed_after(last, batch):
        for mail in (mail for mail in found if not vault.is_current(mail.sealed)):
            old = mail.sealed
            try:
                mail.seal(mail.unseal())
                total += Mail.reseal(mail.id, old, mail.sealed)
            except Broken:
                damaged += 1
        last = found[-1].id
    return total, damaged


def state(mail_id: int | None) -> Posted | None:
    """What became of one letter; None when nothing is known of it (any more)."""
    return states([mail_id]).get(mail_id) if mail_id else None


def states(ids: Iterable[int]) -> dict[int, Posted]:
    """The same for many, by one statement."""
    wanted = [mail_id for mail_id in ids if mail_id]
    return Mail.of(wanted) if wanted else {}
