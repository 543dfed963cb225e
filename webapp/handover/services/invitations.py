"""An end user is asked to take a site over, and answers (T4, T5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Operator, Principal
from webapp.accounts.services import sessions, throttle
from webapp.accounts.services.acting import acting
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused, TooMany
from webapp.common.i18n import _, plural
from webapp.common.tokens import hash_token, new_token
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import Answer, OwnerInvitation, Wanted
from webapp.handover.models.places import close_invitations
from webapp.handover.services import holding
from webapp.owners.services import people
from webapp.sites.models import Site, SiteStatus, Subcontract

LASTS = timedelta(days=14)  # that an invitation can be answered
MOST = 30  # invitations that a company sends in an hour, again or for the first time
PAUSE = timedelta(minutes=1)  # before the same invitation is sent again
MOST_NEW = 20  # accounts that one address may try to make by invitations, in the throttle's window
INVITABLE = {SiteStatus.NOT_INVITED, SiteStatus.INVITED}


class InvitationState(StrEnum):
    OPEN = "open"
    NOT_REGISTERED = "not_registered"  # open, and nobody has an account with its e-mail address yet
    EXPIRED = "expired"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"


ANSWERABLE = {InvitationState.OPEN, InvitationState.NOT_REGISTERED}


class Invited(NamedTuple):
    """Whom a company asks; each but the name may be "": the link can be shown instead of sent."""

    name: str
    email: str  # casefolded
    phone: str
    language: str


def invite(by: Principal, site: Site, to: Invited, wanted: Wanted) -> tuple[OwnerInvitation, str]:
    """A new invitation and the token of its link, which is kept nowhere; one before it ends.

    Raises Refused, TooMany.
    """
    require_other(by, to.email)
    now, token = clock.now(), new_token()
    with holding.holding(site.id) as current:
        holding.require_company(by, current)
        require_invitable(current)
        holding.require_sound(by, current, wanted, now)
        take_turn(by)
        close_invitations(current.id, Answer.WITHDRAWN, now)
        made = OwnerInvitation.create(
            site=current,
            company=by.company_id,
            maker_id=by.id,
            maker_name=by.name,
            made_at=now,
            sent_at=now,
            expires_at=now + LASTS,
            retained=wanted.text(),
            token_hash=hash_token(token),
            **to._asdict(),
        )
        decide(current, decided=SiteStatus.INVITED)
        audit.record(by, "owner.invited", current)
    return made, token


def require_other(by: Principal, email: str) -> None:
    """Raise Refused for the address of one's own company's people."""
    person = Account.by_email(email) if email else None
    if person and person.role != Role.OWNER and person.company_id == by.company_id:
        why = _("This is the address of somebody of your own company. Invite the customer by an address of theirs.")
        raise Refused(why, "own_company")


def require_invitable(site: Site) -> None:
    """Raise Refused for a site that has an owner."""
    if site.owner_id is not None or site.status not in INVITABLE:
        raise Refused(_("%(site)s has an owner already.", site=site.name), "already_owned")


def take_turn(by: Principal) -> None:
    """Count a letter of the company's before it is written; raises TooMany after MOST in an hour."""

    def sent_often(minutes: int) -> str:
        return plural(
            "Your company has sent many invitations in the last hour. Wait %(num)s minute, then try again.",
            "Your company has sent many invitations in the last hour. Wait %(num)s minutes, then try again.",
            minutes,
        )

    throttle.take_hourly("invitations of owners", by.company_id, MOST, sent_often)


def decide(site: Site, **values: Any) -> None:
    if not Site.decide(site.id, site.decided, **values):
        raise holding.changed_meanwhile()


def latest(site: Site) -> OwnerInvitation | None:
    return OwnerInvitation.latest(site.id)


def resend(by: Principal, site: Site) -> tuple[OwnerInvitation, str]:
    """The same invitation with another link; the one before opens nothing any more. Raises Refused, TooMany."""
    now, token = clock.now(), new_token()
    with holding.holding(site.id) as current:
        holding.require_company(by, current)
        require_invitable(current)
        made = require_unanswered(latest(current))
        if made.email and now - made.sent_at < PAUSE:
            raise TooMany(_("This invitation was sent just now. Wait a minute."), int(PAUSE.total_seconds()))
        take_turn(by)
        if not OwnerInvitation.renew(made.id, hash_token(token), now, now + LASTS):
            raise holding.changed_meanwhile()
        audit.record(by, "owner.invitation_resent", current)
    return OwnerInvitation.get_by_id(made.id), token


def note_mail(invitation: OwnerInvitation, mail_id: int) -> None:
    """Which letter carries the invitation, so that its page can say what became of it."""
    OwnerInvitation.note_mail(invitation.id, mail_id)
    invitation.mail_id = mail_id


def require_unanswered(invitation: OwnerInvitation | None) -> OwnerInvitation:
    if invitation is None or invitation.answer != Answer.OPEN:
        raise Refused(_("There is no open invitation. Invite the owner again."), "no_invitation")
    return invitation


def withdraw(by: Principal, site: Site) -> None:
    """End the open invitation, whether it has expired or not. Raises Refused."""
    now = clock.now()
    with holding.holding(site.id) as current:
        holding.require_company(by, current)
        require_invitable(current)
        made = require_unanswered(latest(current))
        if not OwnerInvitation.close(made.id, Answer.WITHDRAWN, now):
            raise holding.changed_meanwhile()
        decide(current, decided=SiteStatus.NOT_INVITED)
        audit.record(by, "owner.invitation_withdrawn", current)


