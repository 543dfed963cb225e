"""What several pages of the room show: codes, addresses, and devices to choose from."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import make_response, request

from webapp.accounts.services import profile
from webapp.handover.models.places import devices_of
from webapp.qr.services import images
from webapp.sites.models import Site

View = TypeVar("View", bound=Callable[..., Any])


def kept_nowhere(view: View) -> View:
    """A page with a link that is worth something: no copy of it stays, and its address is told to nobody."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        response = make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded  # type: ignore[return-value]


def app_for_customers(company_id: int | None) -> dict[str, Any]:
    """What accounts/_end_user_app.html asks for."""
    app = profile.end_user_app(company_id, request.host_url)
    return {"app": app, "app_svg": images.svg(app.url)}


def choices(site: Site) -> tuple[Any, ...]:
    return tuple(devices_of(site.id))
