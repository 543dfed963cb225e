"""Signing in and out: a row for each session, of whose token only the hash is kept (Z11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from peewee import OperationalError

from webapp.accounts.hashing import matches
from webapp.accounts.models import Account, PendingSignIn, Session, factor
from webapp.accounts.permissions import rights_of
from webapp.accounts.principal import Operator, Principal
from webapp.accounts.services import throttle
from webapp.audit import services as audit
from webapp.audit.services import Actor
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token, new_token
from webapp.db import is_trouble, transaction

IDLE, LONGEST, TOUCH = timedelta(hours=8), timedelta(days=7), timedelta(minutes=5)
PENDING = timedelta(minutes=5)


class Pending(Exception):
    """The password is right, and more than a password is asked for. `token` names the sign-in that waits for it."""

    def __init__(self, token: str) -> None:
        super().__init__("a second factor is asked for")
        self.token = token


def sign_in(email: str, password: str, address: str, agent: str) -> str | None:
    """The new session's token, or None when e-mail and password do not belong together.

    Raises TooMany, Pending, and Refused (`disabled`) for whoever has typed the right password and may not come in.
    """
    turn = throttle.take_turn("sign-in", email, address)
    account = Account.of_email(email)
    right = matches(account.password_hash if account else None, password)
    if account is None or not right:
        return None
    throttle.succeeded("sign-in", email, address, turn)
    if account.disabled_at:
        raise Refused(_("Your account has been disabled by your company. Ask its administrator."), "disabled")
    if needs_second_step(account.id):
        raise Pending(wait_for_code(account))
    return begin(account, address, agent)


def needs_second_step(account_id: int) -> bool:
    """Whether a password, or a mailed link, is not enough to let this person in."""
    has_codes, passkeys, required = factor.held(account_id)
    return bool(has_codes or (required and passkeys))


def wait_for_code(account: Account) -> str:
    """Keep for five minutes that a person's password was right; gives the token of that."""
    token, now = new_token(), clock.now()
    PendingSignIn.forget(now)
    PendingSignIn.create(
        account=account,
        token_hash=hash_token(token),
        password_key=hash_token(account.password_hash),
        expires_at=now + PENDING,
    )
    return token


def pending(token: str) -> PendingSignIn | None:
    """The sign-in that waits for its code, with its person; None when it is over or the password has changed."""
    found = PendingSignIn.open(hash_token(token), clock.now())
    return found if found and found.password_key == hash_token(found.account.password_hash) else None


def begin(account: Account, address: str, agent: str, how: str = "") -> str | None:
    """A new session for a person who has proved who they are; gives its token. None: the password changed meanwhile.

    `how`, when it was not by a password alone: "code", "recovery_code", "passkey".
    """
    token, now = new_token(), clock.now()
    with transaction():
        if not Account.still_has(account.id, account.password_hash):
            return None
        Session.forget(now - IDLE, now - LONGEST)
        Session.create(
            account=account,
            token_hash=hash_token(token),
            created_at=now,
            seen_at=now,
            address=address,
            agent=agent[:200],
        )
        by = Operator(account.company_id, account.id, account.name, address, agent)
        audit.record(by, "session.began", changes=[how] if how else [])
    return token


def load(token: str, address: str, agent: str) -> Principal | None:
    """Who a live session belongs to. Notes now and then that it was seen."""
    now = clock.now()
    found = Session.person(hash_token(token), now - IDLE, now - LONGEST)
    if not found:
        return None
    who, (session_id, responsible, own, viewer, seen_at) = found[:7], found[7:]
    rights = rights_of(who[5], own)
    if now - seen_at > TOUCH:
        note_seen(session_id, now, address)
    return Principal(*who, session_id, token, bool(responsible), address, agent, rights, viewer)  # type: ignore[call-arg]


def note_seen(session_id: int, at: datetime, address: str) -> None:
    """Keep a session from idling away. A disk that is full or a lock that is held stops no page from being read."""
    try:
        Session.touch(session_id, at, address)
    except OperationalError as error:
        if not is_trouble(error):
            raise


def of(by: Principal) -> list[dict[str, Any]]:
    """A person's own live sessions; `current` marks the one they look from."""
    now = clock.now()
    return [row | {"current": row["id"] == by.session_id} for row in Session.of(by.id, now - IDLE, now - LONGEST)]


def renew(by: Principal) -> str:
    """Another token for the same session, whose person may do more from now on (Z11); the one before opens nothing."""
    token = new_token()
    Session.renew(by.session_id, hash_token(token))
    return token


def end(by: Principal, session_id: int) -> None:
    """Raises NotFound for a session of somebody else's."""
    with transaction():
        actor = really(by)
        if not Session.end(actor.id or 0, session_id):
            raise NotFound
        audit.record(actor, "session.ended")


def really(by: Principal) -> Actor:
    """Who is there: the Installer Admin who looks at another's pages, else the person themselves."""
    if not by.viewer:
        return by
    account = Session.get_by_id(by.session_id).account
    return Operator(account.company_id, account.id, account.name, by.address, by.agent)


def end_others(by: Principal) -> int:
    with transaction():
        ended = Session.end_others(by.id, by.session_id)
        if ended:
            audit.record(by, "session.others_ended")
    return ended
