"""What a company asks an owner for: authorization, permissions, a site, a password reset (T6, T7, T8, E15)."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_login import current_user

from webapp.accounts.guard import may, me
from webapp.accounts.permissions import ADOPTING, Right
from webapp.common.errors import Refused, TooMany
from webapp.common.htmx import go_on_to, leave_to, show_page, wants_part
from webapp.common.i18n import _, date_and_time
from webapp.devices.services import devices
from webapp.handover import words
from webapp.handover.forms import AuthorizationForm, ExistingSiteForm, PermissionForm, ResetRequestForm, WantedForm
from webapp.handover.models import AccessRequest, Answer, Asked, Wanted
from webapp.handover.services import looking, requests
from webapp.handover.services.standing import standing
from webapp.handover.views import bp
from webapp.handover.views.pieces import choices
from webapp.sites import services as sites
from webapp.sites.models import Site, SiteStatus


def of_site(form: Any, site: Site) -> Any:
    form.zone = site.zone
    return form


def prepare(form: WantedForm, site: Site) -> Any:
    form.there = choices(site)
    return of_site(form, site)


def opened(site: Site, kind: Asked) -> AccessRequest | None:
    """The company's open request of this kind."""
    return next((one for one in requests.open_requests(current_user, site) if one.kind == kind), None)


def described(found: AccessRequest, zone: str) -> dict[str, Any]:
    """An open request as its page shows it."""
    wanted = Wanted.of(found.wanted)
    where = words.devices_of(None if wanted.devices is None else len(wanted.devices))
    long = "" if found.kind == Asked.PASSWORD_RESET else words.how_long(wanted.hours, wanted.until, zone)
    kinds = f"{words.kinds(wanted.kinds)} {where}" if wanted.kinds else ""
    until = date_and_time(found.expires_at, zone)
    what = words.ASKED[Asked(found.kind)]
    return {"request": found, "what": what, "kinds": kinds, "how_long": long, "asked_until": until}


def authorization_page(site: Site, form: AuthorizationForm) -> dict[str, Any]:
    found = opened(site, Asked.AUTHORIZATION)
    asked = described(found, site.zone) if found else None
    return {"site": site, "form": form, "asked": asked, "standing": standing(current_user, site)}


def find_unauthorized(site_id: int) -> Site:
    site = sites.find_own(current_user, site_id)
    if site.status != SiteStatus.OWNED_UNAUTHORIZED:
        why = _("There is nothing to ask for: your company may manage %(site)s.", site=site.name)
        raise Refused(why, "not_needed")
    return site


@bp.get("/sites/<id:site_id>/authorization")
@may(Right.MANAGE_SITES)
def authorization(site_id: int) -> Any:
    """The form, the open request, or what the owner has answered."""
    site = sites.find_own(current_user, site_id)
    if site.status == SiteStatus.AUTHORIZED:
        text = words.allowed_until(site.authorized_until, site.zone)
        return show_page("handover/answered.html", site=site, title=words.ASKED[Asked.AUTHORIZATION], text=text)
    if site.status != SiteStatus.OWNED_UNAUTHORIZED:
        return leave_to("sites.show", site_id=site.id)
    form = of_site(AuthorizationForm(formdata=None), site)
    return show_page("handover/authorization.html", **authorization_page(site, form))


@bp.post("/sites/<id:site_id>/authorization")
@may(Right.MANAGE_SITES)
def ask_authorization(site_id: int) -> Any:
    site = find_unauthorized(site_id)
    form = of_site(AuthorizationForm(), site)
    if not form.validate():
        return show_page("handover/authorization.html", **authorization_page(site, form)), 422
    try:
        requests.ask_authorization(current_user, site, form.reason.data, form.wanted(True))
    except Refused as no:
        form.form_errors = [no.why]
        return show_page("handover/authorization.html", **authorization_page(site, form)), 409
    flash(_("The owner has your request. You see here when it is answered."))
    return go_on_to("handover.authorization", site_id=site.id)


def find_authorized(site_id: int) -> Site:
    site = sites.find_own(current_user, site_id)
    requests.require_authorized(current_user, site)
    return site


def permissions_page(site: Site, form: PermissionForm) -> dict[str, Any]:
    looking.note(me(), site)
    found = opened(site, Asked.PERMISSION)
    asked = described(found, site.zone) if found else None
    page = {"site": site, "form": form, "asked": asked, "standing": standing(current_user, site)}
    return page | {"kinds": words.KINDS, "left": words.left}


