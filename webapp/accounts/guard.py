"""Who gets to a page: sign-in unless a view is marked public, and one decorator for what a role may do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, make_response, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.accounts.services import companies, second_factor, sessions
from webapp.common.errors import Forbidden, NotFound
from webapp.common.htmx import leave_to, wants_part
from webapp.common.i18n import _

PENDING = "pending"  # in the cookie: the sign-in that waits for its second step
OWN = "accounts"  # the blueprint of what is a person's own: for everybody who is signed in, and for nobody else's eyes
WHILE_VIEWING = {"accounts.sign_out", "team.stop_viewing"}  # the ways back from looking at another's pages

LACKING = "lacking"  # in the cookie: at sign-in the person lacked the second factor that the company asks for

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.public = True  # type: ignore[attr-defined]
    return view


def for_owners(view: View) -> View:
    """Mark a view that is for end users, too; every other one is for a company's people."""
    view.for_owners = True  # type: ignore[attr-defined]
    return view


def before_second_factor(view: View) -> View:
    """Mark a view for people, too, who have yet to set up the second factor that their company asks for."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def may(*rights: Right) -> Callable[[View], View]:
    """Only for roles that have one of the rights: 403 for others. Whose thing it is, is the query's matter (404)."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.may(*rights):
                raise Forbidden(_("Your role does not include this. Ask your Installer Admin."))
            return view(*args, **kwargs)

        guarded.right = " or ".join(rights)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def install(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # phones change their address; the session's row decides
    manager.user_loader(load)
    app.before_request(require_sign_in)
    app.before_request(require_second_factor)
    app.before_request(require_company)
    app.before_request(require_own_eyes)


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


def require_second_factor() -> Response | None:
    """Lead a person who lacks what their company asks for to the page that sets it up, and nowhere else (R7).

    Only a cookie that was marked at sign-in costs a statement: `second_factor.require` and `reset` end the sessions of
    those who lack it, so there is no other.
    """
    if not session.get(LACKING) or not current_user.is_authenticated:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False) or getattr(view, "before_second_factor", False):
        return None
    if second_factor.held(current_user.id).is_missing:
        return leave_to("accounts.show_second_factor")
    session.pop(LACKING)
    return None


def require_company() -> None:
    """Raise Forbidden for an end user at a page that is a company's alone."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False) or not current_user.is_authenticated:
        return
    if current_user.is_owner and request.blueprint != OWN and not getattr(view, "for_owners", False):
        raise Forbidden(_("This is for the company that looks after your devices."))


def require_own_eyes() -> None:
    """Raise Forbidden when somebody who looks at another's pages would change something, or see what is personal."""
    if request.endpoint in {None, *WHILE_VIEWING} or not current_user.is_authenticated or not current_user.viewer:
        return
    if request.method in {"GET", "HEAD"} and request.blueprint != OWN:
        return
    why = _(
        "These are the pages of %(name)s. Stop looking at them to change something, or to see your own.", name=me().name
    )
    raise Forbidden(why, _("You are only looking"))


def let_in(token: str) -> None:
    """Begin the browser's part of a session: the one before has ended, and all of it is forgotten (Z11)."""
    end_own()
    session.clear()
    person = load(token)
    if person:
        login_user(person)
        if second_factor.held(person.id).is_missing:
            session[LACKING] = True


def renew() -> None:
    """The same session of this browser under another name."""
    if person := load(sessions.renew(me())):
        login_user(person)


def end_own() -> None:
    """The session of this browser, unless it has been ended from elsewhere meanwhile."""
    if current_user.is_authenticated:
        with suppress(NotFound):
            sessions.end(current_user, current_user.session_id)


def let_out() -> None:
    end_own()
    logout_user()
    session.clear()


def me() -> Principal:
    """Whoever is signed in, themselves: each look through the proxy of Flask-Login costs a microsecond or ten."""
    return current_user._get_current_object()


def address() -> str:
    return (request.remote_addr or "")[:45]  # a proxy may hand on more than an address


def agent() -> str:
    return request.headers.get("User-Agent", "")[:200]
