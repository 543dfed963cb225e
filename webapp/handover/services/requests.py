"""What a company asks an owner for, and how the owner answers (T6, T7, T8, E15)."""

from __future__ import annotations

from enum import Enum

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.common.i18n import _
from webapp.devices.models import Device
from webapp.handover.models import AccessRequest, Answer, Asked, Wanted
from webapp.handover.models.places import asked_by_company, last_reset, request_seen_by
from webapp.handover.services import granting, holding
from webapp.handover.services.adopting import ask_adoption as ask_adoption  # one of the four ways to ask
from webapp.handover.services.asking import LASTS, ask
from webapp.sites import services as sites
from webapp.sites.models import Site, SiteStatus


class Unchanged(Enum):
    """An owner grants for as long as was asked."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
ACTIONS = {  # kind → what the audit log calls asking, granting, declining and withdrawing
    Asked.AUTHORIZATION: ("authorization.asked", "authorization.granted", "authorization.declined"),
    Asked.PERMISSION: ("permission.asked", "permission.granted", "permission.declined"),
    Asked.ADOPTION: ("authorization.asked", "authorization.granted", "authorization.declined"),
    Asked.PASSWORD_RESET: ("device.reset_asked", "device.reset_approved", "device.reset_declined"),
}
WITHDRAWN = {Asked.PERMISSION: "permission.withdrawn", Asked.PASSWORD_RESET: "device.reset_withdrawn"}


def ask_authorization(by: Principal, site: Site, reason: str, wanted: Wanted) -> AccessRequest:
    """To manage the site again, with kinds of access to its devices if wanted. Raises Refused, NotFound."""
    with holding.holding(site.id) as current:
        holding.require_company(by, current)
        if current.status != SiteStatus.OWNED_UNAUTHORIZED:
            why = _("There is nothing to ask for: your company may manage %(site)s.", site=current.name)
            raise Refused(why, "not_needed")
        holding.require_sound(by, current, wanted._replace(site=True), clock.now())
        made = ask(by, current, Asked.AUTHORIZATION, reason, wanted._replace(site=True))
        audit.record(by, "authorization.asked", current)
    return made


def ask_permission(by: Principal, site: Site, reason: str, wanted: Wanted) -> AccessRequest:
    """For kinds of access to devices of an authorized site. Raises Refused, NotFound."""
    with holding.holding(site.id) as current:
        require_authorized(by, current)
        if not wanted.kinds:
            raise Refused(_("Choose what to ask for."), "nothing_asked")
        holding.require_sound(by, current, wanted._replace(site=True), clock.now())
        made = ask(by, current, Asked.PERMISSION, reason, wanted._replace(site=False))
        audit.record(by, "permission.asked", current)
    return made


def ask_password_reset(by: Principal, device: Device, reason: str) -> AccessRequest:
    """To set a new password at the device itself. Raises Refused, NotFound."""
    with holding.holding(device.site_id) as current:
        require_authorized(by, current)
        made = ask(by, current, Asked.PASSWORD_RESET, reason, Wanted(False), device)
        audit.record(by, "device.reset_asked", device)
    return made


def require_authorized(by: Principal, site: Site) -> None:
    """Raise Refused unless the site has an owner who has authorized this person's company."""
    holding.require_company(by, site)
    if site.status == SiteStatus.OWNED_UNAUTHORIZED:
        raise sites.not_authorized(site)
    if site.status != SiteStatus.AUTHORIZED:
        why = _("%(site)s has no owner yet, so there is nobody to ask and nothing to ask for.", site=site.name)
        raise Refused(why, "no_owner")


