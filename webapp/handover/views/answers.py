"""What an owner decides: answering what is asked, letting a company look after a site, ending that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash

from webapp.accounts import guard
from webapp.accounts.guard import for_owners
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.common.htmx import leave_to, show_part
from webapp.common.i18n import _
from webapp.devices.services import pauses
from webapp.handover.models import AccessRequest
from webapp.handover.services import asked, authorization, holding, owned, rental, requests
from webapp.handover.views import bp
from webapp.handover.views.owner import own_site
from webapp.owners.forms import AnswerForm, LongerForm, ReleaseForm, SpanForm
from webapp.sites.models import Site

REQUEST, CONFIRM = "owners/request.html", "handover/asking.html"


def answer_form(question: asked.Question, **given: Any) -> AnswerForm:
    form = AnswerForm(**given)
    form.offer(question.spans)
    return form


def show_request(request: AccessRequest, form: AnswerForm | None = None) -> str:
    question = asked.read(request)
    form = form or answer_form(question, formdata=None)
    return show_part(REQUEST, "owners/_request.html", question=question, form=form)


@bp.get("/requests/<id:request_id>")
@for_owners
def question(request_id: int) -> Any:
    """One of them, with all that is to be said of it."""
    return show_request(requests.find_open(guard.me(), request_id))


@bp.post("/requests/<id:request_id>/grant")
@for_owners
def allow(request_id: int) -> Any:
    found = requests.find_open(guard.me(), request_id)
    question = asked.read(found)
    form = answer_form(question)
    if question.span and not form.validate():
        return show_request(found, form), 422
    try:
        requests.grant(guard.me(), found, hours_of(form.hours.data if question.span else "asked"))
    except Refused as no:
        form.form_errors = [no.why]
        return show_request(found, form), 409
    return answered(found, _("Allowed."))


def hours_of(chosen: str) -> int | requests.Unchanged | None:
    """What a form brings, as the services take it: 0 is for good."""
    return requests.UNCHANGED if chosen == "asked" else int(chosen) or None


@bp.post("/requests/<id:request_id>/decline")
@for_owners
def refuse(request_id: int) -> Any:
    found = requests.find_open(guard.me(), request_id)
    requests.decline(guard.me(), found)
    return answered(found, _("Not allowed."))


def answered(request: AccessRequest, message: str) -> Any:
    flash(message)
    return leave_to("sites.show", site_id=request.site_id)


def done(site: Site, message: str) -> Any:
    flash(message)
    return leave_to("sites.show", site_id=site.id)


@bp.get("/sites/<id:site_id>/authorize")
@for_owners
def show_authorize(site_id: int) -> Any:
    return show_part(CONFIRM, "owners/_authorize.html", site=own_site(site_id), form=SpanForm(formdata=None))


@bp.post("/sites/<id:site_id>/authorize")
@for_owners
def authorize(site_id: int) -> Any:
    site, form = own_site(site_id), SpanForm()
    if not form.validate():
        return show_part(CONFIRM, "owners/_authorize.html", site=site, form=form), 422
    hours = int(form.hours.data)
    authorization.authorize(guard.me(), site, clock.now() + timedelta(hours=hours) if hours else None)
    return done(site, _("The company looks after your site from now on."))


@bp.get("/sites/<id:site_id>/revoke")
@for_owners
def show_revoke(site_id: int) -> Any:
    site = own_site(site_id)
    return show_part(CONFIRM, "owners/_revoke.html", site=site, paused=pauses.at_site(guard.me(), site))


@bp.post("/sites/<id:site_id>/revoke")
@for_owners
def revoke(site_id: int) -> Any:
    site = own_site(site_id)
    authorization.revoke(guard.me(), site)
    return done(site, _("The company may do nothing at your site any more."))


@bp.get("/sites/<id:site_id>/extend")
@for_owners
def show_extend(site_id: int) -> Any:
    site = own_site(site_id)
    shown = owned.access_page(guard.me(), site)
    return show_part(CONFIRM, "owners/_extend.html", site=site, form=LongerForm(formdata=None), **shown)


@bp.post("/sites/<id:site_id>/extend")
@for_owners
def extend(site_id: int) -> Any:
    site, form = own_site(site_id), LongerForm()
    if not form.validate():
        shown = owned.access_page(guard.me(), site)
        return show_part(CONFIRM, "owners/_extend.html", site=site, form=form, **shown), 422
    authorization.extend(guard.me(), site, int(form.hours.data) or None, form.seen_end)
    return done(site, _("They have more time now."))


@bp.get("/permissions/<id:permission_id>")
@for_owners
def permitted(permission_id: int) -> Any:
    return show_permission(permission_id, LongerForm(formdata=None))


def show_permission(permission_id: int, form: LongerForm) -> str:
    found = authorization.found(guard.me(), permission_id)
    site = found.device.site
    holding.require_owner(guard.me(), site)
    return show_part(CONFIRM, "owners/_permission.html", site=site, one=owned.row(found, site), form=form)


@bp.post("/permissions/<id:permission_id>/extend")
@for_owners
def extend_permission(permission_id: int) -> Any:
    form = LongerForm()
    if not form.validate():
        return show_permission(permission_id, form), 422
    found = authorization.found(guard.me(), permission_id)
    authorization.extend(guard.me(), found, int(form.hours.data) or None, form.seen_end)
    return done(found.device.site, _("They have more time now."))


@bp.post("/permissions/<id:permission_id>/revoke")
@for_owners
def revoke_permission(permission_id: int) -> Any:
    found = authorization.revoke_permission(guard.me(), permission_id)
    return done(found.device.site, _("They may not do this any more."))


@bp.get("/sites/<id:site_id>/release-company")
@for_owners
def show_part_from(site_id: int) -> Any:
    return show_release(own_site(site_id), ReleaseForm(formdata=None))


def show_release(site: Site, form: ReleaseForm) -> str:
    leaving = rental.leaving(guard.me(), site)
    return show_part(CONFIRM, "owners/_release.html", site=site, form=form, leaving=leaving)


@bp.post("/sites/<id:site_id>/release-company")
@for_owners
def part_from(site_id: int) -> Any:
    site, form = own_site(site_id), ReleaseForm()
    right = form.validate()
    if right and form.name.data.casefold() != site.name.casefold():
        form.name.errors, right = [_("Type the name exactly as it stands here: %(name)s", name=site.name)], False
    if not right:
        return show_release(site, form), 422
    company = site.company.name if site.company_id else ""
    authorization.release_company(guard.me(), site)
    return done(site, _("%(company)s no longer has access.", company=company))
