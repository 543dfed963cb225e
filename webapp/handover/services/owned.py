"""What an end user's pages show: how their sites fare in plain words, and who may do what there (U2, U3).

Nothing of a device's connection is among it: no address, no port, no user, nothing about its password.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from webapp import config
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.errors import NotFound
from webapp.common.i18n import _, language
from webapp.common.pages import PAGE, Found
from webapp.devices.models import Device, DeviceState, Status
from webapp.devices.models.permission import DevicePermission
from webapp.devices.services import devices, pauses
from webapp.devices.services.lists import version
from webapp.devices.services.pauses import Pause, Paused
from webapp.devices.words import type_icon, type_name
from webapp.handover import words as handover_words
from webapp.handover.models import Asked, owned
from webapp.handover.models.owned import Told
from webapp.handover.services import asked, sharing, verdicts
from webapp.handover.services.asked import Question
from webapp.health.models import rollup as stored
from webapp.health.services import history, parts, silences, summary
from webapp.health.services.summary import Known
from webapp.owners import words
from webapp.owners.services import people
from webapp.sites.models import Site, SiteStatus


class Card(NamedTuple):
    """A site as its owner, or their family, sees it in a list."""

    id: int
    name: str
    place: str
    mine: bool  # else it is shared with the reader
    tone: str
    icon: str
    text: str
    company: str  # who looks after it; "" for nobody


def cards(by: Principal) -> list[Card]:
    return [card(by, told) for told in read(by)]


def read(by: Principal, only: int | None = None) -> list[Told]:
    return owned.sites_of(by, clock.now(), config.current().check_interval, only)


def card(by: Principal, told: Told) -> Card:
    place, company = ", ".join(filter(None, (told.address, told.city))), told.company if looks_after(told) else ""
    return Card(told.id, told.name, place, told.owner_id == by.id, *verdicts.of_site(told), company)


def looks_after(told: Told) -> bool:
    if told.company_id is None or told.decided == SiteStatus.OWNED_UNAUTHORIZED:
        return False
    return told.until is None or told.until > clock.now()


def sites_page(by: Principal) -> dict[str, Any]:
    """The list of sites, with its version."""
    found = cards(by)
    return {"cards": found, "version": named(found)}


def requests_page(by: Principal, site: Site | None = None) -> dict[str, Any]:
    """What waits for an answer, at one site or at all, with its version."""
    found = asked.questions(by, site.id if site else None)
    return {"questions": found, "questions_version": questions_version(found), "at_site": site}


def questions_version(found: list[Question]) -> str:
    return named([(one.id, one.title, one.span, one.devices) for one in found])


def named(shown: object) -> str:
    return version(repr(shown), language())


class Thing(NamedTuple):
    """A device in plain words."""

    id: int
    name: str
    type: str
    glyph: str
    tone: str
    icon: str
    text: str
    checked_at: datetime | None


def devices_page(by: Principal, site: Site, page: int) -> dict[str, Any]:
    """A site's devices by name, fifty a page, with a sentence on all of them."""
    found, paused = read(by, site.id), pauses.at_site(by, site)
    if not found:  # it was taken away just now
        raise NotFound
    devices = stored.devices_of_site(by, site)
    there = {device.id: device for device in (*devices, *(device for device, _pause in paused.devices))}
    every = sorted(there.values(), key=by_name)
    things = listed(by, site, every[(page - 1) * PAGE : page * PAGE], paused)
    shown = {
        "verdict": verdicts.of_site(found[0]),
        "found": Found(things, len(every), page),
        "available": verdicts.available(by, site, [device for device in devices if device.health_monitoring]),
        "pause": paused.whole,
    }
    return shown | {"devices_version": named([*shown.values(), page])}


def by_name(device: Device) -> tuple[str, int]:
    return device.name.lower(), device.id


def listed(by: Principal, site: Site, devices: list[Device], paused: Paused) -> list[Thing]:
    states, findings = stored.states_of_site(by, site), stored.findings_of_site(by, site)
    held, worked = {device.id: pause for device, pause in paused.devices}, stored.worked_at(site, clock.now())
    return [
        silenced(device, held[device.id])
        if device.id in held
        else thing(
            summary.gather(device, states.get(device.id), findings.get(device.id), worked=device.id in worked), site
        )
        for device in devices
    ]


def silenced(device: Device, pause: Pause) -> Thing:
    """A device whose service is paused: that alone is told of it."""
    text = _("Service paused by %(company)s since %(time)s.", company=pause.company, time=pause.since)
    return Thing(device.id, device.name, type_name(device.type), type_icon(device.type), "off", "lock", text, None)


