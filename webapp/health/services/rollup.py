"""How a site and a company fare: one line for each, and what is out as a whole.

A fault looks like the line's when nothing comes back (`watch.SILENT`). A refused port does not: something at the
address has answered, so its connection and its power are there. One device alone is never an outage.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from babel.dates import format_skeleton

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.i18n import _, language, local, plural
from webapp.common.pages import Found
from webapp.devices.services import lists
from webapp.health import words
from webapp.health.models import EngineLease, rollup
from webapp.health.services import shares
from webapp.health.services.watch import SILENT
from webapp.sites.models import Site

WORST = 5  # devices on the first page
MOST_NAMES = 3
UNSTABLE, WITHIN = 4, timedelta(minutes=30)  # so many changes of status in this time (H8)
LATE = 60_000  # ms of lag that the Installer Admin is told of
BEAT = timedelta(minutes=2)  # an engine that has said nothing for longer does not run


class Verdict(NamedTuple):
    tone: str
    icon: str
    text: str


class EngineTrouble(NamedTuple):
    kind: str  # uplink: our own connection seems to be gone | stopped: nothing checks | off: nothing ever was to
    since: datetime | None
    minutes: int = 0  # that checks run late, of the kind "late"


def overview(by: Principal, site: Site | None = None) -> rollup.Overview:
    """Counts, outages and what needs somebody, of all sites that a person sees or of one."""
    return rollup.read_overview(overview_text(by, site))


def overview_text(by: Principal, site: Site | None = None) -> str:
    """The same as a text that is equal while nothing shown has changed."""
    interval = config.current().check_interval
    return rollup.overview(by, clock.now(), interval, sorted(SILENT), WORST, site.id if site else None)


def verdict(counts: dict[str, int]) -> Verdict | None:
    """A site in one line, the worst first, by the counts of the filters of its device list; None without devices."""
    total, worked = counts["all"], counts.get("maintenance", 0)  # packs of earlier releases do not count it
    if not total:
        return None
    found = Verdict("info", "clock", being_worked_at(worked)) if worked == total else fares(counts, total - worked)
    return found._replace(text=f"{found.text} {being_worked_at(worked)}") if 0 < worked < total else found


def being_worked_at(count: int) -> str:
    return plural("%(num)s device is being worked at.", "%(num)s devices are being worked at.", count)


def fares(counts: dict[str, int], total: int) -> Verdict:
    """The same of those at which nobody works."""
    if down := counts["down"]:
        return Verdict("bad", "cross", some(down, total))
    answering = reached(total, counts["paused"], counts["online"])
    if look := counts.get("attention", 0):  # nor this
        worst = plural("%(num)s device needs a look.", "%(num)s devices need a look.", look)
        return Verdict("warn", "alert", f"{worst} {answering.text}")
    return answering


def unsteady(told: Verdict | None, unstable: list[rollup.Unstable]) -> Verdict | None:
    """The same with the names of devices that come and go: no filter of the list counts them."""
    if told is None or not unstable:
        return told
    names, more = [one.name for one in unstable[:MOST_NAMES]], len(unstable) - MOST_NAMES
    said = ", ".join([*names, _("and %(num)s more", num=more)] if more > 0 else names)
    text = " ".join((told.text, _("Unstable: %(names)s.", names=said)))
    return told._replace(text=text) if told.tone == "bad" else Verdict("warn", "alert", text)


def reached(total: int, paused: int, online: int) -> Verdict:
    """How many devices answer, where none is known to be down."""
    if paused == total:
        return Verdict("off", "dash", _("Health monitoring is off for all devices."))
    if not online:
        return Verdict("off", "dash", _("Nothing is known: not checked lately."))
    if online + paused < total:
        return Verdict("off", "dash", partly(online, total))
    everyone = plural("The device is online.", "All %(num)s devices are online.", online)
    if paused:
        everyone = plural("The monitored device is online.", "All %(num)s monitored devices are online.", online)
    return Verdict("ok", "check", everyone)


def some(down: int, total: int) -> str:
    if down == total:
        return plural("The device is down.", "All %(num)s devices are down.", total)
    return plural("%(num)s of %(total)s devices is down.", "%(num)s of %(total)s devices are down.", down, total=total)


def partly(online: int, total: int) -> str:
    return plural(
        "%(num)s of %(total)s devices is online. Of the others nothing is known.",
        "%(num)s of %(total)s devices are online. Of the others nothing is known.",
        online,
        total=total,
    )


def short_time(at: datetime, zone: str) -> str:
    """The time of day at a site, with the day when that is not today."""
    there, now = local(at, zone), local(clock.now(), zone)
    if there.date() == now.date():
        return words.at(at, zone)
    if now - there < timedelta(days=6):
        return words.day_and_time(at, zone)
    return f"{format_skeleton('MMMd', there, locale=language())} {words.at(at, zone)}"


class Page(NamedTuple):
    """The part of a site's page that follows its devices; `version` is the same while nothing in it has changed."""

    found: Found
    outages: list[rollup.Outage]
    verdict: Verdict | None
    available: tuple[tuple[str, str, str], ...]  # as `shares.said` says it; empty when no device is watched
    version: str


def site_page(by: Principal, site: Site, page: int) -> Page:
    """What of a site's devices is shown."""
    listed, told = lists.device_text(by, {"site": str(site.id)}, page), overview_text(by, site)
    found, seen = lists.read_devices(listed, page), rollup.read_overview(told)
    available, unstable = available_at(by, site, seen.counts.watched), unstable_of(by, site)
    version = lists.version(listed, told, repr((available, unstable)))
    return Page(found, seen.outages, unsteady(verdict(found.counts), unstable), available, version)


def available_at(by: Principal, site: Site, watched: int) -> tuple[tuple[str, str, str], ...]:
    """How much of the time the `watched` devices of a site were there."""
    return shares.said(shares.of_site(by, site, watched)) if watched else ()


def unstable_of(by: Principal, site: Site) -> list[rollup.Unstable]:
    """The devices of a site whose status changes too often just now (H8)."""
    return rollup.unstable_of_site(by, site, clock.now() - WITHIN, UNSTABLE)


def engine_lives() -> bool:
    return is_alive(EngineLease.now())


def is_alive(lease: EngineLease | None) -> bool:
    return bool(lease and lease.beat_at and clock.now() - lease.beat_at <= BEAT)


def engine_trouble(watched: int) -> EngineTrouble | None:
    """Why nothing new is known of devices, when that is our own fault. `watched`: how many there are to check.

    The engine itself says whether it lives: it need not run in this process.
    """
    if not watched:
        return None
    lease = EngineLease.now()
    if lease is None or lease.beat_at is None:
        return EngineTrouble("off" if config.current().engine == "off" else "stopped", None)
    if not is_alive(lease):
        return EngineTrouble("stopped", lease.beat_at)
    if lease.uplink_lost_at:
        return EngineTrouble("uplink", lease.uplink_lost_at)
    return EngineTrouble("late", None, lease.lag // 60_000) if lease.lag > LATE else None
