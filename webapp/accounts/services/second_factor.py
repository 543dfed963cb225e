"""Two-factor sign-in: codes of an authenticator app (RFC 6238), and ten others for the day the phone is lost (R7)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pyotp
import segno
from markupsafe import Markup
from peewee import IntegrityError

from webapp.accounts.hashing import matches
from webapp.accounts.models import Account, Passkey, PendingSignIn, RecoveryCode, SecondFactor, Session, factor
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Operator, Principal
from webapp.accounts.services import sessions, throttle
from webapp.accounts.services.companies import ALPHABET
from webapp.audit import services as audit
from webapp.audit.services import Actor
from webapp.common import clock, vault
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token
from webapp.db import one_at_a_time, transaction

ISSUER = "Sitehand"
WINDOW = 1  # half minutes that a phone's clock may be ahead or behind
RECOVERY_CODES, GROUPS = 10, 4  # of four groups of four, 78 bits: past guessing even for whoever has the hashes


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has beside the password."""

    codes: bool  # two-factor sign-in is on
    passkeys: int
    required: bool  # the company asks for one of the two

    @property
    def is_missing(self) -> bool:
        return self.required and not (self.codes or self.passkeys)


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that an authenticator app has yet to take."""

    key: str  # base32 in groups, to type
    svg: Markup


def held(account_id: int) -> Held:
    return Held(*factor.held(account_id))


def offer(by: Principal) -> Offer | None:
    """What the app is shown while it is being set up; None before and after."""
    found = SecondFactor.of(by.id)
    if found is None or found.confirmed_at:
        return None
    try:
        key = found.secret
    except vault.Broken:
        return None  # begun before the key file was lost: it is begun anew
    uri = pyotp.TOTP(key).provisioning_uri(name=by.email or by.name, issuer_name=ISSUER)
    code = segno.make(uri, error="m", micro=False)
    svg = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None)
    return Offer(" ".join(key[i : i + 4] for i in range(0, len(key), 4)), Markup(svg))  # noqa: S704


def codes_left(by: Principal) -> int:
    return RecoveryCode.left(by.id)


def begin(by: Principal) -> None:
    """Make a secret, which counts once a code of it has been typed. Raises Refused when there is one that counts."""
    try:
        with transaction():
            SecondFactor.begin(by.id, pyotp.random_base32())
            audit.record(by, "second_factor.begun")
    except IntegrityError as error:
        raise Refused(_("Two-factor sign-in is on already. Turn it off first to use another phone.")) from error


def confirm(by: Principal, code: str) -> list[str]:
    """Turn it on by a code of the new secret; gives the recovery codes, [] when the code is wrong. Raises Refused."""
    found = SecondFactor.of(by.id)
    if found is None or found.confirmed_at:
        raise Refused(_("This page has grown old: two-factor sign-in has been set up or given up meanwhile."))
    with transaction():
        if not use_app_code(found, code) or not SecondFactor.confirm(found.id, clock.now()):
            return []
        codes = make_codes(by.id)
        audit.record(by, "second_factor.on")
    return codes


def renew_codes(by: Principal, code: str) -> list[str]:
    """Ten new recovery codes in place of the old ones; [] when the code is wrong. Raises TooMany."""
    turn = throttle.take_turn("code", name_of(by), by.address)
    with transaction():
        if not use(by.id, code):
            return []
        codes = make_codes(by.id)
        audit.record(by, "recovery_codes.made")
    throttle.succeeded("code", name_of(by), by.address, turn)
    return codes


def make_codes(account_id: int) -> list[str]:
    plain = ["".join(secrets.choice(ALPHABET) for _ in range(4 * GROUPS)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.replace_all(account_id, [recovery_hash(account_id, code) for code in plain])
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in plain]


def recovery_hash(account_id: int, typed: str) -> str:
    return hash_token(f"{account_id}:{''.join(c for c in typed.upper() if c.isalnum())}")


def use(account_id: int, typed: str) -> str:
    """Use a code up: "code" for one of the app, "recovery_code" for one of the ten, "" when it is neither."""
    found = SecondFactor.of(account_id)
    if found is None or found.confirmed_at is None:
        return ""
    if use_app_code(found, typed):
        return "code"
    return "recovery_code" if RecoveryCode.use(account_id, recovery_hash(account_id, typed), clock.now()) else ""


def use_app_code(found: SecondFactor, typed: str) -> bool:
    """Whether it is a code of now that has not been used; it is used then."""
    digits = "".join(c for c in typed if not c.isspace() and c != "-")
    try:
        step = pyotp.TOTP(found.secret).verify_and_get_timecode(digits, for_time=clock.now(), valid_window=WINDOW)
    except (pyotp.OTPVerificationError, vault.Broken):  # with the key file lost, recovery codes still help
        return False
    return SecondFactor.use_step(found, step)


def turn_off(by: Principal, password: str, code: str) -> str:
    """Turn it off by password and code; gives what was wrong: "password", "code" or "". Raises TooMany, Refused."""
    turns = {what: throttle.take_turn(what, name_of(by), by.address) for what in ("password", "code")}
    if not matches(Account.get_by_id(by.id).password_hash, password):
        return "password"
    with one_at_a_time(f"second factors {by.id}"):
        has = held(by.id)
        if has.required and not has.passkeys:
            raise Refused(_("Your company asks for a second factor. Add a passkey first, then turn this off."))
        if not use(by.id, code):
            return "code"
        forget_codes(by.id)
        audit.record(by, "second_factor.off")
    for what, turn in turns.items():
        throttle.succeeded(what, name_of(by), by.address, turn)
    return ""


def forget_codes(account_id: int) -> int:
    """How many there were to forget: one, or none."""
    RecoveryCode.forget(account_id)
    return SecondFactor.forget(account_id)


def name_of(person: Principal | Account) -> str:
    """By what tries are counted: an end user may have no e-mail address."""
    return person.email or f"account {person.id}"


def pending(token: str) -> Held | None:
    """What the person of a sign-in that waits for its second factor has; None: it waits no longer."""
    found = sessions.pending(token)
    return held(found.account.id) if found else None


def sign_in(token: str, code: str, address: str, agent: str) -> str | None:
    """The session's token for a pending sign-in and a code; None: the code is wrong. Raises TooMany, NotFound."""
    found = sessions.pending(token)
    if found is None:
        raise NotFound
    account = found.account
    turn = throttle.take_turn("code", name_of(account), address)
    with transaction():
        how = use(account.id, code)
        if not how:
            return None
        if not PendingSignIn.take(found.token_hash):
            raise NotFound
        session = sessions.begin(account, address, agent, how)
    throttle.succeeded("code", name_of(account), address, turn)
    if session is None:
        raise NotFound
    return session


