"""All devices that a person sees."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from webapp.accounts import guard
from webapp.common.i18n import language
from webapp.common.memo import show_list
from webapp.common.pages import page_number
from webapp.devices.rows import device_rows
from webapp.devices.services import lists
from webapp.devices.views import bp

FILTERS = ("q", "status", "type", "site", "mode")


@bp.get("/devices")
def index() -> Any:
    chosen = {name: request.args.get(name, "")[:100] for name in FILTERS}
    found = lists.devices(guard.me(), chosen, page_number(request.args))
    if not found.rows and found.page > 1:
        kept: dict[str, Any] = {name: text for name, text in chosen.items() if text}
        return redirect(url_for("devices.index", **kept), 303)
    key = (*chosen.values(), found.total, found.page, *found.counts.values())
    reader = language()
    rows = device_rows(found.rows, reader, at_site=False)
    return show_list("devices/index.html", "devices/_list.html", rows, reader, key, found=found, chosen=chosen)
