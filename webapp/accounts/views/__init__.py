"""Setting up, signing in and out, the forgotten password, and a person's own account."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from webapp.accounts.views import account, forgotten, setup, signing  # noqa: E402, F401  (they put their views on `bp`)
