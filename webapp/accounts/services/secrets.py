"""A person's own password: changing it, and setting a new one when it is forgotten."""

from __future__ import annotations

from datetime import timedelta

from markupsafe import escape

from webapp.accounts.hashing import hash_password, matches
from webapp.accounts.models import Account, Passkey, ResetToken, Session
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Operator, Principal
from webapp.accounts.services import throttle
from webapp.audit import services as audit
from webapp.audit.services import Actor
from webapp.common import clock, jobs
from webapp.common.errors import NotFound
from webapp.common.signals import password_changing
from webapp.common.tokens import hash_token, new_token
from webapp.db import transaction
from webapp.notices import services as notices

RESET_LASTS = timedelta(hours=1)


def change_password(by: Principal, current: str, new: str) -> bool:
    """Set a new password and end all other sessions; False when the current one is wrong. Raises TooMany, Refused."""
    turn = throttle.take_turn("password", by.email, by.address)
    account = Account.get_by_id(by.id)
    if not matches(account.password_hash, current):
        return False
    throttle.succeeded("password", by.email, by.address, turn)
    set_password(account, new, by, "password.changed", kept=by.session_id)
    return True


def set_password(account: Account, new: str, by: Actor, action: str, kept: int | None = None) -> None:
    """Store a new password's hash; every session but `kept` and every link for a new one ends with it (Z11)."""
    hashed = hash_password(new)  # before the transaction: it takes its time, and nobody else should wait for it
    with transaction():
        write_password(account, new, hashed, by, action, kept)


def write_password(account: Account, new: str, hashed: str, by: Actor, action: str, kept: int | None = None) -> None:
    password_changing.send(account, password=new)
    Account.set_fields(account.id, password_hash=hashed, password_changed_at=clock.now())
    Session.end_others(account.id, kept)
    ResetToken.close(account.id)
    audit.record(by, action, account)


def ask_for_reset(email: str, address: str, base_url: str, subject: str, text: str, html: str) -> None:
    """Mail a link to the person with this address, if there is one; takes as long if not. Raises TooMany.

    `text` and `html` have "{link}" where the link goes.
    """
    throttle.take_turn("forgot", email, address)
    jobs.enqueue(mail_reset, email, base_url, subject, text, html)


def mail_reset(email: str, base_url: str, subject: str, text: str, html: str) -> None:
    account = Account.by_email(email)
    if account:
        token = new_token()
        ResetToken.create(account=account, token_hash=hash_token(token), expires_at=clock.now() + RESET_LASTS)
        link = f"{base_url.rstrip('/')}/reset/{token}"
        text, html = text.replace("{link}", link), html.replace("{link}", escape(link))
        notices.deliver(notices.keep(account.company_id, email, subject, text, html, RESET_LASTS))


def require_open(token: str) -> None:
    """Raise NotFound unless the link can still be used."""
    if not ResetToken.open(hash_token(token), clock.now()):
        raise NotFound


def reset(token: str, new: str, address: str, agent: str) -> None:
    """Set the password by a mailed link, once. Raises NotFound for a used or expired one."""
    hashed = hash_password(new)
    with transaction():
        found = ResetToken.open(hash_token(token), clock.now())
        if not found or not ResetToken.use(hash_token(token), clock.now()):
            raise NotFound
        account = found.account
        by = Operator(account.company_id, account.id, account.name, address, agent)
        prove_address(account, by)
        write_password(account, new, hashed, by, "password.reset")


def prove_address(account: Account, by: Actor) -> bool:
    """Inside the transaction in which a mailed link is used: the address is this person's.

    An end user's account can be made by anybody who has an invitation, in anybody's name. So what was set up before its
    address was proved ends: sessions, passkeys, the password. True when there was any of it.
    """
    if account.email_proved_at:
        return False
    Account.set_fields(account.id, email_proved_at=clock.now())
    if account.role != Role.OWNER:
        return False
    ended = [bool(account.password_hash), Passkey.forget(account.id), Session.end_others(account.id, None)]
    Account.set_fields(account.id, password_hash="")
    if any(ended):
        audit.record(by, "account.address_proved", account)
    return any(ended)


def reset_from_command_line(email: str, new: str) -> None:
    """Raises NotFound when nobody has this e-mail address."""
    account = Account.by_email(email)
    if not account:
        raise NotFound
    set_password(account, new, Operator(account.company_id), "password.reset")
