"""The parts of a device's page that health monitoring fills: its health, the switch, maintenance."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, flash, make_response, redirect, request, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.htmx import go_on_to, is_known, is_poll, show_page, show_part, wants_part
from webapp.common.i18n import _
from webapp.devices.models import Device, DeviceState
from webapp.devices.services import devices, permissions
from webapp.handover.services import looking
from webapp.health import listeners as _listeners  # noqa: F401  (listens once it is imported)
from webapp.health.forms import SilenceForm
from webapp.health.services import gate, parts, silences
from webapp.health.services.strip import strip
from webapp.health.views import bp


def look_at(device_id: int) -> Device:
    """The device of a page that is shown now."""
    device = devices.find(current_user, device_id)
    looking.note(guard.me(), device.site, device.id, poll=is_poll())
    return device


@bp.get("/devices/<id:device_id>/health")
def health(device_id: int) -> Any:
    """Its items, its last day and its changes; 204 while the page that asks shows just that."""
    device = look_at(device_id)
    if not wants_part():
        return redirect(url_for("devices.show", device_id=device_id), 303)
    rows = parts.known(device, DeviceState.of(device.id))
    if request.args.get("v") == parts.health_version(device, rows):
        return "", 204
    return show_page("health/_health.html", device=device, health=parts.health(device, rows), strip=strip(device))


@bp.get("/devices/<id:device_id>/checks")
def checks(device_id: int) -> Any:
    """Its last fifty; apart from `health`, whose poll would bring all of it each minute."""
    device = look_at(device_id)
    if not wants_part():
        return redirect(url_for("devices.show", device_id=device_id), 303)
    shown = strip(device)
    if shown and is_known(shown.version):
        return "", 204
    return show_page("health/_checks.html", device=device, strip=shown)


@bp.get("/devices/<id:device_id>/monitoring")
def monitoring(device_id: int) -> Any:
    device = look_at(device_id)
    if not wants_part():
        return redirect(url_for("devices.show", device_id=device_id), 303)
    may = {"may_manage": devices.may_manage(current_user, device), "may_configure": permissions.may_configure(device)}
    return show_page("health/_monitoring.html", device=device, **may)


@bp.get("/devices/<id:device_id>/monitoring/off")
@may(Right.MANAGE_DEVICES)
def confirm_off(device_id: int) -> Any:
    device = look_at(device_id)
    permissions.require_configuration(device)
    return show_part("health/off.html", "health/_off.html", device=device, losses=gate.losses())


@bp.post("/devices/<id:device_id>/monitoring")
@may(Right.MANAGE_DEVICES)
def switch(device_id: int) -> Any:
    """On or off, by `on`; asked for twice it is done once."""
    device = devices.find(current_user, device_id)
    on = {"1": True, "0": False}.get(request.form.get("on", ""))
    if on is None:
        abort(400)
    gate.switch(current_user, device, on)
    return tell(device, _("Health monitoring is on.") if on else _("Health monitoring is off."))


def tell(device: Device, message: str) -> Any:
    """Say what was done: the parts of the page fetch themselves anew, and an open sheet closes."""
    if not wants_part():
        flash(message)
        return redirect(url_for("devices.show", device_id=device.id), 303)
    reply = make_response("", 204)
    reply.headers["HX-Trigger"] = json.dumps({"closeSheet": "", "refreshed": "", "toast": {"text": message}})
    return reply


@bp.get("/devices/<id:device_id>/silence")
@may(Right.MANAGE_DEVICES)
def silence(device_id: int) -> Any:
    return show_silence(look_at(device_id), SilenceForm(formdata=None))


def show_silence(device: Device, form: SilenceForm) -> str:
    return show_part("health/silence.html", "health/_silence.html", device=device, silence_form=form)


@bp.post("/devices/<id:device_id>/silence")
@may(Right.MANAGE_DEVICES)
def begin_silence(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    form = SilenceForm()
    if not form.validate():
        return show_silence(look_at(device_id), form), 422
    silences.begin(current_user, device, int(form.hours.data), form.reason.data)
    if not wants_part():
        return redirect(url_for("devices.show", device_id=device_id), 303)
    return show_silence(look_at(device_id), SilenceForm(formdata=None)), {"HX-Trigger": "refreshed"}


@bp.post("/devices/<id:device_id>/silence/end")
@may(Right.MANAGE_DEVICES)
def end_silence(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    silences.end(current_user, device)
    return go_on_to("devices.status", device_id=device_id)
