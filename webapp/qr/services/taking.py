"""Adding what a code or a link gives: each device by the very way of adding by address, with all its rules (Q6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.accounts.principal import Principal
from webapp.common.errors import Refused, TooMany
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models import Device, Probe
from webapp.devices.models.probe import Intent
from webapp.devices.services import adding, probing
from webapp.qr.models import QrLink
from webapp.qr.models.scan import ScannedCode, names_taken, sites_by_name
from webapp.qr.record import DeviceRecord
from webapp.qr.services import codes, links, scanning
from webapp.qr.services.links import LinkState
from webapp.qr.services.scanning import Scanned
from webapp.sites import services as sites
from webapp.sites.models import Site
from webapp.sites.services import ALLOWED, Operation


@dataclass(slots=True)
class Outcome:
    """What became of the devices that were to be added, by their places in the list."""

    begun: set[int] = field(default_factory=set)  # is being asked, or added already
    refused: dict[int, Refused] = field(default_factory=dict)
    too_many: TooMany | None = None  # the rest was not begun


def sites_for(by: Principal, by_link: bool) -> list[tuple[int, str]]:
    """(id, name) of the sites to which this person may add devices, or take over another's `by_link`; by name."""
    operation = Operation.PASS_ON if by_link else Operation.MANAGE_DEVICES
    return sites_by_name(by, [status for status, allowed in ALLOWED.items() if operation in allowed], by_link)


def add(by: Principal, site: Site, scanned: Scanned, typed: Mapping[int, dict[str, Any]]) -> Outcome:
    """Begin to add these devices: permission, address, duplicates and the number of tests are looked at now."""
    sites.require(by, site, Operation.PASS_ON if scanned.link else Operation.MANAGE_DEVICES)
    require_open(scanned)
    outcome, probes = Outcome(), dict[str, str]()
    try:
        for number, fields in typed.items():
            try:
                probe = begin(by, site, fields | {"received": bool(scanned.link)})
            except Refused as no:
                outcome.refused[number] = no
            except TooMany as no:
                outcome.too_many = no
                break
            else:
                outcome.begun.add(number)
                probes |= {str(number): probe.token} if probe else {}
    finally:  # what has begun is shown, whatever became of the rest
        with transaction():
            ScannedCode.note(scanned.row.id, site.id, probes)
    return outcome


def require_open(scanned: Scanned) -> None:
    """Raise Refused for a link that has ended since: its device is asked nothing more."""
    if not scanned.link:
        return
    link = links.find_link(scanned.link)
    if link is None or links.state_of(link) != LinkState.OPEN:
        raise Refused(_("The link cannot be used any more."), "link_gone")


def begin(by: Principal, site: Site, typed: dict[str, Any]) -> Probe | None:
    """Add a device after a test, or at once when this login has been tested lately: None then. Raises Refused, TooMany.

    A login that the device has refused lately is not tried again: its outcome comes back.
    """
    if adding.added_already(by, typed["key"]):
        return None
    adding.require_free(by, typed["host"], typed["port"], site.id, received=typed["received"])
    known = probing.known(by, typed)
    if known and known.code == "ok":
        adding.store(by, site.id, typed, known.code, known.learnt)
        return None
    if known:
        return known if known.account_id == by.id else probing.refuse_again()
    return probing.start(by, site, Intent.ADD, typed)


def against(by: Principal, site_id: int | None, device: DeviceRecord) -> Refused | None:
    """What speaks against adding a device, as far as it is told before it is tried: another one of the own company."""
    try:
        adding.require_free(by, device.host, device.port, site_id or 0, received=True)
    except Refused as no:
        return no
    return None


def is_name_taken(site_id: int | None, name: str) -> bool:
    return bool(site_id and names_taken(site_id, [name]))


def receive(by: Principal, link: QrLink, token: str, site_id: int) -> Scanned:
    """Keep the device of a link for this person, with its password sealed anew for their company.

    The link is used in the very transaction that adds the device: whoever fails, is too late, or is cut short by a
    restart uses nothing up, and no two can use the same turn.
    """
    kept = scanning.keep(by, site_id, (record_of(link.device),), token)
    return scanning.find(by, kept)


def record_of(device: Device) -> DeviceRecord:
    """Raises Refused for a device that has no address, as one added by serial number."""
    if not device.host or not device.port:
        raise Refused(_("Only a device added by IP address or domain name can be taken over."), "no_address")
    return codes.record_of(device, with_password=True)
