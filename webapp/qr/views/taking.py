"""Taking a device over by a link: who made it and for what, the choice of a site, and the deed."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import NotFound, Refused
from webapp.common.htmx import leave_to, show_page
from webapp.devices.words import type_name
from webapp.qr import listeners as _listeners  # noqa: F401  (listens once it is imported)
from webapp.qr.forms import SiteForm
from webapp.qr.models import QrLink
from webapp.qr.services import links, taking
from webapp.qr.services.links import LinkState
from webapp.qr.views import bp, scanned
from webapp.qr.words import day
from webapp.sites import services as sites

PAGE = "qr/taking.html"


def find(token: str) -> QrLink:
    """The link in any state. Raises NotFound."""
    link = links.find_link(token)
    if link is None:
        raise NotFound
    return link


def show(token: str, link: QrLink, form: SiteForm, status: int = 200) -> Any:
    """What the link gives; how a device is reached is told to whoever has taken it over, and to nobody before."""
    state, device = links.state_of(link), link.device
    shown = {"type": type_name(device.type), "until": day(link.expires_at, device.site.zone), "state": state}
    page = show_page(PAGE, token=token, link=link, device=device, form=form, **shown)
    return page, status if state == LinkState.OPEN else 409


@bp.get("/q/<token>")
@may(Right.MANAGE_DEVICES)
def take(token: str) -> Any:
    return show(token, find(token), scanned.offered(None, True, formdata=None))


@bp.post("/q/<token>")
@may(Right.MANAGE_DEVICES)
def take_over(token: str) -> Any:
    """Begin to add the device to a site; its page tells how it goes on."""
    link, form = find(token), scanned.offered(None, True)
    if links.state_of(link) != LinkState.OPEN:
        return show(token, link, form)
    if not form.validate():
        return show(token, link, form, 422)
    try:
        return begin(token, link, form.site.data)
    except Refused as no:
        form.form_errors = [no.why]
        return show(token, link, form, 409)


def begin(token: str, link: QrLink, site_id: int) -> Any:
    """Raises Refused with what speaks against it, before anything is kept or asked."""
    site, record = sites.find_for(current_user, site_id, sites.Operation.PASS_ON), taking.record_of(link.device)
    if no := taking.against(current_user, site.id, record):
        raise no
    found = taking.receive(current_user, link, token, site.id)
    outcome = taking.add(current_user, site, found, {0: scanned.form_of(found, 0).data})
    if outcome.refused:
        raise outcome.refused[0]
    if outcome.too_many:
        raise outcome.too_many
    return leave_to("qr.scanned", token=found.token)
