"""What every answer carries, and what every changing request must carry (Z12, Z28)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from webapp.common.errors import Forbidden
from webapp.common.i18n import _

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
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


def install(app: Flask) -> None:
    app.before_request(refuse_foreign_posts)
    app.after_request(add_headers)


def refuse_foreign_posts() -> None:
    """A second line behind the CSRF token: other sites' requests, and bodies that no form sends, change nothing."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("Sec-Fetch-Site", "")
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    foreign = site not in {"", "same-origin", "none"} or (origin and origin != request.host)
    if foreign or (request.content_length and request.mimetype not in FORMS):
        raise Forbidden(_("This request did not come from a form of this page. Open the page again and retry."))


def add_headers(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if response.mimetype == "text/html":
        response.headers["Vary"] = "Cookie, HX-Request, Accept-Language, Accept-Encoding"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def never_store(response: Response) -> Response:
    """For answers with a secret in them: no cache keeps them, Back shows nothing."""
    response.headers["Cache-Control"] = "no-store"
    return response
