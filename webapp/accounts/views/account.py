"""A person's own account: password, language, sessions; and the meter below every new password."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_login import current_user

from webapp.accounts.forms import LanguageForm, PasswordForm
from webapp.accounts.guard import before_second_factor, public
from webapp.accounts.services import people, second_factor, secrets, sessions
from webapp.accounts.views import bp
from webapp.common.errors import NotFound
from webapp.common.htmx import go_on_to, leave_to, show_page, show_part
from webapp.common.i18n import NAMES, _
from webapp.common.passwords import CLASSES, LONGEST, strength


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
    page = {"form": PasswordForm(), "language_form": language, "sessions": sessions.of(current_user)}
    return page | {"factors": second_factor.held(current_user.id)} | changes


def language_choices() -> list[tuple[str, str]]:
    offered = current_app.config["LANGUAGES"]
    return [("", _("As the browser says")), *((code, NAMES.get(code, code)) for code in offered)]


@bp.get("/account")
def show() -> Any:
    return show_page("accounts/show.html", **account_page())


@bp.get("/account/password")
@before_second_factor
def show_password() -> Any:
    return show_part("accounts/show.html", "accounts/_password.html", **account_page())


@bp.post("/account/password")
@before_second_factor
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
