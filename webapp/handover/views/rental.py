"""The company pauses the service of rented devices, and resumes it: of a site, or of one device (T10)."""

from __future__ import annotations

from typing import Any

from flask import flash, url_for
from flask_login import current_user

from webapp.accounts.guard import may, me
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused
from webapp.common.htmx import leave_to, show_part
from webapp.common.i18n import _
from webapp.devices.models import Device
from webapp.devices.services import devices
from webapp.handover.forms import PauseForm
from webapp.handover.services import looking, rental
from webapp.handover.views import bp
from webapp.sites import services as sites
from webapp.sites.models import Site

CONFIRM = "handover/asking.html"


def rented_site(site_id: int) -> Site:
    """Raises NotFound, Refused."""
    site = sites.find_own(current_user, site_id)
    rental.require(current_user, site)
    return site


def rented_device(device_id: int) -> Device:
    """Raises NotFound, Refused."""
    device = devices.find(current_user, device_id)
    rental.require_device(current_user, device)
    return device


def of_site(site: Site) -> dict[str, Any]:
    here = url_for("sites.show", site_id=site.id)
    return {"site": site, "what": site.name, "whole": True, "here": here}


def of_device(device: Device) -> dict[str, Any]:
    looking.note(me(), device.site, device.id)
    here = url_for("devices.show", device_id=device.id)
    return {"site": device.site, "what": device.name, "whole": False, "here": here}


def ask(form: PauseForm, post: str, **shown: Any) -> str:
    return show_part(CONFIRM, "handover/_pause.html", form=form, post=post, **shown)


@bp.get("/sites/<id:site_id>/pause")
@may(Right.MANAGE_SITES)
def show_pause(site_id: int) -> Any:
    return ask_for_site(rented_site(site_id), PauseForm(formdata=None))


def ask_for_site(site: Site, form: PauseForm) -> str:
    return ask(form, url_for("handover.pause", site_id=site.id), **of_site(site))


@bp.post("/sites/<id:site_id>/pause")
@may(Right.MANAGE_SITES)
def pause(site_id: int) -> Any:
    site, form = rented_site(site_id), PauseForm()
    if not form.validate():
        return ask_for_site(site, form), 422
    try:
        begun = rental.pause_site(current_user, site, form.reason.data)
    except Refused as no:
        form.form_errors = [no.why]
        return ask_for_site(site, form), 409
    if begun:
        flash(_("The service of %(what)s is paused. The owner reads why.", what=site.name))
    return leave_to("sites.show", site_id=site.id)


@bp.get("/sites/<id:site_id>/resume")
@may(Right.MANAGE_SITES)
def show_resume(site_id: int) -> Any:
    site = rented_site(site_id)
    post = url_for("handover.resume", site_id=site.id)
    return show_part(CONFIRM, "handover/_resume.html", post=post, **of_site(site))


@bp.post("/sites/<id:site_id>/resume")
@may(Right.MANAGE_SITES)
def resume(site_id: int) -> Any:
    site = rented_site(site_id)
    if rental.resume_site(current_user, site):
        flash(_("The service of %(what)s goes on.", what=site.name))
    return leave_to("sites.show", site_id=site.id)


@bp.get("/devices/<id:device_id>/pause")
@may(Right.MANAGE_SITES)
def show_pause_device(device_id: int) -> Any:
    return ask_for_device(rented_device(device_id), PauseForm(formdata=None))


def ask_for_device(device: Device, form: PauseForm) -> str:
    return ask(form, url_for("handover.pause_device", device_id=device.id), **of_device(device))


@bp.post("/devices/<id:device_id>/pause")
@may(Right.MANAGE_SITES)
def pause_device(device_id: int) -> Any:
    device, form = rented_device(device_id), PauseForm()
    if not form.validate():
        return ask_for_device(device, form), 422
    try:
        begun = rental.pause_device(current_user, device, form.reason.data)
    except Refused as no:
        form.form_errors = [no.why]
        return ask_for_device(device, form), 409
    if begun:
        flash(_("The service of %(what)s is paused. The owner reads why.", what=device.name))
    return leave_to("devices.show", device_id=device.id)


@bp.get("/devices/<id:device_id>/resume")
@may(Right.MANAGE_SITES)
def show_resume_device(device_id: int) -> Any:
    device = rented_device(device_id)
    post = url_for("handover.resume_device", device_id=device.id)
    return show_part(CONFIRM, "handover/_resume.html", post=post, **of_device(device))


@bp.post("/devices/<id:device_id>/resume")
@may(Right.MANAGE_SITES)
def resume_device(device_id: int) -> Any:
    device = rented_device(device_id)
    if rental.resume_device(current_user, device):
        flash(_("The service of %(what)s goes on.", what=device.name))
    return leave_to("devices.show", device_id=device.id)
