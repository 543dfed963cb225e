"""How much of a time devices were there: checks that were answered, of those that told up or down.

A time without checks counts as neither; a figure of which little is known says how much that is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.i18n import _
from webapp.health import words
from webapp.health.models import reading, rollup
from webapp.health.models.reading import Count
from webapp.sites.models import Site

MOSTLY = 0.9  # a figure of which less is known says how much


class Share(NamedTuple):
    """How much of the checks found a device, and how much of the time they cover."""

    up: float | None  # 0 to 1; None: no data
    known: float  # 0 to 1


Three = tuple[Share, Share, Share]  # of 24 hours, 7 days and 30 days


def share(checks: int, up: int, seconds: float) -> Share:
    """`seconds` are those that the checks could have covered."""
    expected = seconds / config.current().check_interval
    return Share(up / checks if checks else None, min(1.0, checks / expected) if expected else 0.0)


def total(counts: Sequence[Count], seconds: float) -> Share:
    return share(sum(count.n for count in counts), sum(count.up for count in counts), seconds)


def rounded(exact: Share) -> Share:
    """No finer than it is shown; something is never called nothing."""
    return Share(exact.up and int(exact.up * 1000) / 1000, max(round(exact.known, 2), 0.01 if exact.known else 0))


def last_day(now: int) -> range:
    """The last 24 hours, since 1970, as a device's bar of half hours begins: that of the first counts as a whole."""
    return range((now // 1800 - 47) // 2, now // 3600 + 1)


class Windows:
    """The last 24 hours, 7 days and 30 days up to a moment in seconds since 1970: what is to be read of them.

    Whole days are read as such, as far as they have been made of their hours: there may be thousands of devices.
    """

    def __init__(self, now: int) -> None:
        self.now, today = now, now // 86_400
        self.day, self.week = last_day(now), range(now // 3600 - 167, now // 3600 + 1)
        self.whole = range(-(-self.week.start // 24), min(rollup.newest_day(today) + 1, today))
        self.hours = [hour for hour in self.week if hour in self.day or hour // 24 not in self.whole]
        self.days = range(today - 29, self.whole.stop)

    def shares(self, hours: Sequence[Count], days: Sequence[Count], watched: int) -> Three:
        """Of so many devices together, whose `hours` and `days` these are."""
        apart = [count for count in hours if count.at // 24 not in self.whole]
        unmade = [count for count in apart if count.at // 24 >= self.whole.stop]
        return (
            total([count for count in hours if count.at in self.day], watched * (self.now - self.day.start * 3600)),
            total(
                [*apart, *(count for count in days if count.at in self.whole)],
                watched * (self.now - self.week.start * 3600),
            ),
            total([*unmade, *days], watched * (self.now - self.days.start * 86_400)),
        )


def present() -> int:
    """Seconds since 1970."""
    return int(clock.now().timestamp())


def of_last_day(by: Principal, site: Site, watched: int) -> Share:
    """Of the `watched` devices of a site that this person is told of."""
    now = present()
    hours = last_day(now)
    return total(rollup.hour_sums(rollup.watched_at(by, site.id), hours), watched * (now - hours.start * 3600))


def of_device(device_id: int, now: int) -> Three:
    windows = Windows(now)
    hours, days = reading.hour_counts(device_id, windows.hours), reading.day_counts(device_id, windows.days)
    return windows.shares(hours, days, 1)


def of_each(by: Principal, site: Site) -> Callable[[int], Three]:
    """Of each device of a site that this person is told of, by its id; read at once."""
    windows = Windows(present())
    hours = by_device(rollup.hours_of_site(by, site.id, windows.hours))
    days = by_device(rollup.days_of_site(by, site.id, windows.days))
    return lambda device_id: windows.shares(hours[device_id], days[device_id], 1)


def by_device(found: Iterable[tuple[int, Count]]) -> dict[int, list[Count]]:
    counts: dict[int, list[Count]] = defaultdict(list)
    for device_id, count in found:
        counts[device_id].append(count)
    return counts


def of_site(by: Principal, site: Site, watched: int) -> Three:
    """Of its `watched` devices together that this person is told of."""
    return until(present(), rollup.watched_at(by, site.id), watched)


def until(now: int, devices: rollup.Chosen, watched: int) -> Three:
    """Of so many devices together, up to a moment in seconds since 1970."""
    windows = Windows(now)
    hours, days = rollup.hour_sums(devices, windows.hours), rollup.day_sums(devices, windows.days)
    return windows.shares(hours, days, watched)


def spans() -> tuple[str, str, str]:
    """What shares are of."""
    return _("24 hours"), _("7 days"), _("30 days")


def said(three: Iterable[Share]) -> tuple[tuple[str, str, str], ...]:
    """Shares of 24 hours, 7 days and 30 days, each with what it is of, as `figure` says them."""
    return tuple((span, *figure(share)) for span, share in zip(spans(), three, strict=True))


def figure(exact: Share) -> tuple[str, str]:
    """As "99.8%", and how much of the time is known ("3% known") when that is far from all, else ""."""
    share = rounded(exact)
    if share.up is None:
        return _("no data"), ""
    known = _("%(share)s known", share=words.percent(share.known)) if share.known < MOSTLY else ""
    return words.percent(share.up), known
