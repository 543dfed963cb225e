"""Inviting employees, and their joining by a link that works once (R4, Z14)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from peewee import IntegrityError

from webapp.accounts.hashing import hash_password
from webapp.accounts.models import Account
from webapp.accounts.principal import Operator, Principal
from webapp.accounts.services import sessions
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused, TooMany
from webapp.common.i18n import _
from webapp.common.tokens import hash_token, new_token
from webapp.db import one_at_a_time, transaction
from webapp.notices import services as notices
from webapp.sites.models import Assignment
from webapp.team.models import Answer, TeamInvitation, invitation, reach
from webapp.team.services import choices
from webapp.team.services.assigning import MOST
from webapp.team.services.choices import Choice
from webapp.team.services.people import company_lock

LASTS = timedelta(hours=72)
MOST_OPEN, MOST_AN_HOUR = 50, 20
HOUR = timedelta(hours=1)


class State(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    USED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is mailed: made for a link by whoever knows the reader's language."""

    subject: str
    text: str
    html: str


Write = Callable[[TeamInvitation, str], Letter]  # for an invitation and its token


def state_of(found: TeamInvitation) -> State:
    if found.answer == Answer.OPEN:
        return State.OPEN if found.expires_at > clock.now() else State.EXPIRED
    return State(found.answer)


def find(by: Principal, invitation_id: int) -> TeamInvitation:
    """An open one of the own company. Raises NotFound."""
    found = TeamInvitation.of(by.company_id, invitation_id)
    if found is None:
        raise NotFound
    return found


def by_token(token: str) -> TeamInvitation:
    """In any state, with its company. Raises NotFound."""
    found = TeamInvitation.by_token(hash_token(token))
    if found is None:
        raise NotFound
    return found


def invite(
    by: Principal, name: str, email: str, choice: Choice, site_ids: list[int], write: Write
) -> tuple[TeamInvitation, str]:
    """A new invitation and its token, which is kept nowhere; mailed where mail is set up. Raises Refused, TooMany."""
    token, now, mine = new_token(), clock.now(), seen_sites(by, site_ids)
    with one_at_a_time(company_lock(by.company_id)):
        choices.find(by, choice.key)
        require_free_address(by, email)
        require_room(by)
        made = TeamInvitation.create(
            company=by.company_id,
            maker_id=by.id,
            maker_name=by.name,
            made_at=now,
            sent_at=now,
            expires_at=now + LASTS,
            name=name,
            email=email,
            role=choice.role,
            own_role=choice.own_id,
            sites=json.dumps(mine),
            token_hash=hash_token(token),
        )
        send(made, token, write)
        audit.record(by, "team.invited", made)
    return made, token


def seen_sites(by: Principal, site_ids: list[int]) -> list[int]:
    """Raises NotFound for a site that this person does not see, Refused for too many."""
    if len(site_ids) > MOST:
        raise Refused(_("At most %(most)s can be assigned at once.", most=MOST), "too_many_sites")
    mine = sorted(site.id for site in reach.among(by, site_ids))
    if mine != sorted(set(site_ids)):
        raise NotFound
    return mine


def send(made: TeamInvitation, token: str, write: Write) -> None:
    """Mail it, if mail is set up; it can be shown and handed over in any case."""
    if notices.can_mail():
        letter = write(made, token)
        mail_id = notices.post(made.company_id, made.email, letter.subject, letter.text, letter.html)
        TeamInvitation.renew(made.id, mail_id=mail_id)
        made.mail_id = mail_id


def require_free_address(by: Principal, email: str) -> None:
    """Raise Refused for an address that has an account; of another company's nothing is told but that."""
    if email == by.email:
        raise Refused(_("This is your own address."), "own_address")
    account = invitation.account_with(email)
    if account and account.company_id == by.company_id:
        raise Refused(_("%(name)s of your company has this address.", name=account.name), "colleague")
    if account:
        raise cannot_invite()
    earlier = TeamInvitation.open_to(by.company_id, email)
    if earlier:
        why = _("%(name)s has been invited with this address already. Send that invitation again.", name=earlier.name)
        raise Refused(why, "invited")


def cannot_invite() -> Refused:
    return Refused(_("This address cannot be invited. Ask the person for another one."), "cannot_be_invited")


def require_room(by: Principal) -> None:
    """Raise Refused with too many open invitations, TooMany with too many sent within an hour."""
    if TeamInvitation.count_open(by.company_id) >= MOST_OPEN:
        why = _("%(most)s invitations are open. Withdraw one that is not needed any more.", most=MOST_OPEN)
        raise Refused(why, "too_many_open")
    require_pause(by)


def require_pause(by: Principal) -> None:
    now = clock.now()
    sent = invitation.sent_since(by.company_id, now - HOUR)
    if len(sent) >= MOST_AN_HOUR:
        wait = int((sent[-MOST_AN_HOUR] + HOUR - now).total_seconds()) + 1
        why = _("%(most)s invitations have been sent within an hour. Wait a while, then try again.", most=MOST_AN_HOUR)
        raise TooMany(why, wait)


def resend(by: Principal, made: TeamInvitation, write: Write) -> tuple[TeamInvitation, str]:
    """Another link in place of the one before, which ends; as invite(). Raises Refused, TooMany."""
    token, now = new_token(), clock.now()
    with one_at_a_time(company_lock(by.company_id)):
        choices.find(by, Choice(made.role, made.own_role_id, "", frozenset()).key)
        require_pause(by)
        values = {"token_hash": hash_token(token), "sent_at": now, "expires_at": now + LASTS}
        if not TeamInvitation.renew(made.id, **values):
            raise Refused(_("This invitation has been answered meanwhile."), "answered")
        made = find(by, made.id)
        send(made, token, write)
        audit.record(by, "team.invitation_resent", made)
    return made, token


def withdraw(by: Principal, made: TeamInvitation) -> None:
    with transaction():
        if not TeamInvitation.withdraw(made.id, clock.now()):
            raise Refused(_("This invitation has been answered meanwhile."), "answered")
        audit.record(by, "team.invitation_withdrawn", made)


def join(token: str, name: str, password: str, address: str, agent: str) -> str | None:
    """Register whoever was invited, once; gives the token of a session. Raises NotFound, Refused."""
    hashed = hash_password(password)  # before the transaction: it takes its time
    try:
        with transaction():
            found = by_token(token)
            if not TeamInvitation.use(found.token_hash, clock.now()):
                raise Refused(_("This invitation cannot be used any more."), "used")
            account = register(found, name, hashed)
            by = Operator(found.company_id, account.id, name, address, agent)
            audit.record(by, "team.joined", account)
    except IntegrityError as error:
        raise cannot_invite() from error  # somebody has registered this address meanwhile
    return sessions.begin(account, address, agent)


def register(found: TeamInvitation, name: str, hashed: str) -> Account:
    now = clock.now()
    account = Account.create(
        company=found.company_id,
        email=found.email,
        name=name,
        role=found.role,
        own_role=found.own_role_id,
        password_hash=hashed,
        password_changed_at=now,
        created_at=now,
    )
    for site_id in reach.still_of(found.company_id, found.site_ids):
        Assignment.put(site_id, account.id, None)
    return account
