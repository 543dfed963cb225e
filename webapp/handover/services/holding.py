"""A site as it is while something between its owner and a company changes, and who may change it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from webapp.accounts.principal import Principal
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models.permission import DevicePermission, Permission
from webapp.handover.models import Wanted
from webapp.handover.models.places import devices_of, give_code
from webapp.sites.models import Site, SiteStatus

ALPHABET, LENGTH = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 12  # of a site's ID: nothing that is misread
HOURS = (1, 2, 4, 8)  # that a permission may hold, beside for good and until a day
LONGEST = timedelta(days=3650)


@contextmanager
def holding(site_id: int) -> Iterator[Site]:
    """The site as it is now; nobody changes it until the transaction within has ended. Raises NotFound."""
    with transaction():
        site = Site.locked(site_id)
        if site is None:
            raise NotFound
        yield site


def require_company(by: Principal, site: Site) -> None:
    """Raise NotFound when the company does not look after the site any more."""
    if by.is_owner or not site.company_id or site.company_id != by.company_id:
        raise NotFound


def require_owner(by: Principal, site: Site) -> None:
    """Raise Forbidden for whoever sees the site without being its owner: family, and the company's people."""
    if not by.is_owner or site.owner_id != by.id:
        raise Forbidden(_("Only the owner of the site decides this."))


def changed_meanwhile() -> Refused:
    return Refused(_("This has changed meanwhile. Look at the site as it is now."), "changed_meanwhile")


def end_of(wanted: Wanted, now: datetime) -> datetime | None:
    """When what is granted now ends; None: never."""
    return wanted.until or (now + timedelta(hours=wanted.hours) if wanted.hours else None)


def require_sound(by: Principal, site: Site, wanted: Wanted, now: datetime) -> None:
    """Raise Refused (`not_offered`) for what no page of ours offers: another's devices, other kinds or validities."""
    kinds, end = set(wanted.kinds), end_of(wanted, now)
    sound = (
        kinds <= set(Permission)
        and wanted.hours in {None, *HOURS}
        and (end is None or now < end <= now + LONGEST)
        and (not kinds or wanted.site)
    )
    if not sound or (kinds and not has_devices(site, wanted)):
        raise Refused(_("This cannot be asked for as it was chosen. Choose again."), "not_offered")


def has_devices(site: Site, wanted: Wanted) -> bool:
    """Whether the devices that are meant are there; of a site that the company does not see, nothing is told."""
    if site.status == SiteStatus.OWNED_UNAUTHORIZED:
        return wanted.devices is None
    there = {device.id for device in devices_of(site.id)}
    return bool(there) if wanted.devices is None else bool(wanted.devices) and set(wanted.devices) <= there


def grant_kinds(site: Site, wanted: Wanted, now: datetime, until: datetime | None) -> None:
    """Give the site's company these kinds of access to the devices that are still there."""
    for device in devices_of(site.id, wanted.devices) if wanted.kinds else ():
        for kind in wanted.kinds:
            DevicePermission.grant(device.id, site.company_id, kind, now, until)


def ensure_code(site: Site) -> None:
    """An owned site has an ID that its owner can read out to another company (T8)."""
    if not site.code:
        give_code(site.id, "".join(secrets.choice(ALPHABET) for _n in range(LENGTH)))
