"""What changes when an owner agrees to what a company has asked for; within the transaction that answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import AccessRequest, Answer, Asked, Wanted
from webapp.handover.models.places import ask_for_passwords, assign_asker, close_requests
from webapp.handover.services import holding
from webapp.sites.models import Site, SiteStatus


class Unlisted(NamedTuple):
    """A site in an act that stands in no log of the company that looks after it; `name` is its name, or its ID."""

    id: int
    name: str

    @property
    def audit_site(self) -> int:
        return self.id


def authorization(site: Site, request: AccessRequest, wanted: Wanted, now: datetime, until: datetime | None) -> None:
    require_company_of(site, request)
    if site.status != SiteStatus.OWNED_UNAUTHORIZED:
        raise Refused(_("The company may manage %(site)s already.", site=site.name), "authorized_already")
    open_site(site, now, until)
    holding.grant_kinds(site, wanted, now, until)


def open_site(site: Site, now: datetime, until: datetime | None) -> None:
    """Authorize the site's company anew; what it was permitted in an earlier time has ended."""
    DevicePermission.end_all(site)
    values = {"decided": SiteStatus.AUTHORIZED, "authorized_at": now, "authorized_until": until}
    if not Site.decide(site.id, site.decided, **values):
        raise holding.changed_meanwhile()


def permission(site: Site, request: AccessRequest, wanted: Wanted, now: datetime, until: datetime | None) -> None:
    require_company_of(site, request)
    require_open(site)
    holding.grant_kinds(site, wanted, now, until)


def password_reset(site: Site, request: AccessRequest, wanted: Wanted, now: datetime, until: datetime | None) -> None:
    """Sitehand does nothing to the device: the company may go there and do it."""
    require_company_of(site, request)
    require_open(site)


def adoption(site: Site, request: AccessRequest, wanted: Wanted, now: datetime, until: datetime | None) -> None:
    """The company looks after the site from now on; the others who have asked are told no."""
    if site.company_id:
        raise Refused(_("A company looks after %(site)s already.", site=site.name), "has_company")
    DevicePermission.end_all(site)
    site.name = free_name(request.company_id, site.name)
    site.derive()
    values = {"company": request.company_id, "name": site.name, "name_folded": site.name_folded, "search": site.search}
    values |= {"decided": SiteStatus.AUTHORIZED, "authorized_at": now, "authorized_until": until}
    if not Site.decide(site.id, site.decided, **values):
        raise holding.changed_meanwhile()
    site.company_id = request.company_id
    ask_for_passwords(site.id, now)
    assign_asker(site.id, request.company_id, request.maker_id)
    close_requests(site.id, [Asked.ADOPTION], Answer.DECLINED, now, "")


def free_name(company_id: int, name: str) -> str:
    """The site's name; with a number where the company has a site of that name already."""
    number, free = 1, name
    while Site.named(company_id, free):
        number += 1
        free = f"{name[:120]} ({number})"
    return free


def require_company_of(site: Site, request: AccessRequest) -> None:
    """Raise Refused for a request of a company that does not look after the site any more."""
    if site.company_id != request.company_id:
        raise Refused(_("This company does not look after %(site)s any more.", site=site.name), "other_company")


def require_open(site: Site) -> None:
    if site.status != SiteStatus.AUTHORIZED:
        why = _("First allow the company to manage %(site)s.", site=site.name)
        raise Refused(why, "not_authorized")


Deed = Callable[[Site, AccessRequest, Wanted, datetime, "datetime | None"], None]
DEEDS: dict[Asked, Deed] = {
    Asked.AUTHORIZATION: authorization,
    Asked.PERMISSION: permission,
    Asked.ADOPTION: adoption,
    Asked.PASSWORD_RESET: password_reset,
}
