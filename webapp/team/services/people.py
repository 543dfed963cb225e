"""One employee: finding them, and what is done with their account (R5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.accounts.models import Account, ResetToken, Session
from webapp.accounts.permissions import Right, Role
from webapp.accounts.principal import Principal
from webapp.accounts.services import second_factor, secrets, sessions
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.pages import PAGE
from webapp.db import one_at_a_time
from webapp.sites.models import Assignment, Site
from webapp.team.models import AdminOffer, Answer, TeamInvitation, people, reach
from webapp.team.services import choices
from webapp.team.services.choices import Choice

SHOWN = ("", "disabled")


@dataclass(frozen=True, slots=True)
class Effects:
    """What ends when an account is disabled or deleted."""

    sessions: int
    alone: int  # sites that nobody else is assigned to
    names: list[str]  # of those that the asker sees
    assigned: int
    links: int  # to hand devices over, made by them
    invitations: int  # open ones that they have sent


def company_lock(company_id: int) -> str:
    return f"team {company_id}"


def page(by: Principal, show: str, number: int) -> people.Team:
    """One page of the company's people; `show` is one of SHOWN."""
    return people.team(by.company_id, show if show in SHOWN else "", PAGE, (number - 1) * PAGE)


def find(by: Principal, account_id: int) -> Account:
    """One of the own company. Raises NotFound."""
    found = people.find(by.company_id, account_id)
    if found is None:
        raise NotFound
    return found


def find_other(by: Principal, account_id: int) -> Account:
    """One whom this person may act upon. Raises NotFound; Refused for themselves and whoever may do more."""
    account = find(by, account_id)
    require_other(by, account)
    return account


def require_other(by: Principal, account: Account) -> None:
    """The same for an account that was found."""
    if account.id == by.id:
        raise Refused(_("This is your own account: somebody else has to do this."), "yourself")
    if account.role == Role.INSTALLER_ADMIN:
        why = _("%(name)s is the Installer Admin. The role has to be handed to somebody else first.", name=account.name)
        raise Refused(why, "installer_admin")
    choices.require_no_more(by, choices.of_account(account).rights)


def may_act_on(by: Principal, account: Account) -> bool:
    """Whether find_other() would give the account."""
    if not by.may(Right.MANAGE_TEAM) or account.id == by.id or account.role == Role.INSTALLER_ADMIN:
        return False
    return choices.of_account(account).rights <= by.rights


def live_sessions(account: Account) -> list[dict[str, Any]]:
    now = clock.now()
    return Session.of(account.id, now - sessions.IDLE, now - sessions.LONGEST)


def last_seen(account: Account) -> datetime | None:
    seen = [session["seen_at"] for session in live_sessions(account)]
    return max(filter(None, [*seen, people.acted_at(account.company_id, account.id)]), default=None)


def sites_now(account: Account) -> int:
    """How many sites a person sees."""
    return sites_with(account, choices.of_account(account))


def sites_with(account: Account, choice: Choice) -> int:
    """How many sites a person would see by this role."""
    return choice.sites(account.company_id, reach.count_assigned(account.company_id, account.id))


def change_role(by: Principal, account: Account, choice: Choice) -> None:
    """Give another role; it counts from the next request on. Raises NotFound, Refused."""
    before = choices.of_account(account)
    with one_at_a_time(company_lock(by.company_id)):
        choices.find(by, choice.key)
        if before.key == choice.key:
            return
        if not people.change_role(account.id, (account.role, account.own_role_id), choice.role, choice.own_id):
            raise changed_meanwhile()
        if Right.MANAGE_TEAM not in choice.rights:
            TeamInvitation.withdraw_all_of(by.company_id, account.id, clock.now())
        audit.record(by, "team.role_changed", account, ["role"])


def changed_meanwhile() -> Refused:
    return Refused(_("Somebody else has changed this meanwhile. Look at it again."), "changed_meanwhile")


def effects(by: Principal, account: Account) -> Effects:
    company = account.company_id
    alone = reach.alone(company, account.id)
    return Effects(
        sessions=len(live_sessions(account)),
        alone=len(alone),
        names=sorted(site.name for site in reach.among(by, alone)),
        assigned=reach.count_assigned(company, account.id),
        links=reach.open_links(account.id),
        invitations=TeamInvitation.count_made_by(company, account.id),
    )


