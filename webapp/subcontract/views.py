"""Sharing a site with a subcontractor: offering it by a link, accepting that, ending it (T12)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, url_for

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import go_on_to, is_known, is_poll, leave_to, show_page, show_part
from webapp.common.i18n import _, date_and_time
from webapp.common.urls import base
from webapp.handover import words
from webapp.qr.services import images
from webapp.sites import services as sites
from webapp.sites.models import Site
from webapp.subcontract import services
from webapp.subcontract.forms import ShareForm

bp = Blueprint("subcontract", __name__)

PAGE, CARD, ASKING = "subcontract/show.html", "subcontract/_standing.html", "handover/asking.html"


def page(site: Site, **more: Any) -> dict[str, Any]:
    found = services.standing(guard.me(), site)
    good_until = date_and_time(found.row.expires_at, site.zone) if found.row else ""
    shown = {"site": site, "shared": found, "good_until": good_until}
    return shown | {"may_offer": services.may_offer(guard.me(), site)} | more


@bp.get("/sites/<id:site_id>/subcontractor")
@may(Right.MANAGE_DEVICES)
def show(site_id: int) -> Any:
    """A poll that brings the version it shows is told when that is so still; else the page comes anew."""
    site = sites.find(guard.me(), site_id)
    shown = page(site, form=ShareForm(formdata=None))
    if is_poll():
        return ("", 204) if is_known(shown["shared"].version) else leave_to(".show", site_id=site.id)
    return show_page(PAGE, **shown)


@bp.post("/sites/<id:site_id>/subcontractor")
@may(Right.MANAGE_SITES)
def offer(site_id: int) -> Any:
    """The link with its code: shown here and never again."""
    site, form = sites.find(guard.me(), site_id), ShareForm()
    services.require_offerable(guard.me(), site)
    if not form.validate():
        return show_page(PAGE, **page(site, form=form)), 422
    try:
        _made, token = services.offer(guard.me(), site, form.hours)
    except Refused as no:
        if no.code != "too_long":
            raise
        form.validity.errors = [no.why]
        return show_page(PAGE, **page(site, form=form)), 409
    url = f"{base()}{url_for('.show_invitation', token=token)}"
    return keep_nowhere(show_page(PAGE, url=url, svg=images.svg(url), **page(site, form=form)))


@bp.get("/sites/<id:site_id>/subcontractor/end")
@may(Right.MANAGE_SITES)
def confirm_end(site_id: int) -> Any:
    site = sites.find(guard.me(), site_id)
    services.require_offerable(guard.me(), site)
    services.require_shared(site)
    return show_part(ASKING, "subcontract/_end.html", **page(site))


@bp.post("/sites/<id:site_id>/subcontractor/end")
@may(Right.MANAGE_SITES)
def end(site_id: int) -> Any:
    site = sites.find(guard.me(), site_id)
    services.require_offerable(guard.me(), site)
    services.end(guard.me(), site)
    flash(_("No other company works at %(site)s any more.", site=site.name))
    return leave_to("sites.show", site_id=site.id)


@bp.get("/sites/<id:site_id>/subcontractor/leave")
@may(Right.MANAGE_SITES)
def confirm_leave(site_id: int) -> Any:
    return show_part(ASKING, "subcontract/_leave.html", **page(shared_site(site_id)))


@bp.post("/sites/<id:site_id>/subcontractor/leave")
@may(Right.MANAGE_SITES)
def leave(site_id: int) -> Any:
    site = shared_site(site_id)
    services.leave(guard.me(), site)
    flash(_("%(site)s is given back.", site=site.name))
    return leave_to("sites.index")


def shared_site(site_id: int) -> Site:
    """Raises NotFound, Refused for a site of the own company."""
    site = sites.find(guard.me(), site_id)
    if not sites.is_shared_with(guard.me(), site):
        raise services.own_site(site)
    return site


@bp.get("/subcontract/<token>")
@may(Right.MANAGE_DEVICES)
def show_invitation(token: str) -> Any:
    """Looking uses nothing up."""
    return invitation(token)


def invitation(token: str, status: int = 200) -> Any:
    found = services.find(token)
    no = services.refusal(guard.me(), found)
    lasts = words.hours(found.hours)
    shown = {"found": found, "site": found.site, "lasts": lasts, "no": no.why if no else ""}
    return show_page("subcontract/accept.html", token=token, **shown), 409 if no else status


@bp.post("/subcontract/<token>")
@may(Right.MANAGE_DEVICES)
def accept(token: str) -> Any:
    try:
        site = services.accept(guard.me(), token)
    except Refused:
        return invitation(token)
    flash(_("Your company works on the devices of %(site)s now.", site=site.name))
    return go_on_to("sites.show", site_id=site.id)
