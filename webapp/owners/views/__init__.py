"""End users on a phone: signing in by a link, and what is their own."""

from flask import Blueprint

bp = Blueprint("owners", __name__)

from webapp.owners.views import account, links  # noqa: E402, F401  (they put their views on `bp`)
