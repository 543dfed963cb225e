"""The codes of a device: the sheet that makes one, the code itself, its pictures, its label."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, abort, flash, redirect, send_file, url_for
from flask_login import current_user

from webapp.accounts.guard import may, me
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused, TooMany
from webapp.common.htmx import go_on_to, show_page, show_part, wants_part
from webapp.common.i18n import _
from webapp.common.text import file_name
from webapp.common.urls import base
from webapp.devices.models import Device
from webapp.handover.services import looking
from webapp.qr import words
from webapp.qr.forms import CodeForm, LinkForm, SealedForm
from webapp.qr.services import codes, images, links
from webapp.qr.services.codes import Kept
from webapp.qr.views import bp

PAGE = "qr/show.html"
FILES = {"png": (images.png_file, "image/png"), "svg": (images.svg_file, "image/svg+xml")}


def qr_page(device: Device, **more: Any) -> dict[str, Any]:
    """What the sheet needs, and the lists below it on the page."""
    looking.note(me(), device.site, device.id)
    page: dict[str, Any] = {"device": device, "form": CodeForm(formdata=None), "link_form": LinkForm(formdata=None)}
    page |= {"kept": codes.of(device), "links": links.of(device), "stale": stale}
    page |= {"caption": words.caption, "conditions": words.conditions, "day": words.day, "hour": words.hour}
    return page | {"link_states": words.LINK_STATES, "base": base()} | more


def stale(device: Device, kept: Kept) -> str:
    """Why a code is out of date; "" when it is not."""
    change = kept.change
    return words.why_stale(change.fields, words.day(change.at, device.site.zone)) if change else ""


@bp.get("/devices/<id:device_id>/qr")
@may(Right.MANAGE_DEVICES)
def make(device_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    codes.require_address(device)
    return show_part(PAGE, "qr/_make.html", **qr_page(device))


@bp.post("/devices/<id:device_id>/qr")
@may(Right.MANAGE_DEVICES)
def generate(device_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    codes.require_address(device)
    form = CodeForm()
    form.made_of = [device]
    if not form.validate():
        return refuse(device, form, 422)
    password, is_new = form.secret()
    try:
        kept = codes.make(current_user, device, password, form.days.data)
    except (Refused, TooMany) as no:
        form.form_errors = [no.why]
        return refuse(device, form, no)
    if is_new or wants_part():
        return show_code(device, kept, password if is_new else None)
    return redirect(url_for("qr.code", device_id=device.id, code_id=kept.code.id), 303)


def refuse(device: Device, form: CodeForm, why: int | Refused | TooMany) -> Any:
    """The form again; of a 429 with how long to wait."""
    page = show_part(PAGE, "qr/_make.html", **qr_page(device, form=ask_again(form)))
    return answer(page, why)


def answer(page: str, why: int | Refused | TooMany) -> Any:
    if isinstance(why, TooMany):
        return page, 429, {"Retry-After": str(why.retry_after)}
    return page, 409 if isinstance(why, Refused) else why


def ask_again(form: SealedForm) -> Any:
    """Say that a QR password is not brought back by the page; htmx leaves the fields as they were typed."""
    if form.password.data and not form.password.errors and not wants_part():
        form.password.errors = [_("Type the QR password again.")]
    return form


def show_code(device: Device, kept: Kept, password: str | None = None) -> str:
    """A code with its pictures; a password that was made for it is shown here and never again."""
    shown = {"one": kept, "svg": images.svg(kept.text) if kept.text else "", "password": password}
    return show_part(PAGE, "qr/_code.html", **qr_page(device, **shown))


@bp.get("/devices/<id:device_id>/qr/<id:code_id>")
@may(Right.MANAGE_DEVICES)
def code(device_id: int, code_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    return show_code(device, codes.find(device, code_id))


@bp.get("/devices/<id:device_id>/qr/<id:code_id>.<kind>")
@may(Right.MANAGE_DEVICES)
def image(device_id: int, code_id: int, kind: str) -> Response:
    """The code as a file, `kind` png or svg."""
    device = codes.find_device(current_user, device_id)
    kept = codes.find(device, code_id)
    looking.note(me(), device.site, device.id)
    name = file_name("QR", device.site.name, device.name, f"{kept.code.made_at:%Y-%m-%d}")
    return send_code(kept.text, kind, name)


def send_code(text: str, kind: str, name: str) -> Response:
    """A code as a file to save; 404 for another kind, and for a code that cannot be shown."""
    if kind not in FILES or not text:
        abort(404)
    draw, mimetype = FILES[kind]
    return send_file(BytesIO(draw(text)), mimetype=mimetype, as_attachment=True, download_name=f"{name}.{kind}")


@bp.get("/devices/<id:device_id>/qr/<id:code_id>/label")
@may(Right.MANAGE_DEVICES)
def label(device_id: int, code_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    kept = codes.find(device, code_id)
    if not kept.text:
        abort(404)
    looking.note(me(), device.site, device.id)
    return show_page("qr/label.html", device=device, one=kept, svg=images.svg(kept.text), caption=words.caption)


@bp.post("/devices/<id:device_id>/qr/<id:code_id>/delete")
@may(Right.MANAGE_DEVICES)
def delete_code(device_id: int, code_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    codes.delete(current_user, device, code_id)
    flash(_("The code is deleted here. What was printed of it still opens."))
    return go_on_to("qr.make", device_id=device.id)
