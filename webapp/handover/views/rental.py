"""The company pauses the service of rented devices, and resumes it: of a site, or of one device (T10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, request, url_for
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

CONFIRM, PAUSE, RESUME = "handover/asking.html", "handover/_pause.html", "handover/_resume.html"


@dataclass(frozen=True, slots=True)
class What:
    """Whose service it is: the site's as a whole, or that of one device."""

    site: Site
    device: Device | None = None

    @property
    def name(self) -> str:
        return self.device.name if self.device else self.site.name

    @property
    def page(self) -> tuple[str, dict[str, Any]]:
        if self.device:
            return "devices.show", {"device_id": self.device.id}
        return "sites.show", {"site_id": self.site.id}

    def ask(self, part: str, **more: Any) -> str:
        """The sheet; it is posted to its own address."""
        if self.device:
            looking.note(me(), self.site, self.device.id)
        endpoint, values = self.page
        shown = {"site": self.site, "what": self.name, "whole": self.device is None}
        return show_part(CONFIRM, part, post=request.path, here=url_for(endpoint, **values), **shown, **more)

    def leave(self, said: str) -> Any:
        """To its page; `said` is "" after a second tap."""
        if said:
            flash(said)
        endpoint, values = self.page
        return leave_to(endpoint, **values)


def of_site(site_id: int) -> What:
    """Raises NotFound, Refused."""
    site = sites.find_own(current_user, site_id)
    rental.require(current_user, site)
    return What(site)


def of_device(device_id: int) -> What:
    """Raises NotFound, Refused."""
    device = devices.find(current_user, device_id)
    rental.require_device(current_user, device)
    return What(device.site, device)


def begin(what: What) -> Any:
    form = PauseForm()
    if not form.validate():
        return what.ask(PAUSE, form=form), 422
    try:
        begun = rental.pause(current_user, what.site, what.device, form.reason.data)
    except Refused as no:
        form.form_errors = [no.why]
        return what.ask(PAUSE, form=form), 409
    return what.leave(_("The service of %(what)s is paused. The owner reads why.", what=what.name) if begun else "")


def end(what: What) -> Any:
    ended = rental.resume(current_user, what.site, what.device)
    return what.leave(_("The service of %(what)s goes on.", what=what.name) if ended else "")


@bp.get("/sites/<id:site_id>/pause")
@may(Right.MANAGE_SITES)
def show_pause(site_id: int) -> Any:
    return of_site(site_id).ask(PAUSE, form=PauseForm(formdata=None))


@bp.post("/sites/<id:site_id>/pause")
@may(Right.MANAGE_SITES)
def pause(site_id: int) -> Any:
    return begin(of_site(site_id))


@bp.get("/sites/<id:site_id>/resume")
@may(Right.MANAGE_SITES)
def show_resume(site_id: int) -> Any:
    return of_site(site_id).ask(RESUME)


@bp.post("/sites/<id:site_id>/resume")
@may(Right.MANAGE_SITES)
def resume(site_id: int) -> Any:
    return end(of_site(site_id))


@bp.get("/devices/<id:device_id>/pause")
@may(Right.MANAGE_SITES)
def show_pause_device(device_id: int) -> Any:
    return of_device(device_id).ask(PAUSE, form=PauseForm(formdata=None))


@bp.post("/devices/<id:device_id>/pause")
@may(Right.MANAGE_SITES)
def pause_device(device_id: int) -> Any:
    return begin(of_device(device_id))


@bp.get("/devices/<id:device_id>/resume")
@may(Right.MANAGE_SITES)
def show_resume_device(device_id: int) -> Any:
    return of_device(device_id).ask(RESUME)


@bp.post("/devices/<id:device_id>/resume")
@may(Right.MANAGE_SITES)
def resume_device(device_id: int) -> Any:
    return end(of_device(device_id))
