"""A probe as it goes: the card that polls it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash
from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.htmx import leave_to, show_part, wants_part
from webapp.common.i18n import _
from webapp.devices.models.probe import Intent
from webapp.devices.rows import probe_view
from webapp.devices.services import probing
from webapp.devices.views import bp
from webapp.sites import services as sites


@bp.get("/probes/<token>")
@may(Right.MANAGE_DEVICES)
def probe(token: str) -> Any:
    """The card in its present state; leads on to the device when that has been added."""
    found = probing.find(current_user, token)
    if found.intent == Intent.CHECK:
        abort(404)  # the device's own page shows its checks
    if found.intent == Intent.ADD and found.code == "ok":
        flash(_("%(device)s is added.", device=found.fields["name"]))
        return leave_to("devices.show", device_id=found.device_id)
    if not wants_part():
        return leave_to("devices.new_address", site_id=found.site_id, probe=token)
    site = sites.find_open(current_user, found.site_id)
    return show_part("", "devices/_probe.html", site=site, probe=probe_view(found))
