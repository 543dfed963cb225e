"""An owner shares a site with family: they see how its devices fare, and decide nothing (U4)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from webapp.accounts.models import Account
from webapp.accounts.principal import Principal
from webapp.accounts.services import sessions, throttle
from webapp.accounts.services.acting import acting
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token, new_token
from webapp.db import transaction
from webapp.handover.models import Answer, ShareInvitation
from webapp.handover.models.sharing import end_share, sees, share_with, shares_of
from webapp.handover.services import holding
from webapp.handover.services.granting import Unlisted
from webapp.owners.services import people
from webapp.sites.models import Site, SiteShare

LASTS = timedelta(days=14)
MOST_OPEN = 10  # invitations of one site
MOST_SENT = 20  # by one owner in the throttle's window
MOST_NEW = 20  # accounts that one address may try to make in it


class ShareState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"


def family(site: Site) -> list[SiteShare]:
    """Who sees the site beside its owner, each with the account, by name."""
    return shares_of(site.id)


def open_invitations(site: Site) -> list[ShareInvitation]:
    return ShareInvitation.open_at(site.id, clock.now())


def invite(by: Principal, site: Site, name: str, email: str) -> tuple[ShareInvitation, str]:
    """A new invitation and the token of its link, which is kept nowhere. `email` is casefolded, or "".

    Raises Forbidden, Refused, TooMany.
    """
    holding.require_owner(by, site)
    if email and email == by.email:
        raise Refused(_("This is your own address. You see the site already."), "own_address")
    throttle.count({f"share:{by.id}": MOST_SENT})
    now, token = clock.now(), new_token()
    with holding.holding(site.id) as current:
        holding.require_owner(by, current)
        if len(open_invitations(current)) >= MOST_OPEN:
            raise Refused(_("Many invitations are open. Withdraw one of them first."), "too_many_open")
        made = ShareInvitation.create(
            site=current,
            maker_id=by.id,
            maker_name=by.name,
            made_at=now,
            expires_at=now + LASTS,
            name=name,
            email=email,
            token_hash=hash_token(token),
        )
        audit.record(by, "site.shared", Unlisted(current.id, current.name))
    return made, token


def withdraw(by: Principal, site: Site, invitation_id: int) -> None:
    """Raises NotFound for one that is not open, Forbidden."""
    holding.require_owner(by, site)
    with holding.holding(site.id) as current:
        if not ShareInvitation.withdraw(current.id, invitation_id, clock.now()):
            raise NotFound
        audit.record(by, "share.withdrawn", Unlisted(current.id, current.name))


def find_share(by: Principal, site: Site, share_id: int) -> SiteShare:
    """Raises NotFound, Forbidden."""
    holding.require_owner(by, site)
    share = next((one for one in family(site) if one.id == share_id), None)
    if share is None:
        raise NotFound
    return share


def end(by: Principal, site: Site, share_id: int) -> SiteShare:
    """From the next request on this person sees nothing of the site. Raises NotFound, Forbidden."""
    holding.require_owner(by, site)
    with holding.holding(site.id) as current:
        ended = end_share(current.id, share_id)
        if ended is None:
            raise NotFound
        audit.record(by, "site.share_ended", Unlisted(current.id, current.name))
    return ended


def find(token: str) -> ShareInvitation:
    """In any state, with its site. Raises NotFound."""
    found = ShareInvitation.by_token(hash_token(token))
    if found is None:
        raise NotFound
    return found


def state_of(invitation: ShareInvitation) -> ShareState:
    if invitation.answer != Answer.OPEN:
        return ShareState(invitation.answer)
    return ShareState.OPEN if invitation.expires_at > clock.now() else ShareState.EXPIRED


def over(state: ShareState) -> Refused:
    sentences = {
        ShareState.EXPIRED: _("This invitation has expired. Ask for a new one."),
        ShareState.WITHDRAWN: _("This invitation has been withdrawn."),
    }
    return Refused(sentences.get(state) or _("This invitation has been used already."), str(state))


def refusal(invitation: ShareInvitation, person: Principal | None) -> Refused | None:
    """Why it cannot be accepted, by the person who is signed in, if anybody is."""
    if (state := state_of(invitation)) != ShareState.OPEN:
        return over(state)
    if person is None:
        return None
    if not person.is_owner:
        company = person.company_name
        why = _(
            "You are signed in for %(company)s. To see the site as family, use an address of your own.", company=company
        )
        return Refused(why, "not_an_owner")
    if invitation.email and invitation.email != person.email:
        return Refused(_("This invitation is for another e-mail address than yours."), "other_address")
    if sees(invitation.site_id, person.id):
        return Refused(_("You see this site already."), "sees_already")
    return None


def accept(token: str, person: Principal) -> Site:
    """Let this person see the site. Of any number of parallel tries one succeeds. Raises NotFound, Refused."""
    found, now = find(token), clock.now()
    with holding.holding(found.site_id) as site:
        if no := refusal(find(token), person):
            raise no
        if not ShareInvitation.use(found.token_hash, now, answered_by=person.id):
            raise over(state_of(find(token)))
        if not share_with(site.id, person.id, now):
            raise Refused(_("You see this site already."), "sees_already")
        audit.record(person, "share.accepted", Unlisted(site.id, site.name))
    return site


def accept_as_new(token: str, typed: dict[str, str], language: str, address: str, agent: str) -> tuple[Site, str]:
    """The same for somebody without an account, who is signed in afterwards; gives the session's token.

    `typed` are name, email and password, which may be "". Raises NotFound, Refused, TooMany.
    """
    found = find(token)
    if no := refusal(found, None):
        raise no
    if found.email and found.email != typed["email"]:
        raise Refused(_("This invitation is for another e-mail address than yours."), "other_address")
    throttle.count({f"invited:{throttle.network(address)}": MOST_NEW})
    if Account.by_email(typed["email"]):
        raise Refused(_("This e-mail address has an account already. Sign in, then accept."), "sign_in_first")
    hashed = people.hashed(typed["password"])
    with transaction():
        Site.locked(found.site_id)  # before the account, in the order of every other answer
        account = people.register(typed["name"], typed["email"], "", hashed, language)
        person = acting(account.id, address, agent)
        assert person, "it was made just now"  # noqa: S101
        site = accept(token, person)
        session = sessions.begin(account, address, agent)
    if session is None:
        raise holding.changed_meanwhile()
    return site, session
