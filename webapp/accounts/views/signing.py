"""Signing in and out."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.forms import SignInForm
from webapp.accounts.guard import public
from webapp.accounts.services import companies, sessions
from webapp.accounts.views import bp
from webapp.common.htmx import show_page
from webapp.common.i18n import _
from webapp.common.urls import is_own_path


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
