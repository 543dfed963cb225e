"""What end users read: rights and spans of time in plain words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_time, format_timedelta

from webapp.common import clock
from webapp.common.i18n import _, date_and_time, language, lazy, local, plural

# What a company may do with a device → (icon, in words)
MAY = {
    "configuration": ("edit", lazy("Change its settings")),
    "live_view": ("eye", lazy("Look at the live picture")),
    "playback": ("clock", lazy("Look at recordings")),
}
FOR_GOOD = 0  # hours, as a form brings them
OFFERED = (1, 2, 4, 8)  # hours
HOUR, DAY = 60, 1440  # minutes


def may(kind: str) -> str:
    return str(MAY[kind][1]) if kind in MAY else kind


def lasting(hours: int) -> str:
    """As "4 hours"; `FOR_GOOD` is for good."""
    return plural("%(num)s hour", "%(num)s hours", hours) if hours else _("For good")


def spans() -> list[tuple[str, str]]:
    """For how long something may be allowed: values of a form and their words."""
    return [(str(hours), lasting(hours)) for hours in (FOR_GOOD, *OFFERED)]


def longer() -> list[tuple[str, str]]:
    """How much longer something may hold; the shortest first, for a tap should not give away the longest."""
    return [(str(hours), lasting(hours)) for hours in (*OFFERED, FOR_GOOD)]


def when(moment: datetime, zone: str) -> str:
    """The time of day at a place, with its day when that is not today."""
    there, now = local(moment, zone), local(clock.now(), zone)
    if there.date() == now.date():
        return str(format_time(there, "short", locale=language()))
    return date_and_time(moment, zone)


def left(until: datetime) -> str:
    """How long it is still: "3 hr 20 min", "12 min", "5 days"; under a minute is one."""
    minutes = max(1, int((until - clock.now()).total_seconds() // 60))
    if minutes >= 2 * DAY:
        return span("day", minutes // DAY * DAY)
    hours, rest = minutes // HOUR * HOUR, minutes % HOUR
    return " ".join([span("hour", hours)] * bool(hours) + [span("minute", rest)] * bool(rest))


def span(unit: Any, minutes: int) -> str:
    passed = timedelta(minutes=minutes)
    return str(format_timedelta(passed, unit, threshold=1e9, format="short", locale=language()))


def until(moment: datetime | None, zone: str) -> str:
    """As "For good" or "until 14:03, 3 hr 20 min left"."""
    if moment is None:
        return _("For good")
    return _("until %(time)s, %(span)s left", time=when(moment, zone), span=left(moment))
