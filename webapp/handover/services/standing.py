"""How a site stands between its company and its owner, and what comes next (T2)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.common.i18n import _, date_and_time
from webapp.devices.models import Suspension
from webapp.devices.models.permission import DevicePermission, Permission
from webapp.handover import words
from webapp.handover.models import AccessRequest, Answer, Asked, OwnerInvitation
from webapp.handover.models.places import company_name, name_of
from webapp.handover.services import rental
from webapp.handover.services.invitations import ANSWERABLE, InvitationState, state_of
from webapp.handover.services.requests import open_requests
from webapp.sites.models import Site, SiteStatus

LASTING = {Asked.PERMISSION, Asked.PASSWORD_RESET}  # a yes to these is not told by the state of the site


class Step(NamedTuple):
    label: str
    url: str


class Answered(NamedTuple):
    what: str
    text: str  # "Declined by Olga, 23 Nov 2026, 13:40"
    declined: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """`since` is the moment from which the state holds; `next` None where nothing is this person's to do."""

    site: Site
    status: SiteStatus
    since: datetime | None
    invitation: OwnerInvitation | None  # the latest one, while there is no owner
    invited: InvitationState | None
    company: str
    owner: str
    until: datetime | None
    permissions: list[DevicePermission]
    requests: list[AccessRequest]
    next: Step | None
    allowed: list[str]  # sentences: what the company may do now
    answered: Answered | None  # what the company asked for last, until something newer holds
    suspended: list[Suspension]  # of a rented site: what of its service is paused
    pausing: list[Step]  # how this person pauses and resumes it

    @property
    def paused(self) -> Suspension | None:
        """The pause of the site as a whole."""
        return next((one for one in self.suspended if one.device_id is None), None)

    @property
    def chip(self) -> tuple[str, str, str]:
        """Tone, icon and word of the state."""
        told = words.INVITATIONS.get(str(self.invited)) if self.owner == "" and self.invited else None
        tone, icon, word = told or words.STATES[self.status]
        return tone, icon, str(word)

    @property
    def version(self) -> str:
        return version(self)

    def at(self, moment: datetime | None) -> str:
        """In the site's time; "" for none."""
        return date_and_time(moment, self.site.zone) if moment else ""

    @property
    def left(self) -> str:
        """ "2 hr, 10 min" of the authorization."""
        return words.left(self.until) if self.until else ""


def standing(by: Principal, site: Site) -> Standing:
    """For whoever sees the site, the company's people and the owner alike."""
    status = site.status
    invitation = OwnerInvitation.latest(site.id) if site.owner_id is None else None
    invited = state_of(invitation) if invitation else None
    permissions = DevicePermission.of_site(site) if status == SiteStatus.AUTHORIZED else []
    asked = open_requests(by, site) if site.owner_id else []
    began, suspended = since(site, status, invitation), Suspension.of_site(site.id) if site.rental else []
    return Standing(
        site=site,
        status=status,
        since=began,
        invitation=invitation,
        invited=invited,
        company=company_name(site.company_id),
        owner=name_of(site.owner_id),
        until=site.authorized_until if status == SiteStatus.AUTHORIZED else None,
        permissions=permissions,
        requests=asked,
        next=next_step(by, site, status, invited, asked),
        allowed=allowed(site, status, permissions),
        answered=None if by.is_owner else answered(by, site, invitation, began, asked),
        suspended=suspended,
        pausing=pausing(by, site, suspended),
    )


def since(site: Site, status: SiteStatus, invitation: OwnerInvitation | None) -> datetime | None:
    if status == SiteStatus.AUTHORIZED:
        return site.authorized_at
    if status == SiteStatus.OWNED_UNAUTHORIZED:
        return site.authorized_until or site.owned_at  # from when it ended, if there was one
    if status == SiteStatus.INVITED and invitation:
        return invitation.sent_at
    return invitation.answered_at if invitation else site.created_at


