"""Codes of devices, on pages: making, showing, printing, scanning, and taking a device over by a link."""

from __future__ import annotations

from flask import Blueprint, Response

bp = Blueprint("qr", __name__)


@bp.after_request
def keep_nowhere(response: Response) -> Response:
    """Neither the browser nor anything on the way keeps a page with a code, or its picture (Q9)."""
    response.headers["Cache-Control"] = "no-store"
    return response


from webapp.qr.views import codes, labels, links, scan, scanned, taking  # noqa: E402, F401  (they put their views on `bp`)
