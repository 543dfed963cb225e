"""How much of a time devices were there: checks that were answered, of those that told up or down.

A time without checks counts as neither; a figure of which little is known says how much that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.i18n import _
from webapp.health import words
from webapp.health.models import rollup
from webapp.health.models.reading import Count
from webapp.health.models.rollup import Checks
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


def total(counts: Iterable[Count | Checks], seconds: float) -> Share:
    kept = list(counts)
    return share(sum(count.n for count in kept), sum(count.up for count in kept), seconds)


def rounded(exact: Share) -> Share:
    """No finer than it is shown; something is never called nothing."""
    return Share(exact.up and int(exact.up * 1000) / 1000, max(round(exact.known, 2), 0.01 if exact.known else 0))


def last_hours(count: int) -> range:
    """Hours since 1970, the present one last."""
    return hours_until(int(clock.now().timestamp()), count)


def hours_until(now: int, count: int) -> range:
    """The last of them is that of `now`, in seconds since 1970."""
    return range(now // 3600 - count + 1, now // 3600 + 1)


def last_day() -> range:
    return day_until(int(clock.now().timestamp()))


def day_until(now: int) -> range:
    """The hours of the last 24, as a device's bar of half hours begins: that of the first counts as a whole."""
    return range((now // 1800 - 47) // 2, now // 3600 + 1)


def seconds_of(hours: range) -> float:
    """Since the first of these hours."""
    return clock.now().timestamp() - hours.start * 3600


def since_day(day: int) -> float:
    """Seconds since a day (since 1970, UTC) began."""
    return clock.now().timestamp() - day * 86_400


def of_last_day(by: Principal, site: Site, watched: int) -> Share:
    """Of the `watched` devices of a site that this person is told of."""
    hours = last_day()
    return total(rollup.hour_sums(rollup.watched_at(by, site.id), hours), watched * seconds_of(hours))


def of_site(by: Principal, site: Site, watched: int) -> Three:
    """The same of 24 hours, 7 days and 30 days."""
    return until(int(clock.now().timestamp()), rollup.watched_at(by, site.id), watched)


def until(now: int, devices: rollup.Chosen, watched: int) -> Three:
    """Of so many devices, up to a moment in seconds since 1970. Whole days are read as such: there may be thousands."""
    today, week, last = now // 86_400, hours_until(now, 7 * 24), day_until(now)
    whole = range(-(-week.start // 24), min(rollup.newest_day(today) + 1, today))
    wanted = [hour for hour in week if hour in last or hour // 24 not in whole]
    hours, days = rollup.hour_sums(devices, wanted), rollup.day_sums(devices, range(today - 29, whole.stop))
    apart = [count for count in hours if count.at // 24 not in whole]
    unmade = [count for count in apart if count.at // 24 >= whole.stop]
    return (
        total([count for count in hours if count.at in last], watched * (now - last.start * 3600)),
        total([*apart, *(count for count in days if count.at in whole)], watched * (now - week.start * 3600)),
        total([*unmade, *days], watched * (now - (today - 29) * 86_400)),
    )


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
