"""The page that an invitation's link opens: whoever was invited registers there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import public
from webapp.common.errors import Refused
from webapp.common.htmx import show_page
from webapp.common.i18n import _
from webapp.team.forms import JoinForm
from webapp.team.models import TeamInvitation
from webapp.team.services import inviting
from webapp.team.services.inviting import State
from webapp.team.views import bp
from webapp.team.words import STATES


def show(token: str, found: TeamInvitation, form: JoinForm, status: int = 200) -> Any:
    """The form, or why the link does not work any more."""
    state = inviting.state_of(found)
    usable, joined = state == State.OPEN, state == State.USED and is_of(found)
    why = "" if usable else str(STATES[state])
    page = {"token": token, "found": found, "form": form if usable else None, "why": why, "joined": joined}
    return show_page("team/join.html", **page), 200 if joined else status if usable else 409


def is_of(found: TeamInvitation) -> bool:
    """Whether the reader is who was invited."""
    mine = current_user.is_authenticated and not current_user.viewer
    return bool(mine and (current_user.company_id, current_user.email) == (found.company_id, found.email))


@bp.get("/join/<token>")
@public
def show_join(token: str) -> Any:
    found = inviting.by_token(token)
    return show(token, found, JoinForm(name=found.name))


@bp.post("/join/<token>")
@public
def join(token: str) -> Any:
    found, form = inviting.by_token(token), JoinForm()
    form.own_email = found.email
    if inviting.state_of(found) != State.OPEN:
        return show(token, found, form)
    if not form.validate():
        return show(token, found, form, 422)
    try:
        session = inviting.join(token, form.name.data, form.password.data, guard.address(), guard.agent())
    except Refused as no:
        form.form_errors = [no.why]
        return show(token, inviting.by_token(token), form, 409)
    guard.let_in(session or "")
    flash(_("Welcome to %(company)s.", company=found.company.name))
    return redirect(url_for("home.show"), 303)
