"""End users' accounts: how they come to be, and how somebody without a password signs in again (T5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from peewee import IntegrityError

from webapp.accounts.hashing import hash_password
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Operator, Principal
from webapp.accounts.services import secrets, sessions, throttle
from webapp.audit import services as audit
from webapp.common import clock, jobs
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token, new_token
from webapp.db import transaction
from webapp.notices import services as notices
from webapp.owners.models import SignInLink, passwordless_session

LINK_LASTS = timedelta(hours=1)
REMEMBERED = timedelta(days=7)  # that a link which has ended is told from one that never was


def hashed(password: str) -> str:
    """As an account keeps it, "" for none. It takes its time: do it before a transaction."""
    return hash_password(password) if password else ""


def register(name: str, email: str, phone: str, password_hash: str, language: str) -> Account:
    """A new owner. `email` is casefolded and may be "", `password_hash` too: then links are the only way back in.

    Inside the caller's transaction, which records what they came for. Raises Refused for an address that is taken.
    """
    now = clock.now()
    values = {"name": name, "email": email or None, "phone": phone, "language": language, "role": Role.OWNER}
    if email and Account.by_email(email):
        raise email_taken()
    try:
        with transaction():
            return Account.create(**values, password_hash=password_hash, password_changed_at=now, created_at=now)
    except IntegrityError as error:  # somebody else was faster, or a disabled account has it
        raise email_taken() from error


def email_taken() -> Refused:
    return Refused(_("There is an account with this e-mail address already. Sign in with it first."), "email_taken")


def stays_until(by: Principal) -> datetime | None:
    """When this browser's session ends at the latest, for a person who has no password to come back with."""
    began = passwordless_session(by.session_id) if by.is_owner else None
    return began and min(began + sessions.LONGEST, clock.now() + sessions.IDLE)


def choose_first_password(by: Principal, email: str, new: str) -> None:
    """Set the e-mail address and the password of somebody who has none. Raises Refused when there is one by now."""
    hashed = hash_password(new)
    taken = Account.by_email(email)
    if taken and taken.id != by.id:
        raise email_taken()
    try:
        with transaction():
            if not Account.still_has(by.id, ""):
                raise Refused(_("You have a password already. Change it on this page."), "has_password")
            Account.set_fields(by.id, email=email)
            account = Account.get_by_id(by.id)
            secrets.write_password(account, new, hashed, by, "password.changed", kept=by.session_id)
    except IntegrityError as error:
        raise email_taken() from error


def ask_for_link(email: str, address: str, base_url: str, subject: str, text: str) -> None:
    """Mail a sign-in link to the owner with this address, if there is one; takes as long if not. Raises TooMany.

    `text` has "{link}" where the link goes.
    """
    throttle.take_turn("link", email, address)
    jobs.enqueue(mail_link, email, base_url, subject, text)


def mail_link(email: str, base_url: str, subject: str, text: str) -> None:
    account = Account.by_email(email)
    if account and account.role == Role.OWNER:
        token = make_link(account)
        url = f"{base_url.rstrip('/')}/sign-in/link/{token}"
        notices.mail(email, subject, text.replace("{link}", url))


def make_link(account: Account) -> str:
    """A new sign-in link; gives its token, which is kept nowhere."""
    token, now = new_token(), clock.now()
    with transaction():
        SignInLink.forget(now - REMEMBERED)
        SignInLink.create(account=account, token_hash=hash_token(token), expires_at=now + LINK_LASTS)
    return token


def link_for_owner_of(site_owner_id: int | None) -> str | None:
    """A sign-in link for an owner who has lost every other way; None without one. For the command line: audited."""
    account = Account.active(site_owner_id) if site_owner_id else None
    if account is None:
        return None
    with transaction():
        token = make_link(account)
        audit.record(Operator(None, None), "owner.link_made", account)
    return token


def can_use(token: str) -> bool:
    """Whether the link signs in still. Raises NotFound for one that never was."""
    link = SignInLink.by_hash(hash_token(token))
    if link is None:
        raise NotFound
    return link.is_open(clock.now())


class Begun(NamedTuple):
    token: str  # of the session
    proved: bool  # the address was not known to be theirs before: whoever had used it is out


def use_link(token: str, address: str, agent: str) -> Begun | None:
    """Begin a session. None for a link that has been used or has expired.

    Raises NotFound, and Pending for an owner who has a second factor: a mailbox is no more than a password is.
    """
    link = SignInLink.by_hash(hash_token(token))
    if link is None:
        raise NotFound
    with transaction():
        if not SignInLink.use(link.token_hash, clock.now()):
            return None
        if not sessions.needs_second_step(link.account_id):
            by = Operator(None, link.account_id, link.account.name, address, agent)
            proved = secrets.prove_address(link.account, by)
            begun = sessions.begin(Account.get_by_id(link.account_id), address, agent)
            return Begun(begun, proved) if begun else None
        waiting = sessions.wait_for_code(link.account)
    raise sessions.Pending(waiting)
