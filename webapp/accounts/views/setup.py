"""How the first company begins."""

from __future__ import annotations

import ipaddress
from typing import Any

from flask import current_app, redirect, request, url_for

from webapp.accounts import guard
from webapp.accounts.forms import SetupForm
from webapp.accounts.guard import public
from webapp.accounts.services import companies, sessions, throttle
from webapp.accounts.views import bp
from webapp.common.htmx import show_page
from webapp.common.i18n import _


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
