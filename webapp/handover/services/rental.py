"""The company pauses and resumes the service of rented devices, and takes them along when it leaves (T10)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _, date_and_time
from webapp.devices.models import Device, Suspension
from webapp.devices.services import devices
from webapp.handover.models.places import devices_of
from webapp.handover.services import holding
from webapp.sites import services as sites
from webapp.sites.models import Site

LONGEST_REASON = 200  # characters
MOST_LISTED = 100  # devices that are told to leave, by name
OF_DEVICE = ("device",)  # in the log's row: that its target is a device, whose name is not for everybody


def require(by: Principal, site: Site) -> None:
    """Raise NotFound where this person's company does not look after the site, Refused where nothing is rented."""
    holding.require_company(by, site)
    if not site.rental:
        why = _("The devices of %(site)s are not rented, so their service cannot be paused.", site=site.name)
        raise Refused(why, "not_rented", site_id=site.id)


def require_device(by: Principal, device: Device) -> None:
    """The same for one device; Refused, too, while the service of the whole site is paused."""
    require(by, device.site)
    if (pause := of(device)) and pause.device_id is None:
        raise Refused(_("The service of the whole site is paused."), "site_paused", site_id=device.site_id)


def may_pause(by: Principal, site: Site) -> bool:
    """Whether this person may pause the service there, and resume it."""
    return site.rental and by.may(Right.MANAGE_SITES) and not by.is_owner and site.company_id == by.company_id


def of(device: Device) -> Suspension | None:
    """What keeps the owner from seeing the device now: its own pause, or that of the whole site."""
    found = Suspension.of_site(device.site_id) if device.site.rental else []
    return next((one for one in found if one.device_id in {None, device.id}), None)


class Control(NamedTuple):
    """What the page of a rented device shows to the company."""

    paused: Suspension | None
    since: str
    may: bool  # this person pauses and resumes


def control(by: Principal, device: Device) -> Control | None:
    """None where nothing is rented, and for another company's people."""
    site = device.site
    if not site.rental or site.company_id != by.company_id:
        return None
    paused = of(device)
    return Control(paused, date_and_time(paused.at, site.zone) if paused else "", may_pause(by, site))


@contextmanager
def held(by: Principal, site_id: int) -> Iterator[Site]:
    """The site, whose service this person may pause, until the transaction within ends. Raises NotFound, Refused."""
    with holding.holding(site_id) as site:
        sites.find(by, site_id)
        require(by, site)
        yield site


def pause_site(by: Principal, site: Site, reason: str) -> bool:
    """From this moment its owner and family see no device there. Raises NotFound, Refused.

    Like the three below it tells whether it changed anything: False, and no row in the log, for a second tap.
    """
    with held(by, site.id) as current:
        begun = begin(by, current.id, None, reason)
        if begun:
            audit.record(by, "service.paused", current)
    return begun


def begin(by: Principal, site_id: int, device_id: int | None, reason: str) -> bool:
    given = {"at": clock.now(), "by_name": by.name[:128], "reason": reason[:LONGEST_REASON]}
    return Suspension.begin(site_id, device_id, **given)


def resume_site(by: Principal, site: Site) -> bool:
    """The owner sees everything again, single devices that were paused too. Raises NotFound, Refused."""
    with held(by, site.id) as current:
        ended = Suspension.lift(current.id, None) > 0
        if ended:
            audit.record(by, "service.resumed", current)
    return ended


@contextmanager
def held_device(by: Principal, device_id: int, site_id: int) -> Iterator[Device]:
    """The same for one device, which the company sees only while the owner lets it. Raises NotFound, Refused."""
    with held(by, site_id) as site:
        sites.require(by, site, sites.Operation.MANAGE_DEVICES)
        device = Device.locked(device_id)
        if device is None:
            raise NotFound
        require_device(by, device)
        yield device


def pause_device(by: Principal, device: Device, reason: str) -> bool:
    """From this moment the site's owner and family do not see this device. Raises NotFound, Refused."""
    with held_device(by, device.id, device.site_id) as current:
        begun = begin(by, current.site_id, current.id, reason)
        if begun:
            audit.record(by, "service.paused", current, OF_DEVICE)
    return begun


def resume_device(by: Principal, device: Device) -> bool:
    """The owner sees it again. Raises NotFound, Refused."""
    with held_device(by, device.id, device.site_id) as current:
        ended = Suspension.lift(current.site_id, current.id) > 0
        if ended:
            audit.record(by, "service.resumed", current, OF_DEVICE)
    return ended


def leaving(by: Principal, site: Site) -> list[str]:
    """Names of the devices that leave with the company, for who may know them; at the end how many more there are."""
    names = [device.name for device in devices_of(site.id)] if site.rental and sites.is_open(by, site) else []
    more = len(names) - MOST_LISTED
    return names[:MOST_LISTED] + ([_("and %(num)s more", num=more)] if more > 0 else [])


def end(by: Principal, site: Site) -> None:
    """Within the transaction in which the company leaves: the rented devices go with it, and nothing is paused then."""
    if not site.rental:
        return
    for device in devices_of(site.id):
        device.site = site
        devices.forget(by, device)
    Suspension.lift(site.id, None)
    if not Site.decide(site.id, site.decided, rental=False):
        raise holding.changed_meanwhile()
