"""Links that hand a device over: making and revoking them. Taking over is another page's matter."""

from __future__ import annotations

from typing import Any

from flask import flash
from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import TooMany
from webapp.common.htmx import go_on_to, show_part
from webapp.common.i18n import _
from webapp.common.text import file_name
from webapp.common.urls import base
from webapp.devices.models import Device
from webapp.qr.forms import LinkForm
from webapp.qr.models import QrLink
from webapp.qr.services import codes, images, links
from webapp.qr.views import bp
from webapp.qr.views.codes import PAGE, answer, qr_page


@bp.post("/devices/<id:device_id>/qr/links")
@may(Right.MANAGE_DEVICES)
def make_link(device_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    codes.require_address(device)
    form = LinkForm()
    if not form.validate():
        return refuse(device, form, 422)
    try:
        link, token = links.make(current_user, device, form.days.data, form.uses.data)
    except TooMany as no:
        form.form_errors = [no.why]
        return refuse(device, form, no)
    return show_link(device, link, f"{base()}/q/{token}")


def refuse(device: Device, form: LinkForm, why: int | TooMany) -> Any:
    page = show_part(PAGE, "qr/_make.html", **qr_page(device, link_form=form, errors=form.errors))
    return answer(page, why)


def show_link(device: Device, link: QrLink, url: str) -> str:
    """The link with its pictures: shown here and never again."""
    name = file_name("Link", device.site.name, device.name, f"{link.made_at:%Y-%m-%d}")
    shown = {"link": link, "url": url, "svg": images.svg(url), "files": images.data_uris(url), "save_as": name}
    return show_part(PAGE, "qr/_link.html", **qr_page(device, **shown))


@bp.post("/devices/<id:device_id>/qr/links/<id:link_id>/revoke")
@may(Right.MANAGE_DEVICES)
def revoke_link(device_id: int, link_id: int) -> Any:
    device = codes.find_device(current_user, device_id)
    links.revoke(current_user, device, link_id)
    flash(_("The link is revoked. Nobody can use it any more."))
    return go_on_to("qr.make", device_id=device.id)
