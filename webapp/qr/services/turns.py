"""How often a person may make codes and links: a derived key costs 64 MiB and a fifth of a second."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.errors import TooMany
from webapp.common.i18n import plural
from webapp.db import one_at_a_time
from webapp.qr.models import QrMaking

MOST, WINDOW = 60, timedelta(hours=1)


def take(by: Principal) -> None:
    """Count a making before it is done; raises TooMany after MOST in an hour, and counts no refused one."""
    now = clock.now()
    with one_at_a_time(f"codes of {by.id}"):
        QrMaking.forget(now - WINDOW)
        before = QrMaking.since(by.id, now - WINDOW)
        if len(before) >= MOST:
            raise too_many(max(1, int((before[-MOST] + WINDOW - now).total_seconds())))
        QrMaking.create(account_id=by.id, at=now)


def too_many(wait: int) -> TooMany:
    why = plural(
        "You have made many codes in the last hour. Wait %(num)s minute, then try again.",
        "You have made many codes in the last hour. Wait %(num)s minutes, then try again.",
        -(-wait // 60),
    )
    return TooMany(why, wait)
