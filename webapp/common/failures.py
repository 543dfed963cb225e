"""Every way to end other than well, as a page or a piece of one that a person can read."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, current_app, g, make_response, render_template, request, url_for
from flask.globals import request_ctx
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from peewee import IntegrityError
from werkzeug.exceptions import HTTPException

from webapp.common.errors import Forbidden, NotFound, Refused, TooMany
from webapp.common.htmx import htmx, wants_part
from webapp.common.i18n import _, lazy
from webapp.common.vault import Broken
from webapp.db import Unavailable, drop_broken_connection, is_trouble

log = structlog.get_logger("web")


# Refusal at a site → where a person goes next, and what the way there is called.
NEXT = {"no_configuration": ("handover.permissions", lazy("Ask for the permission"))}


def install(app: Flask) -> None:
    app.register_error_handler(NotFound, lambda _error: not_found())
    app.register_error_handler(Forbidden, lambda error: say(403, error.title or _("Not for your role"), error.why))
    app.register_error_handler(Refused, refused)
    app.register_error_handler(TooMany, too_many)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, other_http)
    app.register_error_handler(Exception, unexpected)


def say(status: int, title: str, text: str = "", href: str = "", label: str = "") -> Any:
    context = {"status": status, "title": title, "text": text, "href": href, "label": label}
    if wants_part():
        return part(context), status
    if request_ctx.url_adapter is None:  # the Host header is none, so nothing can be linked to
        return plain(status, title, text)
    return render_template("errors/error.html", **home_link(context)), status


def part(context: dict[str, Any]) -> str:
    """The refusal in the place of what was asked for; in the open sheet one that can be closed, as the sheet could."""
    return render_template("errors/_error.html", in_sheet=htmx.target in {"sheet", "in-sheet"}, **context)


def home_link(context: dict[str, Any]) -> dict[str, Any]:
    """A next step for pages that name none; signed in within the frame of the app."""
    signed_in = bool(current_user and current_user.is_authenticated)
    if not context["href"]:
        context |= {"href": url_for("home.show"), "label": _("To the first page")}
    return context | {"signed_frame": signed_in}


def refused(error: Refused) -> Any:
    """409; 403 where it is the reading itself that the owner of a site does not allow (Z7). Leads to the site."""
    site_id = error.facts.get("site_id")
    unread = error.code == "closed" and request.method == "GET"
    endpoint, label = NEXT.get(error.code, ("sites.show", lazy("To the site")))
    href = url_for(endpoint, site_id=site_id) if site_id else ""
    return say(403 if unread else 409, _("Not possible now"), error.why, href, str(label) if href else "")


def not_found() -> Any:
    return say(404, _("There is no such page"), _("It may have been deleted, or it is not yours to see."))


def too_many(error: TooMany) -> Any:
    response = make_response(say(429, _("Too many tries"), error.why))
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def stale_form(_error: CSRFError) -> Any:
    text = _(
        "You were signed in anew meanwhile, or cookies are off. Go back, load the page again and send it once more; "
        "what you typed is kept on this phone."
    )
    return say(400, _("This page has grown old"), text)


def other_http(error: HTTPException) -> Any:
    if error.code == 404:
        return not_found()
    if error.code is None or error.code < 400:
        return error
    texts = {
        400: _("The browser sent something that makes no sense here."),
        405: _("This address is not used in this way."),
        413: _("This is more than can be taken at once."),
        415: _("This is not sent as a form."),
    }
    response = make_response(say(error.code, _("This did not work"), texts.get(error.code, "")))
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def unexpected(error: Exception) -> Any:
    if is_trouble(error):
        return database_trouble(error)
    if isinstance(error, Broken):
        log.error("secret does not open", error=str(error))
        return plain(
            409,
            _("A stored password cannot be read"),
            _("The key file has changed since it was stored. Type the device's password again."),
        )
    if isinstance(error, IntegrityError):
        log.warning("what it belongs to has gone", error=str(error))
        why = _("What this belongs to has been changed or deleted meanwhile. Look at it again.")
        return say(409, _("Not possible now"), why)
    log.exception("request failed")
    return plain(
        500,
        _("Something went wrong on our side"),
        _("It has been noted. Try again; if it happens again, tell whoever runs this server."),
    )


def database_trouble(error: Exception) -> Any:
    log.warning("database unavailable", error=str(error))
    drop_broken_connection()
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # asks the database nothing
    response = make_response(plain(503, _("The server is busy"), _("Nothing was changed. Try again in a few seconds.")))
    response.headers["Retry-After"] = "5"
    return response


def plain(status: int, title: str, text: str) -> Any:
    """A page that needs no database."""
    context = {"status": status, "title": title, "text": text, "href": "", "label": "", "signed_frame": False}
    return part(context) if wants_part() else render_template("errors/error.html", **context), status


__all__ = ["Unavailable", "install"]