@bp.get("/sites/<id:site_id>/permissions")
def permissions(site_id: int) -> Any:
    site = sites.find_own(current_user, site_id)
    if site.status != SiteStatus.AUTHORIZED:
        return leave_to("sites.show", site_id=site.id)
    form = prepare(PermissionForm(formdata=None), site)
    return show_page("handover/permissions.html", **permissions_page(site, form))


@bp.post("/sites/<id:site_id>/permissions")
@may(Right.MANAGE_DEVICES)
def ask_permission(site_id: int) -> Any:
    site = find_authorized(site_id)
    form = prepare(PermissionForm(), site)
    if not form.validate():
        return show_page("handover/permissions.html", **permissions_page(site, form)), 422
    try:
        requests.ask_permission(current_user, site, form.reason.data, form.wanted(False))
    except Refused as no:
        form.form_errors = [no.why]
        return show_page("handover/permissions.html", **permissions_page(site, form)), 409
    flash(_("The owner has your request. You see here when it is answered."))
    return go_on_to("handover.permissions", site_id=site.id)


@bp.post("/requests/<id:request_id>/withdraw")
def withdraw_request(request_id: int) -> Any:
    withdrawn = requests.withdraw(current_user, request_id)
    flash(_("The request is withdrawn."))
    if withdrawn.kind == Asked.ADOPTION:
        return go_on_to("handover.existing" if current_user.may_adopt else "sites.index")
    if withdrawn.device_id:
        return go_on_to("handover.password_reset", device_id=withdrawn.device_id)
    return go_on_to("sites.show", site_id=withdrawn.site_id)


@bp.get("/sites/existing")
@may(*ADOPTING)
def existing() -> Any:
    return show_page("handover/existing.html", form=ExistingSiteForm(formdata=None), **adoptions())


def adoptions() -> dict[str, Any]:
    return {
        "open": [(one, date_and_time(one.expires_at, one.site.zone)) for one in requests.adoptions_of(current_user)]
    }


@bp.post("/sites/existing")
@may(*ADOPTING)
def ask_adoption() -> Any:
    form = ExistingSiteForm()
    if not form.validate():
        return show_page("handover/existing.html", form=form, **adoptions()), 422
    try:
        requests.ask_adoption(current_user, form.code.data, form.reason.data)
    except Refused as no:
        form.code.errors = [no.why]
        return show_page("handover/existing.html", form=form, **adoptions()), 409
    except TooMany as no:
        form.form_errors = [no.why]
        page = show_page("handover/existing.html", form=form, **adoptions())
        return page, 429, {"Retry-After": str(no.retry_after)}
    flash(_("The owner has your request. The site appears in your list once they agree."))
    return go_on_to("handover.existing")


def reset_page(device: Any, form: ResetRequestForm) -> dict[str, Any]:
    looking.note(me(), device.site, device.id, poll="waiting" in request.args)
    last = requests.last_password_reset(current_user, device)
    zone = device.site.zone
    asked = described(last, zone) if last and last.answer == Answer.OPEN else None
    page = {"device": device, "form": form, "asked": asked, "answer": last.answer if last else "", "said": ""}
    if last and last.answered_at and last.answer in {Answer.ACCEPTED, Answer.DECLINED}:
        page["said"] = words.answered(Answer(last.answer), last.answered_by_name, last.answered_at, zone)
    return page


@bp.get("/devices/<id:device_id>/password-reset")
@may(Right.MANAGE_DEVICES)
def password_reset(device_id: int) -> Any:
    """Asked again and again while a request is open: the page comes anew once it is answered."""
    device = devices.find(current_user, device_id)
    if device.site.status != SiteStatus.AUTHORIZED:
        return leave_to("sites.show", site_id=device.site_id)
    page = reset_page(device, ResetRequestForm(formdata=None))
    if wants_part() and "waiting" in request.args:
        return ("", 204) if page["asked"] else leave_to("handover.password_reset", device_id=device.id)
    return show_page("handover/reset.html", **page)


@bp.post("/devices/<id:device_id>/password-reset")
@may(Right.MANAGE_DEVICES)
def ask_password_reset(device_id: int) -> Any:
    device, form = devices.find(current_user, device_id), ResetRequestForm()
    requests.require_authorized(current_user, device.site)
    if not form.validate():
        return show_page("handover/reset.html", **reset_page(device, form)), 422
    try:
        requests.ask_password_reset(current_user, device, form.reason.data)
    except Refused as no:
        form.form_errors = [no.why]
        return show_page("handover/reset.html", **reset_page(device, form)), 409
    flash(_("The owner has your request. You see here when it is answered."))
    return go_on_to("handover.password_reset", device_id=device.id)