def disable(by: Principal, account: Account) -> None:
    """Keep a person out until they are enabled again: sessions, links and invitations of theirs end now."""
    with one_at_a_time(company_lock(by.company_id)):
        find_other(by, account.id)  # they may have become the Installer Admin meanwhile
        if not people.disable(account.id, clock.now()):
            raise Refused(_("%(name)s is disabled already.", name=account.name), "disabled")
        end_all_of(account)
        audit.record(by, "team.disabled", account)


def end_all_of(account: Account) -> None:
    """What must not outlive a person's account or its rights, but the assignments."""
    now = clock.now()
    Session.end_others(account.id, None)
    people.stop_looking_at(account.id)
    ResetToken.close(account.id)
    TeamInvitation.withdraw_all_of(account.company_id, account.id, now)
    offer = AdminOffer.open_of(account.company_id, now)
    if offer and offer.taker_id == account.id:
        AdminOffer.close(offer.id, Answer.WITHDRAWN, now)


def enable(by: Principal, account: Account) -> None:
    with one_at_a_time(company_lock(by.company_id)):
        find_other(by, account.id)
        if not people.enable(account.id):
            raise Refused(_("%(name)s is not disabled.", name=account.name), "enabled")
        audit.record(by, "team.enabled", account)


def heirs(by: Principal, account: Account) -> list[Account]:
    """Who may get a person's sites: whom this one may assign sites to."""
    return [one for one in assignable(by) if one.id != account.id]


def assignable(by: Principal) -> list[Account]:
    """Whom a person can assign a site to: all who may sign in, see only what is assigned to them, and may do no more.

    Themselves they cannot: nobody prolongs their own assignment.
    """
    company = people.colleagues(by.company_id)
    return [one for one in company if one.id != by.id and not people.sees_all(one) and may_act_on(by, one)]


def delete(by: Principal, account: Account, typed_name: str, heir_id: int | None) -> None:
    """Forget a person; those of their sites that `by` sees go to an heir, the others to nobody. Raises Refused."""
    if typed_name.casefold() != account.name.casefold():
        raise Refused(_("Type the name exactly as it stands here: %(name)s", name=account.name), "name_differs")
    with one_at_a_time(company_lock(by.company_id)):
        find_other(by, account.id)  # they may have become the Installer Admin meanwhile
        if heir_id is not None:
            move_sites(by, account, heir_id)
        end_all_of(account)
        if not people.remove(account.id):
            raise NotFound
        audit.record(by, "team.deleted", account)


def move_sites(by: Principal, account: Account, heir_id: int) -> None:
    """Raises Refused for an heir who cannot be one."""
    if heir_id not in {heir.id for heir in heirs(by, account)}:
        raise Refused(_("The sites cannot go to this person. Choose one from the list."), "no_heir")
    Site.lock_all(one.site_id for one in reach.of_person(by.company_id, account.id))
    kept = {one.site_id: one for one in reach.of_person(by.company_id, heir_id)}
    left = reach.of_person(by.company_id, account.id)
    seen = {site.id for site in reach.among(by, [one.site_id for one in left])}
    for one in (one for one in left if one.site_id in seen):
        if is_live(one) and not (one.site_id in kept and lasts_longer(kept[one.site_id], one)):
            Assignment.put(one.site_id, heir_id, one.until)


def is_live(one: Assignment) -> bool:
    return one.until is None or one.until > clock.now()


def lasts_longer(one: Assignment, other: Assignment) -> bool:
    return one.until is None or (other.until is not None and one.until >= other.until)


def mail_reset(by: Principal, account: Account, base_url: str, subject: str, text: str, html: str) -> None:
    """Mail a person a link for a new password; both texts have "{link}". Raises Refused, TooMany."""
    if account.disabled_at:
        raise Refused(_("%(name)s is disabled.", name=account.name), "disabled")
    secrets.ask_for_reset(account.email, by.address, base_url, subject, text, html)
    audit.record(by, "team.reset_mailed", account)


def reset_second_factor(by: Principal, account: Account) -> None:
    second_factor.reset(account, by)
