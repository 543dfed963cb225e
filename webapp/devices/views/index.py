"""All devices that a person sees."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user

from webapp.common.htmx import show_part
from webapp.common.pages import page_number
from webapp.devices.services import lists
from webapp.devices.views import bp

FILTERS = ("q", "status", "type", "site", "mode")


@bp.get("/devices")
def index() -> Any:
    chosen = {name: request.args.get(name, "")[:100] for name in FILTERS}
    found = lists.devices(current_user, chosen, page_number(request.args))
    return show_part("devices/index.html", "devices/_list.html", found=found, chosen=chosen)
