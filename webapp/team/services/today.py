"""What waits for somebody in the team: for the first page (P3)."""

from __future__ import annotations

from typing import NamedTuple

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.team.models import TeamInvitation
from webapp.team.services import transferring


class Waiting(NamedTuple):
    invitations: int  # open ones, expired or not; 0 for whoever may not act on them
    offered_by: str  # name of the Installer Admin who offers the role to this person; ""


def waiting(by: Principal) -> Waiting:
    """The count is that of the rows at /team?show=invited."""
    offer = None if by.is_owner else transferring.open_offer(by)
    name = offer.maker.name if offer and offer.taker_id == by.id and offer.expires_at > clock.now() else ""
    return Waiting(TeamInvitation.count_open(by.company_id) if by.may(Right.MANAGE_TEAM) else 0, name)
