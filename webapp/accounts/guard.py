"""Who gets to a page: sign-in unless a view is marked public, and one decorator for what a role may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, make_response, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.accounts.services import companies, sessions
from webapp.common.errors import Forbidden
from webapp.common.htmx import wants_part
from webapp.common.i18n import _

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.public = True  # type: ignore[attr-defined]
    return view


def may(right: Right) -> Callable[[View], View]:
    """Only for roles that have the right: 403 for others. Whose thing it is, is the query's matter (404)."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.may(right):
                raise Forbidden(_("Your role does not include this. Ask your Installer Admin."))
            return view(*args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def install(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # phones change their address; the session's row decides
    manager.user_loader(load)
    app.before_request(require_sign_in)


def load(token: str) -> Principal | None:
    return sessions.load(token, address(), agent())


def require_sign_in() -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False) or current_user.is_authenticated:
        return None
    if not companies.is_set_up():
        return redirect(url_for("accounts.show_setup"), 303)  # type: ignore[return-value]
    here = request.full_path.rstrip("?") if request.method == "GET" and not wants_part() else ""
    url = url_for("accounts.show_sign_in", next=here or None)
    if wants_part():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)  # type: ignore[return-value]


def let_in(token: str) -> None:
    """Begin the browser's part of a session: the one before has ended, and all of it is forgotten (Z11)."""
    if current_user.is_authenticated:
        sessions.end(current_user, current_user.session_id)
    session.clear()
    person = load(token)
    if person:
        login_user(person)


def let_out() -> None:
    if current_user.is_authenticated:
        sessions.end(current_user, current_user.session_id)
    logout_user()
    session.clear()


def me() -> Principal:
    """Whoever is signed in, themselves: each look through the proxy of Flask-Login costs a microsecond or ten."""
    return current_user._get_current_object()


def address() -> str:
    return (request.remote_addr or "")[:45]  # a proxy may hand on more than an address


def agent() -> str:
    return request.headers.get("User-Agent", "")[:200]