def answered(
    by: Principal, site: Site, invitation: OwnerInvitation | None, began: datetime | None, asked: list[AccessRequest]
) -> Answered | None:
    """For the company; an answer from before the present state, or to what is asked again, is history."""
    if invitation and invitation.answer == Answer.DECLINED and invitation.answered_at:
        no = words.answered(Answer.DECLINED, invitation.name, invitation.answered_at, site.zone)
        return Answered(_("Invitation"), no, True)
    found = AccessRequest.last_answered(site.id, by.company_id) if site.owner_id else None
    if found is None or found.answered_at is None or found.answered_at < (began or found.answered_at):
        return None
    declined = found.answer == Answer.DECLINED
    if any(one.kind == found.kind for one in asked) or not (declined or found.kind in LASTING):
        return None
    text = words.answered(Answer(found.answer), found.answered_by_name, found.answered_at, site.zone)
    return Answered(str(words.ASKED[Asked(found.kind)]), text, declined)


def next_step(
    by: Principal, site: Site, status: SiteStatus, invited: InvitationState | None, asked: list[AccessRequest]
) -> Step | None:
    """The one thing that leads on; the owner's own pages say what is theirs to do."""
    if by.is_owner:
        return None
    here = f"/sites/{site.id}"
    if not by.may(Right.MANAGE_SITES):
        return None
    if status in {SiteStatus.NOT_INVITED, SiteStatus.INVITED}:
        waiting = invited in ANSWERABLE and status == SiteStatus.INVITED
        label = _("See the invitation") if waiting else invite_label(invited)
        return Step(label, f"{here}/handover")
    if status == SiteStatus.OWNED_UNAUTHORIZED:
        waits = any(request.kind == Asked.AUTHORIZATION for request in asked)
        label = _("See your request") if waits else _("Apply for authorization")
        return Step(label, f"{here}/authorization")
    return Step(_("Permissions"), f"{here}/permissions")


def pausing(by: Principal, site: Site, suspended: list[Suspension]) -> list[Step]:
    """The site's service can be paused and resumed in every state, else an owner could evade it."""
    if not rental.may_pause(by, site):
        return []
    whole = any(one.device_id is None for one in suspended)
    steps = [] if whole else [Step(_("Pause the service"), f"/sites/{site.id}/pause")]
    return [*steps, Step(_("Resume the service"), f"/sites/{site.id}/resume")] if suspended else steps


def invite_label(invited: InvitationState | None) -> str:
    return _("Invite site owner") if invited is None else _("Invite the owner again")


def allowed(site: Site, status: SiteStatus, permissions: list[DevicePermission]) -> list[str]:
    if status in {SiteStatus.NOT_INVITED, SiteStatus.INVITED}:
        return [_("Your company may manage the devices, and edit and delete the site. It has no owner yet.")]
    if status == SiteStatus.OWNED_UNAUTHORIZED:
        return [_("Your company sees the site’s name, and may ask its owner for authorization.")]
    kinds = {permission.kind for permission in permissions}
    told = [_("Your company may manage the devices and edit the site.")]
    sentences = {
        Permission.CONFIGURATION: _("It may change the configuration of devices that the owner has chosen."),
        Permission.LIVE_VIEW: _("It may see the live picture of cameras that the owner has chosen."),
        Permission.PLAYBACK: _("It may play recordings of cameras that the owner has chosen."),
    }
    return told + [sentence for kind, sentence in sentences.items() if kind in kinds]


def version(standing: Standing) -> str:
    """Sixteen characters that differ whenever what is shown of it does; ages and countdowns tick by themselves."""
    invitation = standing.invitation
    shown = (
        standing.status,
        standing.since,
        standing.invited,
        invitation and (invitation.id, invitation.sent_at),
        standing.company,
        standing.owner,
        standing.until,
        [(permission.id, permission.until) for permission in standing.permissions],
        [request.id for request in standing.requests],
        standing.next,
        standing.answered,
        [(one.id, one.device_id) for one in standing.suspended],
        standing.pausing,
        standing.site.rental,
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
