"""Devices on a phone: the list, adding by address, one device with its parts."""

from flask import Blueprint

bp = Blueprint("devices", __name__)

from webapp.devices.views import adding, device, index, probes  # noqa: E402, F401  (they put their views on `bp`)
