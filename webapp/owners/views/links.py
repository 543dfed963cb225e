"""Signing in by a mailed link. GET shows a button, POST uses it up: mail programs open what they find in letters."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, session, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import public
from webapp.accounts.services import sessions
from webapp.common.htmx import show_page
from webapp.common.i18n import _
from webapp.notices import services as notices
from webapp.owners import listeners as _listeners  # noqa: F401  (listens once it is imported)
from webapp.owners.forms import LinkForm
from webapp.owners.services import people
from webapp.owners.views import bp

ASK, OPEN = "owners/ask_link.html", "owners/link.html"


@bp.get("/sign-in/link")
@public
def show_ask_link() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("home.show"), 303)
    return show_page(ASK, form=LinkForm(), can_mail=notices.can_mail())


@bp.post("/sign-in/link")
@public
def ask_link() -> Any:
    """The same answer whether somebody has this address or not."""
    form = LinkForm()
    if not notices.can_mail():  # there is nothing to type
        return show_page(ASK, form=form, can_mail=False, asked=True)
    if not form.validate():
        return show_page(ASK, form=form, can_mail=True), 422
    subject = _("Your link to Sitehand")
    text = _(
        "Open this link within one hour to see your sites. It works once:\n\n{link}\n\n"
        "If you did not ask for it, ignore this message."
    )
    base_url = current_app.config["SETTINGS"].base_url
    people.ask_for_link(form.email.data, guard.address(), base_url, subject, text)
    return show_page(ASK, form=form, can_mail=True, asked=True)


@bp.get("/sign-in/link/<token>")
@public
def show_link(token: str) -> Any:
    return show(token, people.can_use(token))


def show(token: str, usable: bool) -> Any:
    return show_page(OPEN, token=token, usable=usable), 200 if usable else 409


@bp.post("/sign-in/link/<token>")
@public
def use_link(token: str) -> Any:
    try:
        begun = people.use_link(token, guard.address(), guard.agent())
    except sessions.Pending as waiting:
        session[guard.PENDING] = waiting.token
        return redirect(url_for("accounts.show_code"), 303)
    if begun is None:
        return show(token, False)
    guard.let_in(begun.token)
    if begun.proved:
        flash(_("Your e-mail address is confirmed. A password or passkey from before does not hold any more."), "warn")
    return redirect(url_for("home.show"), 303)
