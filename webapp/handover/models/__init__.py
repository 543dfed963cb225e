"""Invitations of owners, what companies ask of them, and what is handed over, as rows."""

from webapp.handover.models.invitation import OwnerInvitation
from webapp.handover.models.look import Look
from webapp.handover.models.pack import HandoverPack, PackLink, PackPhoto
from webapp.handover.models.request import AccessRequest, Answer, Asked, Wanted
from webapp.handover.models.sharing import ShareInvitation

__all__ = [
    "AccessRequest",
    "Answer",
    "Asked",
    "HandoverPack",
    "Look",
    "OwnerInvitation",
    "PackLink",
    "PackPhoto",
    "ShareInvitation",
    "Wanted",
]
