"""Signing in and out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, session, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.forms import CodeForm, PasskeySignInForm, RecoveryCodeForm, SignInForm
from webapp.accounts.guard import public
from webapp.accounts.services import companies, second_factor, sessions
from webapp.accounts.views import bp
from webapp.common.errors import NotFound, Refused
from webapp.common.htmx import show_page
from webapp.common.i18n import _
from webapp.common.urls import is_own_path
from webapp.notices import services as notices


@bp.get("/sign-in")
@public
def show_sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("home.show"), 303)
    if not companies.is_set_up():
        return redirect(url_for("accounts.show_setup"), 303)
    return show_page("accounts/sign_in.html", **sign_in_page(SignInForm(next=request.args.get("next", ""))))


def sign_in_page(form: SignInForm) -> dict[str, Any]:
    passkey_form = PasskeySignInForm(formdata=None, next=form.next.data)
    return {"form": form, "passkey_form": passkey_form, "can_mail": notices.can_mail()}


@bp.post("/sign-in")
@public
def sign_in() -> Any:
    form = SignInForm()
    if not form.validate():
        return show_page("accounts/sign_in.html", **sign_in_page(form)), 422
    try:
        token = sessions.sign_in(form.email.data, form.password.data, guard.address(), guard.agent())
    except sessions.Pending as waiting:
        session[guard.PENDING] = waiting.token
        return redirect(url_for("accounts.show_code", next=form.next.data or None), 303)
    except Refused as no:
        form.form_errors = [no.why]
        return show_page("accounts/sign_in.html", **sign_in_page(form)), 409
    if token is None:
        form.password.errors = [_("E-mail address and password do not belong together.")]
        return show_page("accounts/sign_in.html", **sign_in_page(form)), 422
    return enter(token, form.next.data)


def enter(token: str, way_back: str | None) -> Any:
    guard.let_in(token)
    return redirect(way_back if way_back and is_own_path(way_back) else url_for("home.show"), 303)


@bp.get("/sign-in/code")
@public
def show_code() -> Any:
    return show_step(CodeForm(next=request.args.get("next", "")))


@bp.get("/sign-in/recovery-code")
@public
def show_recovery_code() -> Any:
    return show_step(RecoveryCodeForm(next=request.args.get("next", "")))


def show_step(form: CodeForm | RecoveryCodeForm, status: int = 200) -> Any:
    """The second step of a sign-in; the first one again when it waits no longer."""
    held = second_factor.pending(session.get(guard.PENDING, ""))
    if held is None:
        return start_over()
    page = {"form": form, "factors": held, "recovery": isinstance(form, RecoveryCodeForm)}
    return show_page(
        "accounts/code.html", passkey_form=PasskeySignInForm(formdata=None, next=form.next.data), **page
    ), status


def start_over() -> Any:
    flash(_("The sign-in took too long, or has been used. Begin again."), "warning")
    return redirect(url_for("accounts.show_sign_in"), 303)


@bp.post("/sign-in/code")
@public
def enter_code() -> Any:
    return try_code(CodeForm())


@bp.post("/sign-in/recovery-code")
@public
def enter_recovery_code() -> Any:
    return try_code(RecoveryCodeForm())


def try_code(form: CodeForm | RecoveryCodeForm) -> Any:
    if not form.validate():
        return show_step(form, 422)
    try:
        token = second_factor.sign_in(session.get(guard.PENDING, ""), form.code.data, guard.address(), guard.agent())
    except NotFound:
        return start_over()
    if token:
        return enter(token, form.next.data)
    form.code.errors = [_("This code is not right, or has been used. A new one comes every half minute.")]
    if isinstance(form, RecoveryCodeForm):
        form.code.errors = [_("This is none of your recovery codes, or it has been used.")]
    return show_step(form, 422)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    guard.let_out()
    return redirect(url_for("accounts.show_sign_in"), 303)
