"""How often a person may make codes and links: a derived key costs 64 MiB and a fifth of a second."""

from __future__ import annotations

from webapp.accounts.principal import Principal
from webapp.accounts.services import throttle
from webapp.common.i18n import plural

MOST = 60  # in an hour


def take(by: Principal) -> None:
    """Count a making before it is done; raises TooMany after MOST in an hour, and counts no refused one."""
    throttle.take_hourly("codes", by.id, MOST, made_often)


def made_often(minutes: int) -> str:
    return plural(
        "You have made many codes in the last hour. Wait %(num)s minute, then try again.",
        "You have made many codes in the last hour. Wait %(num)s minutes, then try again.",
        minutes,
    )
