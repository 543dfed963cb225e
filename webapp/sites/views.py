"""Sites on a phone: the list, one site with its devices, adding, editing, deleting."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import for_owners, may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused
from webapp.common.htmx import is_known, is_poll, leave_to, show_page, show_part, wants_part
from webapp.common.i18n import _
from webapp.common.memo import show_list
from webapp.common.pages import page_number
from webapp.devices.services import lists
from webapp.handover.services import looking, owned, packs
from webapp.handover.services.standing import standing
from webapp.health.services import rollup
from webapp.sites import services
from webapp.sites.forms import DeleteSiteForm, NewSiteForm, SiteForm, reminder_name
from webapp.sites.models import Site
from webapp.subcontract import services as subcontract
from webapp.team.services import assigning

bp = Blueprint("sites", __name__, url_prefix="/sites")


@bp.get("")
@for_owners
def index() -> Any:
    if current_user.is_owner:
        return owners_sites()
    query, page = request.args.get("q", "")[:100], page_number(request.args)
    order = lists.WORST if request.args.get("order") == lists.WORST else ""
    text = lists.site_text(guard.me(), query, page, order)
    if page > 1 and not lists.read_sites(text, page).rows:
        return redirect(url_for("sites.index", q=query or None, order=order or None), 303)
    version = lists.version(text)
    if is_known(version):
        return "", 204  # a poll, and all that it shows is so still
    key, found, chosen = (text, page, query, order), partial(lists.read_sites, text, page), {"q": query, "order": order}
    return show_list("sites/index.html", "sites/_list.html", key, found, chosen=chosen, version=version)


def owners_sites() -> Any:
    page = owned.sites_page(guard.me())
    if is_known(page["version"]):
        return "", 204
    return show_part("owners/sites.html", "owners/_sites.html", **page)


@bp.get("/new")
@may(Right.ADD_SITES)
def new() -> Any:
    form = NewSiteForm(zone=services.suggested_zone(current_user))
    form.offer_zones()
    return show_page("sites/new.html", form=form)


@bp.post("/new")
@may(Right.ADD_SITES)
def add() -> Any:
    form = NewSiteForm()
    form.offer_zones()
    if not form.validate():
        return show_page("sites/new.html", form=form), 422
    try:
        site = services.create(current_user, form.data)
    except Refused as no:
        form.name.errors = [no.why]
        return show_page("sites/new.html", form=form), 409
    flash(_("%(site)s is added. Add its first device.", site=site.name))
    return redirect(url_for("sites.show", site_id=site.id), 303)


def site_page(site: Site) -> dict[str, Any]:
    health = rollup.site_page(guard.me(), site, page_number(request.args))
    return {
        "site": site,
        "health": health,
        "short_time": rollup.short_time,
        "reminder": reminder_name(site.password_days) if site.password_days else "",
        "found": health.found,
        "may_edit": services.may_edit(current_user, site),
        "may_delete": services.may_delete(current_user, site),
        "may_add": services.may_manage_devices(current_user, site),
        "may_pass_on": services.may_pass_on(current_user, site),
    }


def around(site: Site) -> dict[str, Any]:
    """What the page shows beside its devices, and a piece of it does not."""
    by = guard.me()
    managers, shared = assigning.site_managers(by, site), subcontract.standing(by, site)
    return {"standing": None if shared.guest else standing(by, site), "managers": managers, "shared": shared}


def show_piece(part: str, page: dict[str, Any], **context: Any) -> str:
    beside = {} if wants_part() else around(page["site"])
    return show_part("sites/show.html", part, **page, **beside, **context)


@bp.get("/<id:site_id>")
@for_owners
def show(site_id: int) -> Any:
    site = services.find(current_user, site_id)
    if current_user.is_owner:
        return show_page("owners/site.html", **owned.site_page(guard.me(), site, page_number(request.args)))
    if not services.is_open(current_user, site):
        return show_page("sites/closed.html", site=site, standing=standing(current_user, site))
    page = site_page(site)
    if not page["found"].rows and page["found"].page > 1:
        return redirect(url_for("sites.show", site_id=site.id), 303)
    looking.note(guard.me(), site)
    return show_page("sites/show.html", **page, **around(site))


@bp.get("/<id:site_id>/devices")
@for_owners
def devices(site_id: int) -> Any:
    """The site's devices and how they fare; a poll that brings the version it shows is told when that is so still."""
    site = services.find_open(current_user, site_id)
    if current_user.is_owner:
        return owners_devices(site)
    looking.note(guard.me(), site, poll=is_poll())
    page = site_page(site)
    if is_known(page["health"].version):
        return "", 204
    return show_piece("sites/_devices.html", page)


def owners_devices(site: Site) -> Any:
    page = page_number(request.args)
    shown = owned.devices_page(guard.me(), site, page)
    if is_known(shown["devices_version"]):
        return "", 204
    whole = {} if wants_part() else owned.site_page(guard.me(), site, page)
    return show_part("owners/site.html", "owners/_devices.html", **shown | {"site": site} | whole)


@bp.get("/<id:site_id>/edit")
@may(Right.MANAGE_SITES)
def edit(site_id: int) -> Any:
    site = services.find_own(current_user, site_id)
    services.require(current_user, site, services.Operation.EDIT)
    form = SiteForm(obj=site)
    form.offer_days(site.password_days)
    return show_page("sites/edit.html", site=site, form=form)


@bp.post("/<id:site_id>/edit")
@may(Right.MANAGE_SITES)
def save(site_id: int) -> Any:
    site = services.find_own(current_user, site_id)
    form = SiteForm()
    form.offer_days(site.password_days)
    if not form.validate():
        return show_page("sites/edit.html", site=site, form=form), 422
    try:
        services.edit(current_user, site, form.data, form.seen_version)
    except Refused as no:
        return refuse_edit(site_id, form, no), 409
    return redirect(url_for("sites.show", site_id=site.id), 303)


def refuse_edit(site_id: int, form: SiteForm, no: Refused) -> str:
    """The form again with the reason; after somebody else's change with theirs beside yours."""
    site, theirs = services.find(current_user, site_id), None
    if no.code == "changed_meanwhile":
        form.version.data = str(site.version)
        fields = (form.name, form.address, form.city, form.region)
        theirs = [(field.label.text, field.data, getattr(site, field.short_name)) for field in fields]
        days = [reminder_name(days) for days in (form.password_days.data, site.password_days)]
        theirs.append((form.password_days.label.text, *days))
    (form.form_errors if no.code == "changed_meanwhile" else form.name.errors).append(no.why)
    return show_page("sites/edit.html", site=site, form=form, theirs=theirs)


@bp.get("/<id:site_id>/delete")
@may(Right.MANAGE_SITES)
def confirm_delete(site_id: int) -> Any:
    site = services.find_own(current_user, site_id)
    services.require(current_user, site, services.Operation.DELETE)
    return show_delete(site, DeleteSiteForm())


def show_delete(site: Site, form: DeleteSiteForm) -> str:
    return show_piece("sites/_delete.html", site_page(site), form=form, signed=packs.count_signed(site))


@bp.post("/<id:site_id>/delete")
@may(Right.MANAGE_SITES)
def delete(site_id: int) -> Any:
    site = services.find_own(current_user, site_id)
    form = DeleteSiteForm()
    if not form.validate():
        return show_delete(site, form), 422
    try:
        services.delete(current_user, site, form.name.data)
    except Refused as no:
        form.name.errors = [no.why]
        status = 422 if no.code == "name_differs" else 409
        return show_delete(site, form), status
    flash(_("%(site)s is deleted.", site=site.name))
    return leave_to("sites.index")
