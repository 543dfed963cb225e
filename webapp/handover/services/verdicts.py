"""How a site and a device fare, in sentences for an end user."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.i18n import _, plural
from webapp.devices.models import Device, Status
from webapp.handover.models.owned import Told
from webapp.health import words as figures
from webapp.health.services import parts, rollup, shares
from webapp.health.services.summary import Known
from webapp.owners import words
from webapp.sites.models import Site

DAY = timedelta(days=1)


def of_site(told: Told) -> tuple[str, str, str]:
    """Tone, icon and one sentence on a site: the worst of what stands below it."""
    if told.company_id is None:
        return "warn", "alert", _("Nobody looks after this site.")
    if told.halted:
        return "off", "lock", _("Service paused by %(company)s.", company=told.company)
    tone, icon, text = of_devices(told)
    return (tone, icon, f"{text} {held(told)}") if told.held and told.devices else (tone, icon, text)


def held(told: Told) -> str:
    """How many devices' service is paused."""
    return plural(
        "The service of %(num)s device is paused by %(company)s.",
        "The service of %(num)s devices is paused by %(company)s.",
        told.held,
        company=told.company,
    )


def of_devices(told: Told) -> tuple[str, str, str]:
    if told.held and not told.devices:
        return "off", "lock", held(told)
    if not told.devices:
        return "off", "dash", _("There are no devices yet.")
    if told.offline and told.since:
        return "bad", "cross", silent(told, words.when(told.since, told.zone))
    if told.bad or told.troubles:
        return "warn", "alert", to_look_at(told.bad, told.troubles)
    if told.paused == told.devices:
        return "off", "dash", _("Nothing is watched at the moment.")
    if told.worked == told.devices:
        return "info", "clock", rollup.being_worked_at(told.worked)
    if told.online + told.paused + told.worked < told.devices:
        return "off", "dash", _("Not everything is known: it was not checked lately.")
    if told.worked:
        return "ok", "check", _("Everything else is working.") + " " + rollup.being_worked_at(told.worked)
    whole = not told.paused and not told.held
    return "ok", "check", _("Everything is working.") if whole else _("Everything that is watched is working.")


def to_look_at(bad: int, troubles: int) -> str:
    if troubles:
        return plural("%(num)s thing to look at.", "%(num)s things to look at.", bad + troubles)
    return plural("%(num)s device cannot be checked.", "%(num)s devices cannot be checked.", bad)


def silent(told: Told, time: str) -> str:
    if told.cameras == told.devices:
        return plural(
            "%(num)s of %(total)s cameras is offline since %(time)s.",
            "%(num)s of %(total)s cameras are offline since %(time)s.",
            told.offline,
            total=told.devices,
            time=time,
        )
    return plural(
        "%(num)s of %(total)s devices is offline since %(time)s.",
        "%(num)s of %(total)s devices are offline since %(time)s.",
        told.offline,
        total=told.devices,
        time=time,
    )


def available(by: Principal, site: Site, watched: list[Device]) -> str:
    """How much of the last day its watched devices were reachable, and since when they are watched if that is less."""
    if not watched:
        return ""
    share = shares.rounded(shares.of_last_day(by, site, len(watched)))
    begun = min(device.added_at for device in watched)
    new = clock.now() - begun < DAY
    if share.up is None and new:
        return ""
    if share.up is None or share.known >= shares.MOSTLY:
        return of_last_day(share)
    percent = "" if share.up == 1 else figures.percent(share.up)
    return since(words.when(begun, site.zone), percent) if new else at_times(percent)


def of_last_day(share: shares.Share) -> str:
    if share.up is None:
        return _("No data of the last 24 hours.")
    return _("Available %(percent)s of the last 24 hours.", percent=figures.percent(share.up))


def since(time: str, percent: str) -> str:
    """`percent` is "" where no check told of an outage."""
    if not percent:
        return _("Watched since %(time)s: no outage seen.", time=time)
    return _("Watched since %(time)s: reachable %(percent)s of the time.", time=time, percent=percent)


def at_times(percent: str) -> str:
    """Of a day that was not watched all along."""
    if not percent:
        return _("Not watched all of the last 24 hours. While it was, no outage was seen.")
    return _("Not watched all of the last 24 hours. While it was: reachable %(percent)s of the time.", percent=percent)


def watched(exact: shares.Share) -> str:
    """How much of a time it was watched, where that is far from all of it; else ""."""
    share = shares.rounded(exact)
    if share.up is None or share.known >= shares.MOSTLY:
        return ""
    return _("Watched %(percent)s of the time", percent=figures.percent(share.known))


def of_device(known: Known, site: Site) -> tuple[str, str, str]:
    """Tone, icon and what may be said of a device now, without a word on how it is reached."""
    shown, state = known.shown, known.state
    if shown == Status.ONLINE:
        found = parts.summarize(known)
        return found.tone, found.icon, found.verdict
    if shown == Status.OFFLINE and state:
        return "bad", "cross", _("Offline since %(time)s.", time=words.when(state.since, site.zone))
    if shown == Status.PAUSED:
        return "off", "dash", _("Not watched at the moment.")
    if shown == Status.MAINTENANCE:
        return "info", "clock", _("It is being worked at.")
    if shown == Status.UNKNOWN:
        return "off", "dash", _("Not known: it was not checked lately.")
    if shown == Status.CHECKING:
        return "off", "refresh", _("Being checked for the first time.")
    return "warn", "alert", _("It cannot be checked at the moment. The company that looks after it can mend this.")
