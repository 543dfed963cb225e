"""Employees on a phone: who they are, what they may do, which sites they look after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response

from webapp.common import i18n
from webapp.team import words

bp = Blueprint("team", __name__)


@bp.app_context_processor
def name_things() -> dict[str, Any]:
    return {"role_called": words.role_called, "date_and_time": i18n.date_and_time}


def shown_once(page: Any) -> Response:
    """A page with a secret: neither the browser nor anything on the way keeps it."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


from webapp.team.views import (  # noqa: E402, F401  (they put their views on `bp`)
    accounts,
    assigning,
    index,
    inviting,
    joining,
    person,
    roles,
    transfer,
    viewing,
)
