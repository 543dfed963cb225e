"""How often somebody may guess (Z13): failed tries are counted for the person, the address, and the two together.

An address that fails at one account is stopped there alone: others sign in from it, and the person signs in elsewhere
until the account as a whole is under attack.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from webapp.accounts.models import Attempt
from webapp.common import clock
from webapp.common.errors import TooMany
from webapp.common.i18n import plural

WINDOW = timedelta(minutes=15)
LIMITS = {"pair": 9, "account": 50, "address": 100}


def keys(what: str, email: str, address: str) -> list[str]:
    person = hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()[:32]
    return [f"pair:{what}:{person}:{address}", f"account:{what}:{person}", f"address:{what}:{address}"]


def require_turn(what: str, email: str, address: str) -> None:
    """Raise TooMany when this was tried too often in the last quarter of an hour."""
    now = clock.now()
    for key, (count, first) in Attempt.counts(keys(what, email, address), now - WINDOW).items():
        if count >= LIMITS[key.partition(":")[0]]:
            wait = max(1, int((first + WINDOW - now).total_seconds()))
            raise TooMany(
                plural(
                    "Too many tries. Wait %(num)s minute, then try again.",
                    "Too many tries. Wait %(num)s minutes, then try again.",
                    -(-wait // 60),
                ),
                wait,
            )


def failed(what: str, email: str, address: str) -> None:
    now = clock.now()
    Attempt.add(keys(what, email, address), now)
    Attempt.forget(now - WINDOW)


def succeeded(what: str, email: str, address: str) -> None:
    Attempt.forget(clock.now(), keys(what, email, address)[:1])
