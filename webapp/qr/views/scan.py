"""Scanning a code: camera, photo or text; what was scanned leads on to what it stands for.

The page posts a text. What it is, is told apart here and not in the browser, so it works without JavaScript too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, request
from flask_babel import format_date
from flask_login import current_user

from webapp import config
from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import TooMany
from webapp.common.headers import CAMERA
from webapp.common.htmx import leave_to, show_part
from webapp.common.i18n import _
from webapp.devices.services import adding, devices
from webapp.protocols.label import Label
from webapp.qr import seal
from webapp.qr.forms import ScanForm
from webapp.qr.services import scanning
from webapp.qr.services.scanning import Place
from webapp.qr.views import bp
from webapp.qr.words import unread
from webapp.sites import services as sites
from webapp.sites.models import Site

LINKS = {"q": "qr.take", "subcontract": "subcontract.show_invitation"}
PAGE, FORM, LABEL = "qr/scan.html", "qr/_scan.html", "qr/_scan_label.html"


def find_site(site_id: int | None) -> Site | None:
    """The site of the page, where it is one of a site. Raises NotFound, Refused."""
    return None if site_id is None else adding.find_site(current_user, site_id)


@bp.get("/scan")
@bp.get("/sites/<id:site_id>/devices/new/scan")
@may(Right.MANAGE_DEVICES)
def scan(site_id: int | None = None) -> Any:
    return show_scan(find_site(site_id), ScanForm(formdata=None))


def show_scan(site: Site | None, form: ScanForm, part: str = FORM, status: int = 200, **more: Any) -> Response:
    """The page, which alone of all may use the camera."""
    response = make_response(show_part(PAGE, part, site=site, form=form, **more), status)
    response.headers["Permissions-Policy"] = CAMERA
    return response


@bp.post("/scan")
@bp.post("/sites/<id:site_id>/devices/new/scan")
@may(Right.MANAGE_DEVICES)
def read(site_id: int | None = None) -> Any:
    """Tell what was scanned; ask for its QR password where it has one."""
    site, form = find_site(site_id), ScanForm()
    try:
        found = scanning.read(current_user, form.code.data or "", form.qr_password.data or "", own_hosts())
    except TooMany as no:
        form.form_errors = [no.why]
        response = show_scan(site, form, status=429, asked=True)
        response.headers["Retry-After"] = str(no.retry_after)
        return response
    except seal.PasswordNeeded:
        if "qr_password" in request.form:
            form.qr_password.errors = [_("Type the QR password.")]
        return show_scan(site, form, status=422 if form.errors else 200, asked=True)
    except seal.NotRead as no:
        asked = isinstance(no, seal.WrongPassword)
        (form.qr_password if asked else form.code).errors = [say(no)]
        return show_scan(site, form, status=422, asked=asked)
    return go_to(site, form, found)


def say(no: seal.NotRead) -> str:
    return unread(no.code, format_date(no.expires, "long", rebase=False) if isinstance(no, seal.Expired) else "")


def own_hosts() -> set[str]:
    """Under which names, with their ports, this installation is reached."""
    return {request.host.lower(), urlsplit(config.current().base_url).netloc.lower()} - {""}


def go_to(site: Site | None, form: ScanForm, found: Any) -> Any:
    if isinstance(found, Label):
        return show_scan(site, form, LABEL, label=found)
    if isinstance(found, Place):
        return go_to_place(found)
    return leave_to("qr.scanned", token=scanning.keep(current_user, site.id if site else None, found.devices))


def go_to_place(place: Place) -> Any:
    """To a page of ours that this person may see. Raises NotFound."""
    if place.what in LINKS:
        return leave_to(LINKS[place.what], token=place.name)
    if place.what == "sites":
        return leave_to("sites.show", site_id=sites.find(current_user, int(place.name)).id)
    return leave_to("devices.show", device_id=devices.find(current_user, int(place.name)).id)
