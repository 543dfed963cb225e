"""Two-factor sign-in: setting up, recovery codes, turning off; and a company that requires it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user

from webapp.accounts.forms import CodeForm, TurnOffForm
from webapp.accounts.guard import before_second_factor, me
from webapp.accounts.services import second_factor
from webapp.accounts.views import bp
from webapp.accounts.views.company import company_page
from webapp.common.errors import Refused
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import go_on_to, leave_to, show_part, wants_part
from webapp.common.i18n import _

PAGE, PART = "accounts/second_factor.html", "accounts/_second_factor.html"


def state(**changes: Any) -> dict[str, Any]:
    """What the page shows; no form but the one that was posted takes what was typed."""
    held = second_factor.held(current_user.id)
    page: dict[str, Any] = {"factors": held, "codes": [], "off_form": TurnOffForm(formdata=None)}
    page |= {"offer": None if held.codes else second_factor.offer(current_user)}
    page |= {"form": CodeForm(formdata=None), "left": second_factor.codes_left(current_user)}
    return page | changes


def shown(status: int = 200, **changes: Any) -> Any:
    """With the key, and the recovery codes."""
    return keep_nowhere((show_part(PAGE, PART, **state(**changes)), status))


@bp.get("/account/second-factor")
@before_second_factor
def show_second_factor() -> Any:
    return shown()


@bp.post("/account/second-factor/begin")
@before_second_factor
def begin_second_factor() -> Any:
    second_factor.begin(me())
    return go_on_to("accounts.show_second_factor")


@bp.post("/account/second-factor")
@before_second_factor
def confirm_second_factor() -> Any:
    form = CodeForm()
    if form.validate():
        codes = second_factor.confirm(me(), form.code.data)
        if codes:
            return shown(codes=codes, form=CodeForm(formdata=None))
        form.code.errors = [_("This code is not right. Look at the app again: a new one comes every half minute.")]
    return shown(422, form=form)


@bp.post("/account/second-factor/codes")
def renew_recovery_codes() -> Any:
    form = CodeForm()
    if form.validate():
        codes = second_factor.renew_codes(me(), form.code.data)
        if codes:
            return shown(codes=codes, form=CodeForm(formdata=None))
        form.code.errors = [_("This code is not right, or has been used. A new one comes every half minute.")]
    return shown(422, form=form)


@bp.post("/account/second-factor/off")
def turn_off_second_factor() -> Any:
    form = TurnOffForm()
    if form.validate():
        wrong = second_factor.turn_off(me(), form.password.data, form.code.data)
        if not wrong:
            flash(_("Two-factor sign-in is off. Your password alone lets you in."))
            return leave_to("accounts.show_second_factor")
        form[wrong].errors = [WRONG[wrong]()]
    return shown(422, off_form=form)


WRONG = {
    "password": lambda: _("This is not your current password."),
    "code": lambda: _("This code is not right, or has been used. A new one comes every half minute."),
}


@bp.post("/account/require-two-factor")
def require_second_factor() -> Any:
    try:
        second_factor.require(me(), request.form.get("on") == "1")
    except Refused:  # the card says why
        return show_requirement(), 409
    return show_requirement() if wants_part() else redirect(url_for("accounts.show_company"), 303)


def show_requirement() -> str:
    return show_part("accounts/company.html", "accounts/_require_second_factor.html", **company_page())
