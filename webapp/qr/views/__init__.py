"""Codes of devices, on pages: making, showing, printing, scanning, and taking a device over by a link."""

from __future__ import annotations

from flask import Blueprint

from webapp.common.headers import keep_nowhere

bp = Blueprint("qr", __name__)


bp.after_request(keep_nowhere)  # a page with a code, and its picture (Q9)

from webapp.qr.views import codes, labels, links, scan, scanned, taking  # noqa: E402, F401  (they put their views on `bp`)