def find(token: str) -> OwnerInvitation | None:
    """In any state, with its site and company; None for a token that is none."""
    return OwnerInvitation.by_token(hash_token(token)) if token else None


def state_of(invitation: OwnerInvitation) -> InvitationState:
    if invitation.answer != Answer.OPEN:
        return InvitationState(invitation.answer)
    if invitation.expires_at <= clock.now():
        return InvitationState.EXPIRED
    if invitation.email and Account.by_email(invitation.email) is None:
        return InvitationState.NOT_REGISTERED
    return InvitationState.OPEN


def accept(token: str, owner: Principal) -> Site:
    """Make this person the owner of the site; the company keeps what the invitation says. Raises NotFound, Refused."""
    found = require_open(token)
    require_own_address(found, owner)
    now = clock.now()
    with holding.holding(found.site_id) as site:
        take(site, found, Answer.ACCEPTED, now, answered_by=owner.id)
        wanted = Wanted.of(found.retained)
        if not Site.hand_to(site.id, owner.id, now, wanted.rental):
            raise Refused(_("%(site)s has an owner already.", site=site.name), "already_owned")
        Subcontract.end(site.id)  # sharing is for the time before (T12)
        holding.ensure_code(site)
        settle(site, wanted, now)
        audit.record(owner, "owner.accepted", site, ["rental"] if wanted.rental else ())
        return Site.get_by_id(site.id)


def require_open(token: str) -> OwnerInvitation:
    """Raises NotFound for no invitation, Refused for one that cannot be answered any more."""
    found = find(token)
    if found is None:
        raise NotFound
    if (state := state_of(found)) not in ANSWERABLE:
        raise over(state)
    return found


def over(state: InvitationState) -> Refused:
    sentences = {
        InvitationState.EXPIRED: _("This invitation has expired. Ask the company for a new one."),
        InvitationState.WITHDRAWN: _("The company has withdrawn this invitation."),
        InvitationState.DECLINED: _("This invitation has been declined."),
        InvitationState.ACCEPTED: _("This invitation has been accepted already."),
    }
    return Refused(sentences.get(state) or _("This invitation cannot be used any more."), str(state))


def require_own_address(invitation: OwnerInvitation, owner: Principal) -> None:
    """Raise Refused for a company's person, and for somebody else than whom the invitation names."""
    if not owner.is_owner:
        own = owner.company_name
        why = _("You are signed in for %(company)s. An owner needs an address of their own.", company=own)
        raise Refused(why, "not_an_owner")
    if invitation.email and invitation.email != (owner.email or ""):
        raise Refused(_("This invitation is for another e-mail address than yours."), "other_address")


def take(site: Site, invitation: OwnerInvitation, answer: Answer, now: datetime, **values: Any) -> None:
    """Use the invitation up: one of any number of answers does, the others raise Refused."""
    if not OwnerInvitation.use(invitation.token_hash, answer, now, **values):
        again = OwnerInvitation.by_token(invitation.token_hash)
        raise over(state_of(again)) if again else NotFound
    if site.owner_id is not None or site.decided != SiteStatus.INVITED:
        raise Refused(_("%(site)s has an owner already.", site=site.name), "already_owned")


def settle(site: Site, wanted: Wanted, now: datetime) -> None:
    """After the site has got its owner: what the company keeps, and for how long."""
    DevicePermission.end_all(site)
    until = holding.end_of(wanted, now)
    if not wanted.site or (until and until <= now):
        return
    values = {"decided": SiteStatus.AUTHORIZED, "authorized_at": now, "authorized_until": until}
    if not Site.decide(site.id, SiteStatus.OWNED_UNAUTHORIZED, **values):
        raise holding.changed_meanwhile()
    holding.grant_kinds(site, wanted, now, until)


def accept_as_new(
    token: str, name: str, email: str, phone: str, password: str, language: str, address: str, agent: str
) -> tuple[Site, str]:
    """The same for somebody who has no account: it is made, and they are signed in; gives the session's token.

    An address that has an account is refused with `code` "sign_in_first". `password` may be "". Raises NotFound,
    Refused, TooMany.
    """
    found = require_open(token)
    throttle.count({f"invited:{throttle.network(address)}": MOST_NEW})
    if found.email and found.email != email:
        raise Refused(_("This invitation is for another e-mail address than yours."), "other_address")
    if Account.by_email(email):
        raise Refused(_("This e-mail address has an account already. Sign in, then accept."), "sign_in_first")
    hashed = people.hashed(password)
    with holding.holding(found.site_id):  # before the account, in the order of every other answer
        account = people.register(name, email, phone, hashed, language)
        owner = acting(account.id, address, agent)
        assert owner, "it was made just now"  # noqa: S101
        site = accept(token, owner)
        session = sessions.begin(account, address, agent)
    if session is None:
        raise holding.changed_meanwhile()
    return site, session


def decline(token: str, owner: Principal | None) -> Site:
    """The invited does not want the site; `owner` is who is signed in, if anybody is. Raises NotFound, Refused."""
    found = require_open(token)
    if owner:
        require_own_address(found, owner)
    now = clock.now()
    with holding.holding(found.site_id) as site:
        take(site, found, Answer.DECLINED, now, answered_by=owner.id if owner else None)
        decide(site, decided=SiteStatus.NOT_INVITED)
        who = owner or Operator(None, None, found.name or found.email or _("The invited person"))
        audit.record(who, "owner.declined", site)
    return site