def withdraw(by: Principal, request_id: int) -> AccessRequest:
    """The company takes its own request back. Raises NotFound for another's, Refused for one that has ended."""
    request = request_seen_by(by, request_id)
    if request is None or by.is_owner or not sees(by, request):
        raise NotFound
    if request.maker_id != by.id and not by.may(Right.MANAGE_SITES):
        raise Forbidden(_("Only %(who)s can withdraw this request.", who=request.maker_name))
    with holding.holding(request.site_id):
        end(by, request, Answer.WITHDRAWN)
        audit.record(by, WITHDRAWN.get(Asked(request.kind), "authorization.withdrawn"), target(request))
    return request


def sees(by: Principal, request: AccessRequest) -> bool:
    """Of a site that the company does not have yet, everybody in the company may take the request back."""
    return request.kind == Asked.ADOPTION or Site.of(by, request.site_id) is not None


def target(request: AccessRequest) -> audit.Target:
    """What the log names: the device, the site, or of a site that is another's its ID alone."""
    if request.kind == Asked.ADOPTION and request.site.company_id != request.company_id:
        return granting.Unlisted(request.site_id, request.site.code or "")
    return request.device if request.device else request.site


def end(by: Principal, request: AccessRequest, answer: Answer) -> None:
    if not AccessRequest.close(request.id, answer, clock.now(), by.name):
        raise Refused(_("This request has been answered already, or has ended."), "answered")


def last_password_reset(by: Principal, device: Device) -> AccessRequest | None:
    """What the company has asked last about this device, answered or not; forgotten after the time to answer."""
    return last_reset(device.id, by.company_id, clock.now() - LASTS)


def adoptions_of(by: Principal) -> list[AccessRequest]:
    """The company's open requests for sites that it does not have yet, each with its site."""
    return asked_by_company(by.company_id, Asked.ADOPTION, clock.now())


def open_requests(by_owner: Principal, site: Site) -> list[AccessRequest]:
    """Whoever sees the site sees what is asked there; the company what it has asked itself. Newest first."""
    found = AccessRequest.open_at(site.id, clock.now())
    return found if by_owner.is_owner else [one for one in found if one.company_id == by_owner.company_id]


def find_open(by_owner: Principal, request_id: int) -> AccessRequest:
    """An open request at a site that this person owns. Raises NotFound, Forbidden, Refused."""
    request = request_seen_by(by_owner, request_id)
    if request is None:
        raise NotFound
    holding.require_owner(by_owner, request.site)
    if request.answer != Answer.OPEN or request.expires_at <= clock.now():
        raise Refused(_("This request has been answered already, or has ended."), "answered")
    return request


def grant(by_owner: Principal, request: AccessRequest, hours: int | Unchanged | None = UNCHANGED) -> None:
    """The owner agrees, for as long as was asked or for so many hours; None: for good. Raises Refused, Forbidden."""
    if hours is not UNCHANGED and hours not in {None, *holding.HOURS}:
        raise Refused(_("This cannot be asked for as it was chosen. Choose again."), "not_offered")
    now, wanted = clock.now(), Wanted.of(request.wanted)
    if not isinstance(hours, Unchanged):
        wanted = wanted._replace(hours=hours, until=None)
    with holding.holding(request.site_id) as site:
        holding.require_owner(by_owner, site)
        end(by_owner, request, Answer.ACCEPTED)
        until = holding.end_of(wanted, now)
        if until and until <= now:
            raise Refused(_("What was asked for would have ended by now. Choose how long it is to hold."), "too_late")
        granting.DEEDS[Asked(request.kind)](site, request, wanted, now, until)
        audit.record(by_owner, ACTIONS[Asked(request.kind)][1], target_now(request, site), company=request.company_id)


def target_now(request: AccessRequest, site: Site) -> audit.Target:
    return request.device if request.device else site


def decline(by_owner: Principal, request: AccessRequest) -> None:
    """The owner says no. Raises Refused, Forbidden."""
    with holding.holding(request.site_id) as site:
        holding.require_owner(by_owner, site)
        end(by_owner, request, Answer.DECLINED)
        audit.record(by_owner, ACTIONS[Asked(request.kind)][2], target(request), company=request.company_id)
