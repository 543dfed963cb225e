"""Setting up, signing in and out, the forgotten password, and a person's own account."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from webapp.accounts.views import (  # noqa: E402  (they put their views on `bp`)
    account,  # noqa: F401
    company,  # noqa: F401
    forgotten,  # noqa: F401
    passkeys,  # noqa: F401
    second_factor,  # noqa: F401
    setup,  # noqa: F401
    signing,  # noqa: F401
)
