"""The one role of Installer Admin passes on: one offers it, the other takes it, both with their password (R1)."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.hashing import matches
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.accounts.principal import Principal
from webapp.accounts.services import throttle
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.db import one_at_a_time, transaction
from webapp.team.models import AdminOffer, Answer, TeamInvitation, people
from webapp.team.services import choices
from webapp.team.services.choices import Choice
from webapp.team.services.people import company_lock

LASTS = timedelta(hours=72)


def knows_password(by: Principal, password: str) -> bool:
    """Whether it is the person's own password. Raises TooMany."""
    turn = throttle.take_turn("password", by.email, by.address)
    account = Account.active(by.id)
    if not matches(account.password_hash if account else None, password):
        return False
    throttle.succeeded("password", by.email, by.address, turn)
    return True


def open_offer(by: Principal) -> AdminOffer | None:
    """The company's one that holds; for its two people alone."""
    offer = AdminOffer.open_of(by.company_id, clock.now())
    return offer if offer and by.id in {offer.maker_id, offer.taker_id} else None


def takers(by: Principal) -> list[Account]:
    return [one for one in people.colleagues(by.company_id) if one.id != by.id]


def offer(by: Principal, taker_id: int, choice: Choice) -> AdminOffer:
    """Offer the role; an earlier offer ends. `choice` is what the present Installer Admin becomes. Raises Refused."""
    now = clock.now()
    with one_at_a_time(company_lock(by.company_id)):
        require_admin(by.id)
        choices.find(by, choice.key)
        taker = next((one for one in takers(by) if one.id == taker_id), None)
        if taker is None:
            raise Refused(_("The role cannot go to this person. Choose one from the list."), "no_taker")
        AdminOffer.close_all(by.company_id, Answer.WITHDRAWN, now)
        made = AdminOffer.create(
            company=by.company_id,
            maker=by.id,
            taker=taker,
            role=choice.role,
            own_role=choice.own_id,
            made_at=now,
            expires_at=now + LASTS,
        )
        audit.record(by, "team.admin_offered", taker)
    return made


def require_admin(account_id: int) -> None:
    account = Account.active(account_id)
    if account is None or account.role != Role.INSTALLER_ADMIN:
        raise Refused(_("Only the Installer Admin can hand the role over."), "not_admin")


def answer(by: Principal, what: Answer) -> None:
    """Withdraw one's own offer, or decline the one that was made. Raises Refused when it holds no more."""
    mine = open_offer(by)
    if mine is None or by.id != (mine.maker_id if what == Answer.WITHDRAWN else mine.taker_id):
        raise gone()
    with transaction():
        if not AdminOffer.close(mine.id, what, clock.now()):
            raise gone()
        audit.record(by, f"team.admin_{what}", mine.taker if what == Answer.WITHDRAWN else mine.maker)


def gone() -> Refused:
    return Refused(_("This offer does not hold any more."), "offer_gone")


def accept(by: Principal) -> None:
    """Become the Installer Admin; the former one becomes what the offer says, at once. Raises Refused."""
    with one_at_a_time(company_lock(by.company_id)):
        mine = open_offer(by)
        if mine is None or mine.taker_id != by.id or not AdminOffer.close(mine.id, Answer.ACCEPTED, clock.now()):
            raise gone()
        require_admin(mine.maker_id)
        if Account.active(by.id) is None:
            raise gone()
        swap(mine)
        audit.record(by, "team.admin_accepted", mine.maker)


def swap(mine: AdminOffer) -> None:
    """Never two of them, nor none."""
    lost = mine.role == Role.OWN and mine.own_role_id is None  # a role that is gone
    own = None if lost else mine.own_role_id
    Account.set_fields(mine.maker_id, role=Role.INSTALLER if lost else mine.role, own_role=own)
    Account.set_fields(mine.taker_id, role=Role.INSTALLER_ADMIN, own_role=None)
    if Right.MANAGE_TEAM not in choices.of_account(Account.get_by_id(mine.maker_id)).rights:
        TeamInvitation.hand_over(mine.company_id, mine.maker_id, mine.taker)
    people.stop_looking(mine.maker_id)
