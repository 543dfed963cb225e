"""Employees on a phone: who they are, what they may do, which sites they look after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from webapp.accounts import guard
from webapp.common import i18n
from webapp.team import words
from webapp.team.services import people, transferring

bp = Blueprint("team", __name__)


@bp.app_context_processor
def name_things() -> dict[str, Any]:
    named = {"offered_by": offered_by, "admin_name": admin_name}
    return {"role_called": words.role_called, "date_and_time": i18n.date_and_time} | named


def offered_by() -> str:
    """Who offers the reader the role of Installer Admin; "" without an offer."""
    by = guard.me()
    offer = None if by.is_owner or by.is_admin else transferring.open_offer(by)
    return offer.maker.name if offer and offer.taker_id == by.id else ""


def admin_name() -> str:
    """The Installer Admin of the reader's company; "" for an owner. A statement: for pages with little else."""
    team = people.page(guard.me(), "", 1)
    return team.members[0].name if team.members else ""


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
