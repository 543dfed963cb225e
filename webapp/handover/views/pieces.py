"""What several pages of the room show: codes, addresses, and devices to choose from."""

from __future__ import annotations

from typing import Any

from flask import request

from webapp.accounts.services import profile
from webapp.handover.models.places import devices_of
from webapp.qr.services import images
from webapp.sites.models import Site


def app_for_customers(company_id: int | None) -> dict[str, Any]:
    """What accounts/_end_user_app.html asks for."""
    app = profile.end_user_app(company_id, request.host_url)
    return {"app": app, "app_svg": images.svg(app.url)}


def choices(site: Site) -> tuple[Any, ...]:
    return tuple(devices_of(site.id))
