"""How devices fare, on pages: parts of a device's page, reports of sites, figures for operators."""

from flask import Blueprint

bp = Blueprint("health", __name__)

from webapp.health.views import device, metrics, sites  # noqa: E402, F401  (they put their views on `bp`)
