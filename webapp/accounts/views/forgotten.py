"""The forgotten password: asking for a link, and the page that the link opens."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, url_for

from webapp.accounts import guard, words
from webapp.accounts.forms import ForgotForm, ResetForm
from webapp.accounts.guard import public
from webapp.accounts.services import secrets
from webapp.accounts.views import bp
from webapp.common.htmx import show_letter, show_page
from webapp.common.i18n import _
from webapp.notices import services as notices


@bp.get("/forgot")
@public
def show_forgot() -> Any:
    return show_page("accounts/forgot.html", form=ForgotForm(), can_mail=notices.can_mail())


@bp.post("/forgot")
@public
def forgot() -> Any:
    form = ForgotForm()
    if not notices.can_mail():
        return show_page("accounts/forgot.html", can_mail=False)
    if not form.validate():
        return show_page("accounts/forgot.html", form=form, can_mail=True), 422
    letter = words.reset_letter()
    text, html = show_letter(**letter)
    base_url = current_app.config["SETTINGS"].base_url
    secrets.ask_for_reset(form.email.data, guard.address(), base_url, letter["title"], text, html)
    return show_page("accounts/forgot.html", form=form, can_mail=True, asked=True)


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