def is_required(company_id: int) -> bool:
    return factor.is_required(company_id)


def require(by: Principal, on: bool) -> None:
    """Ask all people of a company for a second factor or a passkey, or no longer. Raises Forbidden, Refused.

    Who has none is signed out, and led to set one up when they come back.
    """
    if not by.is_admin:
        raise Forbidden(_("Only the Installer Admin decides this."))
    if on == is_required(by.company_id):
        return
    if on and factor.people_without(by.company_id, Role.INSTALLER_ADMIN):
        raise Refused(_("The Installer Admin has to have two-factor sign-in or a passkey first: set up one of them."))
    with transaction():
        factor.set_required(by.company_id, on)
        audit.record(by, "second_factor.required", changes=["requires_second_factor"])
    if on:  # only now: whoever signs in from here on is asked for it
        factor.end_sessions(factor.people_without(by.company_id))


def reset(account: Account, by: Actor) -> None:
    """Take away what a lost phone held: codes, recovery codes and passkeys; all sessions end. The password stays."""
    with transaction():
        held = [forget_codes(account.id), Passkey.forget(account.id), Session.end_others(account.id, None)]
        PendingSignIn.forget(clock.now(), account.id)
        if any(held):
            audit.record(by, "second_factor.reset", account)


def reset_from_command_line(email: str) -> None:
    """Raises NotFound when nobody has this e-mail address."""
    account = Account.by_email(email)
    if not account:
        raise NotFound
    reset(account, Operator(account.company_id))


def reseal_all(batch: int = 200) -> tuple[int, int]:
    """Seal every secret with the newest key: how many, and how many do not open."""
    total, damaged, last = 0, 0, 0
    while found := SecondFactor.sealed_after(last, batch):
        for one in (one for one in found if not vault.is_current(one.secret_sealed)):
            try:
                total += SecondFactor.reseal(one, one.seal(one.secret))
            except vault.Broken:
                damaged += 1
        last = found[-1].id
    return total, damaged
