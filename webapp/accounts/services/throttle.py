"""How often somebody may guess (Z13): failed tries are counted for the person, the address, and the two together.

An address that fails at one account is stopped there alone: others sign in from it, and the person signs in elsewhere
until the account as a whole is under attack. Even then they sign in from where they are signed in already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_network

from webapp.accounts.models import Attempt, Session
from webapp.common import clock
from webapp.common.errors import TooMany
from webapp.common.i18n import plural
from webapp.db import one_at_a_time

WINDOW, HOUR = timedelta(minutes=15), timedelta(hours=1)
LIMITS = {"pair": 9, "account": 50, "address": 100, "hour": 20}
SHORT = {"code"}  # secrets so short that an account has but so many tries an hour, from wherever


def network(address: str) -> str:
    """What one person has many of counts as one: an IPv6 address is its /64."""
    if ":" not in address:
        return address
    try:
        return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))
    except ValueError:
        return address


def keys(what: str, email: str, address: str) -> list[str]:
    address = network(address)
    person = hashlib.sha256(email.encode("utf-8", "replace")).hexdigest()[:32]
    mine = [f"pair:{what}:{person}:{address}", f"account:{what}:{person}", f"address:{what}:{address}"]
    return [*mine, f"hour:{what}:{person}"] if what in SHORT else mine


def take_turn(what: str, email: str, address: str) -> datetime:
    """Count a try before it is made, so that many at once are no more than many in turn; gives the try's moment.

    Raises TooMany when this was tried too often of late; a refused try is not counted.
    """

    def spared(key: str) -> bool:
        return key.startswith(("account:", "hour:")) and Session.is_known(email, address)

    return count({key: LIMITS[key.partition(":")[0]] for key in keys(what, email, address)}, spared)


def tried_often(minutes: int) -> str:
    return plural(
        "Too many tries. Wait %(num)s minute, then try again.",
        "Too many tries. Wait %(num)s minutes, then try again.",
        minutes,
    )


def count(
    limits: Mapping[str, int],
    spared: Callable[[str], bool] = lambda key: False,
    say: Callable[[int], str] = tried_often,
) -> datetime:
    """Count a try under each of these keys, before it is made; gives its moment. `say` words the minutes to wait.

    Raises TooMany, and counts nothing, when a key that is not spared has had as many as its limit: in an hour where it
    begins with "hour:", else in a quarter of one.
    """
    now, mine = clock.now(), list(limits)
    Attempt.forget(now - HOUR)
    Attempt.add(mine, now)
    for window in (WINDOW, HOUR):
        timed = [key for key in mine if (window == HOUR) == key.startswith("hour:")]
        for key, (tried, first) in Attempt.counts(timed, now - window).items() if timed else ():
            if tried > limits[key] and not spared(key):
                Attempt.take_back(mine, now)
                wait = max(1, int((first + window - now).total_seconds()))
                raise TooMany(say(-(-wait // 60)), wait)
    return now


def take_hourly(what: str, whose: int, most: int, say: Callable[[int], str] = tried_often) -> None:
    """Count a deed before it is done, exactly, for a person or a company by its id; a refused one is not counted.

    Raises TooMany after so many in an hour. In a transaction it counts only when that is committed.
    """
    key = f"hour:{what}:{whose}"
    with one_at_a_time(key):
        count({key: most}, say=say)


def succeeded(what: str, email: str, address: str, turn: datetime) -> None:
    """The try was right: it does not count, and neither do this address's earlier ones at this account."""
    mine = keys(what, email, address)
    forgive(mine, [key for key in mine if key.startswith(("pair:", "hour:"))], turn)


def forgive(mine: list[str], own: list[str], turn: datetime) -> None:
    """Take a counted try back that was right, and the earlier ones under some of its keys."""
    Attempt.take_back(mine, turn)
    Attempt.forget(clock.now(), own)