def thing(known: Known, site: Site) -> Thing:
    device, state = known.device, known.state
    tone, icon, text = verdicts.of_device(known, site)
    at = state.checked_at if state and known.shown != Status.PAUSED else None
    return Thing(device.id, device.name, type_name(device.type), type_icon(device.type), tone, icon, text, at)


class Permitted(NamedTuple):
    """What the company may do with one device beside looking after it."""

    id: int
    device_id: int
    device: str
    kind: str
    icon: str
    text: str
    until: str
    ends: datetime | None  # by itself, so that it can be extended


def permitted(site: Site, device: Device | None = None) -> list[Permitted]:
    """The live ones, of all devices or of one. They rest while the company may not look after the site."""
    if not site.company_id:
        return []
    found = [one for one in DevicePermission.of_site(site) if device is None or one.device_id == device.id]
    return [row(one, site) for one in found]


def row(one: DevicePermission, site: Site) -> Permitted:
    icon, text = words.MAY.get(one.kind, ("info", one.kind))
    span = words.until(one.until, site.zone)
    return Permitted(one.id, one.device_id, one.device.name, one.kind, icon, str(text), span, one.until)


def access_page(by: Principal, site: Site) -> dict[str, Any]:
    """Who may do what at a site; for family without the ways to change it."""
    authorized, mine = site.status == SiteStatus.AUTHORIZED, site.owner_id == by.id
    shown = {
        "company": site.company.name if site.company_id else "",
        "authorized": authorized,
        "since": site.authorized_at if authorized else None,
        "ends": site.authorized_until if authorized else None,
        "until": words.until(site.authorized_until, site.zone) if authorized else "",
        "permitted": permitted(site) if mine else [],
        "asked": mine and not authorized and asks_again(by, site),
        "mine": mine,
        "rental": handover_words.rental(site.company.name) if site.rental else [],
    }
    return shown | {"access_version": named(list(shown.values()))}


def asks_again(by: Principal, site: Site) -> bool:
    """Whether the site's company waits for the answer to whether it may look after it."""
    waiting = owned.requests_of(by, clock.now(), site.id)
    return any(one.kind == Asked.AUTHORIZATION and one.company_id == site.company_id for one in waiting)


def family_page(site: Site) -> dict[str, Any]:
    return {"family": sharing.family(site), "invited": sharing.open_invitations(site)}


def site_page(by: Principal, site: Site, page: int) -> dict[str, Any]:
    """All parts of a site's page."""
    shown = {"site": site} | devices_page(by, site, page) | access_page(by, site)
    if shown["mine"]:
        shown |= requests_page(by, site) | family_page(site)
    return shown


def stay(by: Principal) -> str:
    """Until when the browser of somebody without a password stays signed in; "" for everybody else."""
    at = people.stays_until(by)
    return words.when(at, owned.first_zone(by)) if at else ""


def home_page(by: Principal) -> dict[str, Any]:
    return sites_page(by) | requests_page(by)


def device_page(by: Principal, device_id: int) -> dict[str, Any]:
    """A device in plain words, or in its place that its service is paused. Raises NotFound."""
    if pause := pauses.hiding(by, device_id):
        return {"pause": pause, "device_id": device_id, "version": named(pause)}
    return {"pause": None, "device_id": device_id} | told_device(by, devices.find(by, device_id))


def told_device(by: Principal, device: Device) -> dict[str, Any]:
    """How it fares, its last day, and what the company may do with it."""
    site, rows = device.site, parts.known(device, DeviceState.of(device.id))
    mine = site.owner_id == by.id
    shown = {
        "thing": thing(summary.under_work(rows, bool(silences.of(device))), site),
        "permitted": permitted(site, device) if mine else [],
        "authorized": site.status == SiteStatus.AUTHORIZED,
        "company": site.company.name if site.company_id else "",
        "mine": mine,
    }
    mark = named([*shown.values(), parts.health_version(device, rows)])
    return shown | {"device": device, "health": health(device, rows), "version": mark}


def health(device: Device, rows: Known) -> parts.Health:
    """With its times and shares as they are everywhere on an owner's pages."""
    found = parts.health(device, rows)
    if found.past is None:
        return found
    told = zip(found.shares, found.past.shares, strict=True)
    shares = tuple((span, figure, verdicts.watched(share)) for (span, figure, _known), share in told)
    return found._replace(shares=shares, begin=words.when(history.moment(found.past.beats[0].at), device.site.zone))
