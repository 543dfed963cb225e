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
def held(by: Principal, site: Site, device: Device | None) -> Iterator[Site | Device]:
    """Whose service this person may pause, until the transaction within ends. Raises NotFound, Refused.

    A device's alone only where the company sees it: while the owner lets it.
    """
    with holding.holding(site.id) as current:
        sites.find(by, current.id)
        require(by, current)
        yield current if device is None else held_device(by, current, device.id)


def held_device(by: Principal, site: Site, device_id: int) -> Device:
    sites.require(by, site, sites.Operation.MANAGE_DEVICES)
    device = Device.locked(device_id)
    if device is None:
        raise NotFound
    require_device(by, device)
    return device


def pause(by: Principal, site: Site, device: Device | None, reason: str) -> bool:
    """From this moment owner and family do not see this device, or for None any there.

    False, and no row in the log, for a second tap. Raises NotFound, Refused.
    """
    with held(by, site, device) as what:
        given = {"at": clock.now(), "by_name": by.name[:128], "reason": reason[:LONGEST_REASON]}
        begun = Suspension.begin(site.id, device and device.id, **given)
        if begun:
            audit.record(by, "service.paused", what, OF_DEVICE if device else ())
    return begun


def resume(by: Principal, site: Site, device: Device | None) -> bool:
    """The owner sees it again; for None everything, single devices that were paused too. Otherwise like pause()."""
    with held(by, site, device) as what:
        ended = Suspension.lift(site.id, device and device.id) > 0
        if ended:
            audit.record(by, "service.resumed", what, OF_DEVICE if device else ())
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
