"""What every answer carries, and what every changing request must carry (Z12, Z28)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, request

from webapp.common.errors import Forbidden, NotFound
from webapp.common.i18n import _

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
ALWAYS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
NO_CAMERA = ("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
CAMERA = "camera=(self), microphone=(), geolocation=()"  # of the page that scans
OVER_HTTPS = [*ALWAYS, ("Strict-Transport-Security", "max-age=31536000")]
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class Always:
    """Puts the fixed headers on every answer, static files and failures included."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        fixed = OVER_HTTPS if environ["wsgi.url_scheme"] == "https" else ALWAYS

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            policed = any(name == NO_CAMERA[0] for name, _text in headers)
            return start_response(status, headers + fixed + ([] if policed else [NO_CAMERA]), *more)

        return self.app(environ, start)


def install(app: Flask) -> None:
    app.before_request(refuse_nul)
    app.before_request(refuse_foreign_posts)
    app.after_request(add_headers)


def refuse_nul() -> None:
    """No name of ours has a NUL in it, and PostgreSQL takes none even to look for it (Z29)."""
    if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
        raise NotFound


def refuse_foreign_posts() -> None:
    """A second line behind the CSRF token: other sites' requests, and bodies that no form sends, change nothing."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("Sec-Fetch-Site", "")
    foreign = site not in {"", "same-origin", "none"} or is_foreign(request.headers.get("Origin", ""))
    if foreign or (request.content_length and request.mimetype not in FORMS):
        raise Forbidden(_("This request did not come from a form of this page. Open the page again and retry."))


def is_foreign(origin: str) -> bool:
    """Whether an Origin header names another place than this host; nonsense and "null" do."""
    try:
        return bool(origin) and urlsplit(origin).netloc != request.host
    except ValueError:
        return True


def keep_nowhere(page: Any) -> Response:
    """What a view answers, of which neither the browser nor anything on the way keeps a copy: it shows a secret."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def add_headers(response: Response) -> Response:
    """What depends on the answer: pages are a person's own, and differ by who asks and how.

    No copy is kept of a download, nor of a page whose address is itself a key.
    """
    download = response.headers.get("Content-Disposition", "").startswith("attachment")
    if (download or "token" in (request.view_args or {})) and not response.cache_control.public:
        keep_nowhere(response)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie, HX-Request"
    return response
