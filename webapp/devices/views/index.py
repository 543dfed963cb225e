"""All devices that a person sees."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import redirect, request, url_for

from webapp.accounts import guard
from webapp.common.htmx import is_known
from webapp.common.memo import show_list
from webapp.common.pages import page_number
from webapp.devices.rows import filter_name
from webapp.devices.services import lists
from webapp.devices.views import bp

FILTERS = ("q", "status", "type", "site", "mode")


def shown(chosen: dict[str, str], version: str) -> dict[str, Any]:
    return {"chosen": chosen, "version": version, "offered": lists.offered, "filter_name": filter_name}


@bp.get("/devices")
def index() -> Any:
    chosen = {name: request.args.get(name, "")[:100] for name in FILTERS}
    page = page_number(request.args)
    text = lists.device_text(guard.me(), chosen, page)
    if page > 1 and not lists.read_devices(text, page).rows:
        kept: dict[str, Any] = {name: text for name, text in chosen.items() if text}
        return redirect(url_for("devices.index", **kept), 303)
    closed = lists.count_closed_sites(guard.me()) if lists.is_empty(text) else 0
    version = lists.version(text, str(closed))
    if is_known(version):
        return "", 204  # a poll, and all that it shows is so still
    key = (text, closed, page, *chosen.values())
    found = partial(lists.read_devices, text, page)
    return show_list("devices/index.html", "devices/_list.html", key, found, closed=closed, **shown(chosen, version))
