"""One device: its page, its address, its type, its check, its deletion."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import flash, request
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import for_owners, may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused, TooMany
from webapp.common.htmx import go_on_to, htmx, leave_to, show_page, show_part, wants_part
from webapp.common.i18n import _
from webapp.devices.forms import AddressForm, TypeForm
from webapp.devices.models import Device
from webapp.devices.services import devices, types
from webapp.devices.views import bp
from webapp.devices.views.page import device_page
from webapp.handover.services import owned
from webapp.protocols.isapi.kinds import Kind

PAGE = "devices/show.html"


@bp.get("/devices/<id:device_id>")
@for_owners
def show(device_id: int) -> Any:
    if current_user.is_owner:
        return show_page("owners/device.html", **owned.device_page(guard.me(), device_id))
    device = devices.find(current_user, device_id)
    return show_page(PAGE, **device_page(device, whole=True))


@bp.get("/devices/<id:device_id>/status")
@for_owners
def status(device_id: int) -> Any:
    """The status; 204 while the page that asks (`?v=`, `seen`) shows just that. A poll brings what is new beside it.

    What stands in parts of its own comes by itself: the type after a check ("checked"), unless its form is open, and
    what depends on monitoring when that was switched elsewhere ("refreshed").
    """
    seen = request.args.get("v", "")
    if current_user.is_owner:
        return owners_status(device_id, seen)
    device = devices.find(current_user, device_id)
    page = device_page(device, status=True)
    if wants_part() and seen == page["version"]:
        return show_check(page)
    if page["probe"] or htmx.trigger != "status":
        return show_part(PAGE, "devices/_status.html", **page)
    checked = "" if seen.startswith("i") else "checked"
    if checked:
        device = devices.find(current_user, device_id)  # with what the check has read of it meanwhile
        page = device_page(device, status=True)
    switched = "refreshed" if seen[1:2] not in {"", page["version"][1]} else ""
    events = ", ".join(filter(None, (checked, switched)))
    return show_page("devices/_status_done.html", **page), {"HX-Trigger": events} if events else {}


def owners_status(device_id: int, seen: str) -> Any:
    page = owned.device_page(guard.me(), device_id)
    if wants_part() and seen == page["version"]:
        return "", 204
    return show_part("owners/device.html", "owners/_status.html", **page)


def show_check(page: dict[str, Any]) -> Any:
    """When it was checked, for a page on which that alone is old; 204 when nothing is."""
    if request.args.get("seen", page["seen"]) == page["seen"]:
        return "", 204
    return show_page("devices/_checked.html", **page), {"HX-Retarget": "#checked", "HX-Reswap": "outerHTML"}


@bp.post("/devices/<id:device_id>/check")
@may(Right.MANAGE_DEVICES)
def check(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    return ask(device, partial(devices.check, current_user, device))


def ask(device: Device, deed: Callable[[], Any]) -> Any:
    """Do what asks the device; then its status, or why it is not asked now."""
    try:
        deed()
    except TooMany as no:
        part = show_part(PAGE, "devices/_status.html", **device_page(device, status=True), busy=no.why)
        return part, 429, {"Retry-After": str(no.retry_after)}
    except Refused as no:
        return show_part(PAGE, "devices/_status.html", **device_page(device, status=True), busy=no.why), 409
    return go_on_to("devices.status", device_id=device.id)


@bp.post("/devices/<id:device_id>/certificate")
@may(Right.MANAGE_DEVICES)
def accept_certificate(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    return ask(device, partial(devices.accept_key, current_user, device, request.form.get("key", "")))


@bp.post("/devices/<id:device_id>/replacement")
@may(Right.MANAGE_DEVICES)
def accept_replacement(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    return ask(device, partial(devices.accept_replacement, current_user, device, request.form.get("serial", "")))


@bp.get("/devices/<id:device_id>/address")
def address(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    devices.require_by_address(device)
    return show_part(PAGE, "devices/_address.html", **device_page(device))


@bp.get("/devices/<id:device_id>/address/edit")
@may(Right.MANAGE_DEVICES)
def edit_address(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    devices.require_by_address(device)
    return show_address_form(device, AddressForm(formdata=None, obj=device))


def show_address_form(device: Device, form: AddressForm, **more: Any) -> str:
    return show_part(PAGE, "devices/_address_form.html", form=form, **device_page(device), **more)


@bp.post("/devices/<id:device_id>/address")
@may(Right.MANAGE_DEVICES)
def save_address(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    devices.require_by_address(device)
    form = AddressForm()
    if not form.validate():
        return show_address_form(device, ask_again(form)), 422
    try:
        devices.edit_address(current_user, device, form.data, form.seen_version)
    except Refused as no:
        return refuse_address(device_id, ask_again(form), no), 409
    except TooMany as no:
        ask_again(form).form_errors = [no.why]
        return show_address_form(device, form), 429, {"Retry-After": str(no.retry_after)}
    if wants_part():
        page = device_page(devices.find(current_user, device_id), status=True)
        return show_page("devices/_address_saved.html", **page), {"HX-Trigger": "checked"}
    return go_on_to("devices.address", device_id=device_id)


def ask_again(form: AddressForm) -> AddressForm:
    """Say that a new password is not brought back by the page; htmx leaves the field as it was typed (E4)."""
    if form.password.data and not wants_part():
        form.password.errors = [*form.password.errors, _("Type the new password again.")]
    return form


def refuse_address(device_id: int, form: AddressForm, no: Refused) -> str:
    """The form again with the reason; after somebody else's change also with theirs beside yours (E4).

    That nothing was changed is no fault, and is said without alarm (E5).
    """
    device, theirs = devices.find(current_user, device_id), None
    if no.code == "unchanged":
        return show_address_form(device, form, nothing=no.why)
    if no.code == "changed_meanwhile":
        form.version.data = str(device.version)
        theirs = differences(device, form)
    (form.host.errors if no.code == "duplicate" else form.form_errors).append(no.why)
    return show_address_form(device, form, theirs=theirs, changer=devices.changer(current_user, device))


def differences(device: Device, form: AddressForm) -> list[tuple[str, Any, Any]]:
    """(label, yours, theirs) of each field but the password."""
    plain = (form.name, form.host, form.port, form.username)
    rows = [(field.label.text, field.data, getattr(device, field.short_name)) for field in plain]
    yes_no = {True: _("Yes"), False: _("No")}
    return [*rows, (form.https.label.text, yes_no[form.https.data], yes_no[device.https])]


@bp.get("/devices/<id:device_id>/type")
def type(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    return show_part(PAGE, "devices/_type.html", **device_page(device))


@bp.get("/devices/<id:device_id>/type/edit")
@may(Right.MANAGE_DEVICES)
def edit_type(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    form = TypeForm(formdata=None, type="" if device.type == Kind.UNKNOWN else device.type)
    return show_type_form(device, form)


def show_type_form(device: Device, form: TypeForm) -> str:
    form.offer_types(by_address=device.host is not None)
    return show_part(PAGE, "devices/_type_form.html", form=form, **device_page(device))


@bp.post("/devices/<id:device_id>/type")
@may(Right.MANAGE_DEVICES)
def save_type(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    if keep := request.form.get("detected"):
        types.take_detected_type(current_user, device, keep=keep == "keep")
        return go_on_to("devices.type", device_id=device_id)
    form = TypeForm()
    if not form.validate():
        return show_type_form(device, form), 422
    try:
        types.set_type(current_user, device, form.type.data)
    except Refused as no:
        form.type.errors = [no.why]
        return show_type_form(device, form), 409
    return go_on_to("devices.type", device_id=device_id)


@bp.get("/devices/<id:device_id>/delete")
@may(Right.MANAGE_DEVICES)
def confirm_delete(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    return show_part(PAGE, "devices/_delete.html", **device_page(device))


@bp.post("/devices/<id:device_id>/delete")
@may(Right.MANAGE_DEVICES)
def delete(device_id: int) -> Any:
    device = devices.find(current_user, device_id)
    try:
        devices.delete(current_user, device)
    except Refused:
        return show_part(PAGE, "devices/_delete.html", **device_page(device)), 409
    flash(_("%(device)s is deleted.", device=device.name))
    return leave_to("sites.show", site_id=device.site_id)
