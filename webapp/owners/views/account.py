"""What an owner without a password does to come back later: an e-mail address and a first password."""

from __future__ import annotations

from typing import Any

from flask import flash
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import for_owners
from webapp.common.errors import NotFound, Refused
from webapp.common.htmx import leave_to, show_part
from webapp.common.i18n import _
from webapp.owners.forms import FirstPasswordForm
from webapp.owners.services import people
from webapp.owners.views import bp

PAGE, PART = "owners/first_password.html", "owners/_first_password.html"


@bp.get("/account/first-password")
@for_owners
def first_password() -> Any:
    require_none()
    return show_part(PAGE, PART, form=FirstPasswordForm(formdata=None, email=current_user.email))


@bp.post("/account/first-password")
@for_owners
def choose_first_password() -> Any:
    require_none()
    form = FirstPasswordForm()
    if not form.validate():
        return show_part(PAGE, PART, form=form), 422
    try:
        people.choose_first_password(guard.me(), form.email.data, form.new.data)
    except Refused as no:
        form.email.errors = [no.why]
        return show_part(PAGE, PART, form=form), 409
    flash(_("Your password is set. You can sign in with it from any browser."))
    return leave_to("accounts.show")


def require_none() -> None:
    """Raise NotFound for whoever has a password: they change it on the account's page."""
    if people.stays_until(guard.me()) is None:
        raise NotFound
