"""How states, kinds of access and validities are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from babel.dates import format_time
from babel.units import format_unit

from webapp.common import clock
from webapp.common.i18n import _, date_and_time, language, lazy, local, plural
from webapp.devices.models.permission import Permission
from webapp.handover.models import Answer, Asked, Wanted
from webapp.sites.models import SiteStatus

# state → (tone, icon, word)
STATES = {
    SiteStatus.NOT_INVITED: ("off", "dash", lazy("Not handed over")),
    SiteStatus.INVITED: ("info", "mail", lazy("Owner invited")),
    SiteStatus.OWNED_UNAUTHORIZED: ("warn", "lock", lazy("Not authorized")),
    SiteStatus.AUTHORIZED: ("ok", "check", lazy("Authorized")),
}
# what became of the invitation → (tone, icon, word), where it says more than the state of the site
INVITATIONS = {
    "open": ("info", "mail", lazy("Not accepted yet")),
    "not_registered": ("info", "mail", lazy("Not registered yet")),
    "expired": ("warn", "clock", lazy("Invitation expired")),
    "declined": ("bad", "cross", lazy("Invitation declined")),
}
KINDS = {
    Permission.CONFIGURATION: lazy("Configuration"),
    Permission.LIVE_VIEW: lazy("Live view"),
    Permission.PLAYBACK: lazy("Playback"),
}
ASKED = {
    Asked.AUTHORIZATION: lazy("Authorization of the site"),
    Asked.PERMISSION: lazy("Permission for devices"),
    Asked.ADOPTION: lazy("To look after the site"),
    Asked.PASSWORD_RESET: lazy("Resetting a device’s password"),
}
PERMANENT = lazy("Permanent")


def kinds(names: Iterable[str]) -> str:
    """ "Configuration, Live view"."""
    chosen = set(names)
    return ", ".join(str(word) for kind, word in KINDS.items() if kind in chosen)


def hours(count: int | None) -> str:
    """ "4 hours", or "Permanent"."""
    return plural("%(num)s hour", "%(num)s hours", count) if count else str(PERMANENT)


UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def left(until: datetime) -> str:
    """ "2 hours, 10 minutes" of what is left, in the words that countdown.js uses too."""
    seconds = int((until - clock.now()).total_seconds())
    if seconds <= 0:
        return _("ended")
    place = next(n for n, (size, _unit) in enumerate(UNITS) if seconds >= size)
    told, rest = [], seconds
    for size, unit in UNITS[place : place + 2]:
        told += [format_unit(rest // size, f"duration-{unit}", locale=language())] if rest >= size else []
        rest %= size
    return ", ".join(told)


def span_of_time(begin: datetime, end: datetime, zone: str) -> str:
    """ "23 Nov 2026, 10:05 AM – 10:40 AM" at a place within a day; one moment where both are the same minute."""
    said = date_and_time(begin, zone)
    if end.replace(second=0, microsecond=0) <= begin:
        return said
    return f"{said} – {format_time(local(end, zone), 'short', locale=language())}"


def how_long(wanted_hours: int | None, until: datetime | None, zone: str) -> str:
    """ "for 4 hours", "until 3 May 2026, 9:41 AM", or for good; goes into a sentence."""
    if until:
        return _("until %(moment)s", moment=date_and_time(until, zone))
    return _("for %(hours)s", hours=hours(wanted_hours)) if wanted_hours else _("until the owner ends it")


def answered(answer: Answer, who: str, at: datetime, zone: str) -> str:
    """ "Declined by Olga, 3 May 2026, 9:41 AM"."""
    said = {"who": who or _("the owner"), "when": date_and_time(at, zone)}
    if answer == Answer.DECLINED:
        return _("Declined by %(who)s, %(when)s", **said)
    return _("Allowed by %(who)s, %(when)s", **said)


def allowed_until(until: datetime | None, zone: str) -> str:
    if until is None:
        return _("Allowed until the owner ends it.")
    return _("Allowed until %(moment)s.", moment=date_and_time(until, zone))


def devices_of(count: int | None) -> str:
    """ "at all devices", "at 3 devices"; goes into a sentence."""
    if count is None:
        return _("at all devices")
    return plural("at %(num)s device", "at %(num)s devices", count)


def company_effects(wanted: Wanted, long: str) -> list[tuple[str, str]]:
    """What a handover means for the company: icon and sentence, "After this, you …". `long` as of `how_long`."""
    told = [("check", _("see the site and manage its devices, %(how_long)s.", how_long=long))]
    if not wanted.site:
        told = [("lock", _("see the site’s name alone, until the owner authorizes your company."))]
    if wanted.kinds and wanted.devices == ():
        told.append(("alert", _("have %(kinds)s at no device yet: tick at least one.", kinds=kinds(wanted.kinds))))
    elif wanted.kinds:
        where = devices_of(None if wanted.devices is None else len(wanted.devices))
        names = kinds(wanted.kinds)
        told.append(("check", _("have %(kinds)s %(where)s, %(how_long)s.", kinds=names, where=where, how_long=long)))
    if wanted.site and Permission.CONFIGURATION not in wanted.kinds:
        told.append(("cross", _("cannot turn health monitoring on or off without asking the owner.")))
    if wanted.rental:
        told += rental_effects(wanted)
    return [*told, ("cross", _("cannot delete the site any more."))]


def rental_effects(wanted: Wanted) -> list[tuple[str, str]]:
    """Of these the company sees single devices, which it may pause, too, while it is authorized alone."""
    pausing = _("may pause the service of the site, and say why; of single devices once the owner authorizes you.")
    if wanted.site:
        pausing = _("may pause the service of the site or of single devices, and say why.")
    leaving = _(
        "take all devices of the site with you when you give it back or end the rental, or the owner removes you."
    )
    return [("check", pausing), ("alert", leaving)]


def owner_effects(wanted: Wanted, zone: str) -> list[tuple[str, str]]:
    """The same for the owner, as the company reads it: "The owner will …"."""
    told = [
        ("check", _("own the site, and see its devices and whether they work.")),
        ("check", _("decide who manages it, and can end that at any time.")),
        ("lock", _("not see addresses, user names and passwords of the devices.")),
    ]
    if wanted.rental:
        told.append(("lock", _("read only your reason in place of devices, while your company pauses their service.")))
        losing = _("lose the devices here by removing your company, or when it gives the site back or ends the rental.")
        told.append(("alert", losing))
    return told


def told_to_owner(wanted: Wanted, company: str, zone: str) -> list[tuple[str, str]]:
    """What accepting means, in words to the invited."""
    long = how_long_to_owner(wanted, zone)
    told = [("check", _("You own the site, and see its devices and whether they work."))]
    if wanted.site:
        told.append(("check", _("%(company)s may look after the site %(how_long)s.", company=company, how_long=long)))
    else:
        told.append(("lock", _("%(company)s may not look after the site until you allow it.", company=company)))
    if wanted.kinds:
        where = devices_of(None if wanted.devices is None else len(wanted.devices))
        said = {"company": company, "where": where}
        told += [("check", str(PLAINLY[Permission(kind)]) % said) for kind in wanted.kinds]
    if wanted.rental:
        told += rental(company)
    ending = _("You can end its access at any time.") if wanted.rental else _("You can end this at any time.")
    return [*told, ("check", ending)]


def rental(company: str) -> list[tuple[str, str]]:
    """What it means to an owner that the devices are rented."""
    pausing = _(
        "The devices are rented: %(company)s may pause the service, of the whole site or of single devices, and tells "
        "you why. Until it resumes you see nothing of them here. Ending its access does not change this.",
        company=company,
    )
    leaving = _(
        "The rental ends when you remove %(company)s, or when it gives the site back or ends the rental. The devices "
        "are then removed from your site too.",
        company=company,
    )
    return [("lock", pausing), ("alert", leaving)]


def how_long_to_owner(wanted: Wanted, zone: str) -> str:
    return how_long(wanted.hours, wanted.until, zone) if wanted.until or wanted.hours else _("until you end it")


PLAINLY = {
    Permission.CONFIGURATION: lazy("%(company)s may change settings %(where)s."),
    Permission.LIVE_VIEW: lazy("%(company)s may see the live picture %(where)s."),
    Permission.PLAYBACK: lazy("%(company)s may watch recordings %(where)s."),
}
