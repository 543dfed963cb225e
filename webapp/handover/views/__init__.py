"""Handing sites over: invitations of owners, what companies ask of them, and what owners decide."""

from flask import Blueprint

bp = Blueprint("handover", __name__)


from webapp.handover.views import (  # noqa: E402, F401  (they put their views on `bp`)
    accepting,
    answers,
    asking,
    inviting,
    owner,
    pack_filling,
    pack_links,
    packs,
    rental,
    sharing,
    standing,
)
