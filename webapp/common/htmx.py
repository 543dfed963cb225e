"""One view for htmx and for everybody else: a partial for the one, its whole page for the other."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_htmx import HTMX

htmx = HTMX()


def wants_part() -> bool:
    """Whether the request is htmx's for a piece of a page (not a boosted link, not a restored history)."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def is_poll() -> bool:
    """Whether an open page asks for news by itself: it brings the version that it shows."""
    return wants_part() and "v" in request.args


def is_known(version: str) -> bool:
    """Whether a poll shows just this."""
    return is_poll() and request.args["v"] == version


def show_page(page: str, **context: Any) -> str:
    return render_template(page, **context)


def show_part(page: str, part: str, **context: Any) -> str:
    """The partial alone for htmx; else the page, which includes `part` where it says `{% include part %}`."""
    if wants_part():
        return render_template(part, **context)
    return render_template(page, part=part, **context)


def show_letter(**letter: Any) -> tuple[str, str]:
    """A mail as text and as HTML; what it needs stands in mail/letter.html."""
    return render_template("mail/letter.txt", **letter), render_template("mail/letter.html", **letter)


def leave_to(endpoint: str, **values: Any) -> Response:
    """To another page, for good: 303, or for htmx the header that makes the browser go there."""
    url = url_for(endpoint, **values)
    if wants_part():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)  # type: ignore[return-value]


def go_on_to(endpoint: str, **values: Any) -> Response:
    """To the state that the deed led to, within the page: htmx follows the 303 by itself."""
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[return-value]
