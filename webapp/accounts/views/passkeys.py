"""Passkeys: those of a person's own account, and signing in with one."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, request, session
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.forms import PasskeyForm, PasskeySignInForm, SignInForm
from webapp.accounts.guard import before_second_factor, me, public
from webapp.accounts.services import passkeys, second_factor
from webapp.accounts.services.passkeys import Place
from webapp.accounts.views import bp
from webapp.accounts.views.signing import enter, sign_in_page
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import go_on_to, leave_to, show_page, show_part
from webapp.common.i18n import _

CHALLENGE = "challenge"  # in the cookie: what this browser was asked to sign
PAGE, PART = "accounts/passkeys.html", "accounts/_passkeys.html"


def place() -> Place:
    """Where passkeys are good for: as the setting says, else as the request does."""
    return Place.of(current_app.config["SETTINGS"].base_url or request.host_url)


def obstacle() -> str:
    return place().obstacle(Place.of(request.host_url))


def state(form: PasskeyForm | None = None) -> dict[str, Any]:
    page = {"form": form or PasskeyForm(formdata=None), "passkeys": passkeys.of(me()), "obstacle": obstacle()}
    return page | {"place": place(), "factors": second_factor.held(current_user.id)}


@bp.get("/account/passkeys")
@before_second_factor
def show_passkeys() -> Any:
    return show_part(PAGE, PART, **state())


@bp.post("/account/passkeys/options")
@before_second_factor
def offer_passkey() -> Any:
    return as_json(passkeys.options_to_add(me(), place()))


def as_json(text: str) -> Response:
    return keep_nowhere(Response(text, mimetype="application/json"))


@bp.post("/account/passkeys")
@before_second_factor
def add_passkey() -> Any:
    form = PasskeyForm()
    if form.validate():
        try:
            passkeys.add(me(), place(), form.credential.data, form.name.data)
        except passkeys.Unproven:
            form.form_errors = [_("The browser did not make a passkey, or it took too long. Try again.")]
        else:
            flash(_("The passkey is added. You can sign in with it from now on."))
            return leave_to("accounts.show_passkeys")
    form.credential.data = ""
    return show_part(PAGE, PART, **state(form)), 422


@bp.post("/account/passkeys/<id:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> Any:
    passkeys.remove(me(), passkey_id)
    return go_on_to("accounts.show_passkeys")


@bp.post("/sign-in/passkey/options")
@public
def ask_for_passkey() -> Any:
    options, challenge = passkeys.options_to_sign_in(place(), guard.address())
    session[CHALLENGE] = challenge
    return as_json(options)


@bp.post("/sign-in/passkey")
@public
def enter_passkey() -> Any:
    form = PasskeySignInForm()
    expected = session.pop(CHALLENGE, "")
    try:
        token = passkeys.sign_in(place(), form.credential.data or "", expected, guard.address(), guard.agent())
    except passkeys.Unproven:
        again = SignInForm(formdata=None, next=form.next.data)
        again.form_errors = [
            _("This passkey is not known here, or it took too long. Try again, or sign in with your password.")
        ]
        return show_page("accounts/sign_in.html", **sign_in_page(again)), 422
    return enter(token, form.next.data)
