"""What an end user is told in place of devices whose service the company has paused (T10)."""

from __future__ import annotations

from typing import NamedTuple

from webapp.accounts.principal import Principal
from webapp.common.errors import Refused
from webapp.common.i18n import _, date_and_time
from webapp.devices.models import Device, Suspension
from webapp.sites.models import Site


class Pause(NamedTuple):
    """Who has paused it, since when and why; `what` is the name of the device, or of the site as a whole."""

    what: str
    whole: bool
    company: str
    phone: str  # of the company; "" where it tells none
    email: str
    since: str  # at the site
    reason: str
    site: Site


class Paused(NamedTuple):
    whole: Pause | None
    devices: list[tuple[Device, Pause]]


NOTHING = Paused(None, [])


def at_site(by: Principal, site: Site) -> Paused:
    """Of a site that this person sees; nothing for the company's people, who go on seeing all of it."""
    if not by.is_owner or not site.rental:
        return NOTHING
    found = [(one.device, read(one, site)) for one in Suspension.of_site(site.id)]
    whole = next((pause for _device, pause in found if pause.whole), None)
    return Paused(whole, [(device, pause) for device, pause in found if not pause.whole])


def read(one: Suspension, site: Site) -> Pause:
    company, device = site.company, one.device if one.device_id else None
    return Pause(
        what=device.name if device else site.name,
        whole=device is None,
        company=company.name,
        phone=company.phone,
        email=company.email,
        since=date_and_time(one.at, site.zone),
        reason=one.reason,
        site=site,
    )


def hiding(by: Principal, device_id: int) -> Pause | None:
    """What is told in place of this device; None where nothing is paused, or the site is not this person's to see."""
    found = Suspension.hiding(by, device_id)
    return read(found, found.site) if found else None


def require_told(by: Principal, device_id: int) -> None:
    """Raise Refused where the service of the device is paused, for who would be told of it otherwise."""
    if pause := hiding(by, device_id):
        raise refused(pause)


def require_site_told(by: Principal, site: Site) -> None:
    if pause := at_site(by, site).whole:
        raise refused(pause)


def refused(pause: Pause) -> Refused:
    said = {"company": pause.company, "what": pause.what, "time": pause.since, "reason": pause.reason}
    why = _("%(company)s has paused the service of %(what)s on %(time)s: “%(reason)s” Ask %(company)s.", **said)
    return Refused(why, "service_paused", site_id=pause.site.id)
