"""Setting up, signing in and out, the forgotten password, and a person's own account."""

from __future__ import annotations

import ipaddress
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.forms import ForgotForm, LanguageForm, PasswordForm, ResetForm, SetupForm, SignInForm
from webapp.accounts.guard import public
from webapp.accounts.services import companies, people, secrets, sessions, throttle
from webapp.common.errors import NotFound
from webapp.common.htmx import go_on_to, leave_to, show_page, show_part
from webapp.common.i18n import NAMES, _
from webapp.common.passwords import CLASSES, LONGEST, strength
from webapp.common.urls import is_own_path
from webapp.notices import services as notices

bp = Blueprint("accounts", __name__)


@bp.get("/setup")
@public
def show_setup() -> Any:
    if companies.is_set_up():
        return redirect(url_for("accounts.show_sign_in"), 303)
    return show_page("accounts/setup.html", form=SetupForm(), ask_code=not on_this_machine())


@bp.post("/setup")
@public
def set_up() -> Any:
    if companies.is_set_up():
        return redirect(url_for("accounts.show_sign_in"), 303)
    form, ask_code = SetupForm(), not on_this_machine()
    valid = form.validate()
    if not (has_setup_code(form) if ask_code else True) or not valid:
        return show_page("accounts/setup.html", form=form, ask_code=ask_code), 422
    companies.set_up(form.company.data, form.name.data, form.email.data, form.password.data)
    token = sessions.sign_in(form.email.data, form.password.data, guard.address(), guard.agent())
    guard.let_in(token or "")
    return redirect(url_for("home.show"), 303)


def on_this_machine() -> bool:
    """Opened on the server itself: from loopback, by a loopback name, with no proxy between."""
    proxied = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"))
    name = request.host.rpartition(":")[0] if request.host.count(":") == 1 else request.host.strip("[]").split("]")[0]
    return not proxied and is_loopback(request.remote_addr) and (name == "localhost" or is_loopback(name))


def is_loopback(text: str | None) -> bool:
    try:
        return ipaddress.ip_address(text or "").is_loopback
    except ValueError:
        return False


def has_setup_code(form: SetupForm) -> bool:
    """Check the code that the terminal shows; wrong ones are counted. Raises TooMany."""
    turn = throttle.take_turn("setup", "", guard.address())
    if companies.is_setup_code(current_app.config["SETTINGS"].data, form.code.data or ""):
        throttle.succeeded("setup", "", guard.address(), turn)
        return True
    form.code.errors = [_("This is not the code that the server's terminal shows.")]
    return False


@bp.get("/sign-in")
@public
def show_sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("home.show"), 303)
    if not companies.is_set_up():
        return redirect(url_for("accounts.show_setup"), 303)
    return show_page("accounts/sign_in.html", form=SignInForm(next=request.args.get("next", "")))


@bp.post("/sign-in")
@public
def sign_in() -> Any:
    form = SignInForm()
    if not form.validate():
        return show_page("accounts/sign_in.html", form=form), 422
    token = sessions.sign_in(form.email.data, form.password.data, guard.address(), guard.agent())
    if token is None:
        form.password.errors = [_("E-mail address and password do not belong together.")]
        return show_page("accounts/sign_in.html", form=form), 422
    guard.let_in(token)
    return redirect(form.next.data if is_own_path(form.next.data) else url_for("home.show"), 303)


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    guard.let_out()
    return redirect(url_for("accounts.show_sign_in"), 303)


@bp.get("/forgot")
@public
def show_forgot() -> Any:
    return show_page("accounts/forgot.html", form=ForgotForm(), can_mail=notices.can_mail())


@bp.post("/forgot")
@public
def forgot() -> Any:
    form = ForgotForm()
    if not form.validate():
        return show_page("accounts/forgot.html", form=form, can_mail=notices.can_mail()), 422
    if notices.can_mail():
        subject = _("Your new Sitehand password")
        text = _(
            "Open this link within one hour to choose a new password:\n\n{link}\n\n"
            "If you did not ask for it, ignore this message."
        )
        base_url = current_app.config["SETTINGS"].base_url
        secrets.ask_for_reset(form.email.data, guard.address(), base_url, subject, text)
    return show_page("accounts/forgot.html", form=form, can_mail=notices.can_mail(), asked=True)


@bp.get("/reset/<token>")
@public
def show_reset(token: str) -> Any:
    secrets.require_open(token)
    return show_page("accounts/reset.html", form=ResetForm(), token=token)


@bp.post("/reset/<token>")
@public
def reset(token: str) -> Any:
    form = ResetForm()
    secrets.require_open(token)
    if not form.validate():
        return show_page("accounts/reset.html", form=form, token=token), 422
    secrets.reset(token, form.password.data, guard.address(), guard.agent())
    flash(_("Your password is changed. Sign in with it."))
    return redirect(url_for("accounts.show_sign_in"), 303)


@bp.post("/password-strength")
@public
def rate_password() -> Any:
    """The meter below a password field: the verdict on what is typed, which is not kept."""
    typed = next((value for name, value in request.form.items() if name in {"password", "new"}), "")[:LONGEST]
    return show_page(
        "kit/_meter.html", strength=strength(typed, request.form.get("username", "")[:LONGEST]), classes=CLASSES
    )


def account_page(**changes: Any) -> dict[str, Any]:
    language = LanguageForm(language=current_user.language)
    language.language.choices = language_choices()
    return {"form": PasswordForm(), "language_form": language, "sessions": sessions.of(current_user)} | changes


def language_choices() -> list[tuple[str, str]]:
    offered = current_app.config["LANGUAGES"]
    return [("", _("As the browser says")), *((code, NAMES.get(code, code)) for code in offered)]


@bp.get("/account")
def show() -> Any:
    return show_page("accounts/show.html", **account_page())


@bp.get("/account/password")
def show_password() -> Any:
    return show_part("accounts/show.html", "accounts/_password.html", **account_page())


@bp.post("/account/password")
def change_password() -> Any:
    form = PasswordForm()
    form.own_email = current_user.email
    if form.validate():
        if secrets.change_password(current_user, form.current.data, form.new.data):
            flash(_("Your password is changed. All other sessions have ended."))
            return leave_to("accounts.show")
        form.current.errors = [_("This is not your current password.")]
    return show_part("accounts/show.html", "accounts/_password.html", **account_page(form=form)), 422


@bp.post("/account/language")
def choose_language() -> Any:
    form = LanguageForm()
    form.language.choices = language_choices()
    if not form.validate():
        return show_page("accounts/show.html", errors=form.errors, **account_page(language_form=form)), 422
    people.choose_language(current_user, form.language.data)
    return redirect(url_for("accounts.show"), 303)


@bp.get("/account/sessions")
def show_sessions() -> Any:
    return show_part("accounts/show.html", "accounts/_sessions.html", **account_page())


@bp.post("/account/sessions/<id:session_id>/end")
def end_session(session_id: int) -> Any:
    if session_id == current_user.session_id:
        raise NotFound  # the present one ends by signing out
    sessions.end(current_user, session_id)
    return go_on_to("accounts.show_sessions")


@bp.post("/account/sessions/end-others")
def end_other_sessions() -> Any:
    sessions.end_others(current_user)
    return go_on_to("accounts.show_sessions")
