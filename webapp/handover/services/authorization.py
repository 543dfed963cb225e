"""An owner lets a company manage a site, for how long, and ends it; a company gives it back (T6, T7, T13, U6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.devices.models.permission import DevicePermission
from webapp.devices.services.permissions import require_configuration as require_configuration
from webapp.handover.models import Answer, Asked
from webapp.handover.models.places import (
    close_requests,
    end_assignments,
    forget_secrets,
    permission_at,
    prolong_permission,
    take_permission,
)
from webapp.handover.services import granting, holding, packs, photos, rental
from webapp.qr.services import ending
from webapp.sites import services as sites
from webapp.sites.models import Site, SiteStatus

NEED_AUTHORIZATION = (Asked.PERMISSION, Asked.PASSWORD_RESET)


def authorize(by_owner: Principal, site: Site, until: datetime | None) -> None:
    """The owner lets the company manage the site without having been asked. Raises Refused, Forbidden."""
    now = clock.now()
    if until is not None and not now < until <= now + holding.LONGEST:
        raise Refused(_("Choose a moment in the future."), "not_offered")
    with holding.holding(site.id) as current:
        holding.require_owner(by_owner, current)
        if not current.company_id:
            raise Refused(_("No company looks after %(site)s.", site=current.name), "no_company")
        if current.status == SiteStatus.AUTHORIZED:
            raise Refused(_("The company may manage %(site)s already.", site=current.name), "authorized_already")
        granting.open_site(current, now, until)
        close_requests(current.id, [Asked.AUTHORIZATION], Answer.ACCEPTED, now, by_owner.name)
        audit.record(by_owner, "authorization.granted", current)


def revoke(by_owner: Principal, site: Site) -> None:
    """The company may not manage the site any more, from this moment on (U6). Raises Refused, Forbidden."""
    with holding.holding(site.id) as current:
        holding.require_owner(by_owner, current)
        close_site(current, by_owner.name)
        audit.record(by_owner, "authorization.revoked", current)


def close_site(site: Site, by_name: str) -> None:
    """End the authorization and all that rests on it. Raises Refused when there is none."""
    if site.status != SiteStatus.AUTHORIZED:
        raise Refused(_("The company may not manage %(site)s anyway.", site=site.name), "not_authorized")
    now = clock.now()
    values = {"decided": SiteStatus.OWNED_UNAUTHORIZED, "authorized_at": None, "authorized_until": now}
    if not Site.decide(site.id, site.decided, **values):
        raise holding.changed_meanwhile()
    DevicePermission.end_all(site)
    close_requests(site.id, NEED_AUTHORIZATION, Answer.DECLINED, now, by_name)


def extend(by_owner: Principal, what: DevicePermission | Site, hours: int | None, seen: datetime | None) -> None:
    """Let it hold so many hours longer than `seen`, the end that the owner was shown; None: for good.

    What holds just that long already is left as it is: the same form came twice.
    Raises Refused for what has ended or ends at another moment by now, Forbidden.
    """
    if hours not in {None, *holding.HOURS}:
        raise Refused(_("This cannot be asked for as it was chosen. Choose again."), "not_offered")
    if isinstance(what, Site):
        extend_site(by_owner, what, hours, seen)
    else:
        extend_permission(by_owner, what.id, hours, seen)


def is_extended(until: datetime | None, hours: int | None, seen: datetime | None) -> bool:
    """Whether it holds so many hours longer than `seen` by now."""
    if hours is None or until is None:
        return hours is None and until is None and seen is not None
    return until - timedelta(hours=hours) == seen


def later(until: datetime | None, hours: int | None, seen: datetime | None) -> tuple[datetime, datetime | None]:
    """The end as it is, and as it is to be. Raises Refused for what has no end, has ended, or ends otherwise now."""
    if until is None:
        raise Refused(_("This holds until you end it. There is nothing to extend."), "no_end")
    if until <= clock.now():
        raise Refused(_("This has ended meanwhile."), "ended")
    if until != seen:
        raise holding.changed_meanwhile()
    return until, until + timedelta(hours=hours) if hours else None


def extend_site(by_owner: Principal, site: Site, hours: int | None, seen: datetime | None) -> None:
    """And with it what the company may do with single devices, as far as that ends at the same moment."""
    with holding.holding(site.id) as current:
        holding.require_owner(by_owner, current)
        if current.status != SiteStatus.AUTHORIZED:
            raise Refused(_("This has ended meanwhile."), "ended")
        if is_extended(current.authorized_until, hours, seen):
            return
        before, until = later(current.authorized_until, hours, seen)
        if not Site.decide(current.id, current.decided, authorized_until=until):
            raise holding.changed_meanwhile()
        DevicePermission.prolong_all(current, before, until)
        audit.record(by_owner, "authorization.granted", current, ["until"])


def extend_permission(by_owner: Principal, permission_id: int, hours: int | None, seen: datetime | None) -> None:
    device = found(by_owner, permission_id).device
    with holding.holding(device.site_id) as site:
        holding.require_owner(by_owner, site)
        now = found(by_owner, permission_id).until
        if is_extended(now, hours, seen):
            return
        before, until = later(now, hours, seen)
        if not prolong_permission(permission_id, before, until):
            raise holding.changed_meanwhile()
        audit.record(by_owner, "permission.granted", device, ["until"])


def found(by: Principal, permission_id: int) -> DevicePermission:
    """A permission at a site that this person sees. Raises NotFound."""
    permission = permission_at(permission_id)
    if permission is None or Site.of(by, permission.device.site_id) is None:
        raise NotFound
    return permission


def revoke_permission(by_owner: Principal, permission_id: int) -> DevicePermission:
    """The owner ends one kind of access to one device. Raises NotFound, Forbidden, Refused."""
    permission = found(by_owner, permission_id)
    with holding.holding(permission.device.site_id) as site:
        holding.require_owner(by_owner, site)
        end_permission(permission)
        audit.record(by_owner, "permission.revoked", permission.device)
    return permission


def end_permission(permission: DevicePermission) -> None:
    if not take_permission(permission.id):
        raise Refused(_("This has ended meanwhile."), "ended")


def release_early(by_company: Principal, what: Site | int) -> None:
    """The company gives back the authorization of a site, or a permission by its id. Raises NotFound, Refused."""
    if isinstance(what, Site):
        release_site(by_company, what)
        return
    permission = found(by_company, what)
    with holding.holding(permission.device.site_id) as site:
        holding.require_company(by_company, site)
        end_permission(permission)
        audit.record(by_company, "permission.released", permission.device)


def release_site(by_company: Principal, site: Site) -> None:
    """What is rented goes with the company, which can end a rental even where it is not authorized any more."""
    with holding.holding(site.id) as current:
        sites.find(by_company, current.id)
        require_release(by_company, current)
        rental.end(by_company, current)
        if current.status == SiteStatus.AUTHORIZED:
            close_site(current, by_company.name)
            audit.record(by_company, "authorization.released", current)
        else:
            audit.record(by_company, "rental.ended", current)


def require_release(by_company: Principal, site: Site) -> None:
    """Raise NotFound, or Refused where the company has nothing that it could give back."""
    holding.require_company(by_company, site)
    if site.owner_id is None:
        raise Refused(_("%(site)s has no owner yet.", site=site.name), "no_owner")
    if site.status != SiteStatus.AUTHORIZED and not site.rental:
        raise sites.not_authorized(site)


def release_company(by_owner: Principal, site: Site) -> None:
    """The company leaves the site with all that it knew of the devices; the owner keeps them, unless they are rented.

    Device passwords are wiped, so nothing is checked any more; codes and links of the devices end, and handover packs
    that nobody has signed are gone.
    Raises Refused, Forbidden.
    """
    now = clock.now()
    with holding.holding(site.id) as current:
        holding.require_owner(by_owner, current)
        if not current.company_id:
            raise Refused(_("No company looks after %(site)s.", site=current.name), "no_company")
        audit.record(by_owner, "site.released", current)
        rental.end(by_owner, current)
        DevicePermission.end_all(current)
        forget_secrets(current)
        ending.end_at(current)
        photographed = packs.discard_unfinished(current.id)
        end_assignments(current.id)
        close_requests(current.id, list(Asked), Answer.DECLINED, now, by_owner.name)
        holding.ensure_code(current)
        values = {"company": None, "authorized_at": None, "authorized_until": None}
        if not Site.decide(current.id, current.decided, decided=SiteStatus.OWNED_UNAUTHORIZED, **values):
            raise holding.changed_meanwhile()
    photos.drop(photographed)
