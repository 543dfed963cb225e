"""Employees, what they are invited to and offered, and which sites they see, as rows."""

from webapp.team.models.invitation import Answer, TeamInvitation
from webapp.team.models.offer import AdminOffer

__all__ = ["AdminOffer", "Answer", "TeamInvitation"]
