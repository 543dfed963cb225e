"""Labels for a whole site, all its devices in one code, and the code of its cabinet."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_login import current_user

from webapp.accounts.guard import may, me
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused, TooMany
from webapp.common.htmx import show_page
from webapp.common.text import file_name
from webapp.common.urls import base
from webapp.devices.models import Device
from webapp.handover.services import looking
from webapp.qr import words
from webapp.qr.forms import LabelsForm
from webapp.qr.models import devices_of
from webapp.qr.services import images, labels
from webapp.qr.services.labels import Content
from webapp.qr.views import bp
from webapp.qr.views.codes import answer, ask_again, send_code
from webapp.sites.models import Site


def show_form(site: Site, form: LabelsForm) -> str:
    looking.note(me(), site)
    listed = devices_of(site)
    return show_page("qr/labels.html", site=site, form=form, listed=listed, hints=words.CONTENT_HINTS)


@bp.get("/sites/<id:site_id>/labels")
@may(Right.MANAGE_DEVICES)
def choose_labels(site_id: int) -> Any:
    site = labels.find_site(current_user, site_id)
    form = LabelsForm(formdata=None)
    form.devices.data = [device.id for device in devices_of(site)]
    return show_form(site, form)


@bp.post("/sites/<id:site_id>/labels")
@may(Right.MANAGE_DEVICES)
def print_labels(site_id: int) -> Any:
    site = labels.find_site(current_user, site_id)
    form = LabelsForm()
    form.made_of = devices_of(site, form.devices.data)
    if not form.validate():
        return show_form(site, ask_again(form)), 422
    try:
        made_of = labels.chosen(site, form.devices.data, addressed=form.is_sealed)
        return show_labels(site, form, made_of)
    except (Refused, TooMany) as no:
        (form.stock.errors if isinstance(no, Refused) and no.code == "too_fine" else form.form_errors).append(no.why)
        return answer(show_form(site, ask_again(form)), no)


def show_labels(site: Site, form: LabelsForm, made_of: list[Device]) -> str:
    """The printed page. Raises Refused, TooMany."""
    looking.note(me(), site)
    secret, is_new = form.secret()
    page: dict[str, Any] = {"site": site, "day": words.day, "password": secret if is_new else None}
    if secret is None:
        made = labels.of_pages(current_user, made_of, base())
    elif form.content.data == Content.ALL:
        parts = labels.of_all(current_user, made_of, secret, form.days.data)
        shown = [(part, images.svg(part.text), images.data_uris(part.text)) for part in parts]
        return show_page("qr/all.html", parts=shown, save_as=file_name("QR", site.name), **page)
    else:
        made = labels.of_codes(current_user, made_of, form.sheet, secret, form.days.data)
    papers = list(labels.papers(made, form.sheet, form.start.data))
    return show_page("qr/sheet.html", papers=papers, stock=form.stock.data, sheet=form.sheet, **page)


@bp.get("/sites/<id:site_id>/cabinet")
@may(Right.MANAGE_DEVICES)
def cabinet(site_id: int) -> Any:
    """The code for the site's cabinet: it leads to the site's page, after signing in."""
    site = labels.find_site(current_user, site_id)
    url = url_of(site)
    return show_page("qr/cabinet.html", site=site, url=url, svg=images.svg(url))


def url_of(site: Site) -> str:
    return f"{base()}{url_for('sites.show', site_id=site.id)}"


@bp.get("/sites/<id:site_id>/cabinet.<kind>")
@may(Right.MANAGE_DEVICES)
def cabinet_image(site_id: int, kind: str) -> Response:
    """The same as a file, `kind` png or svg."""
    site = labels.find_site(current_user, site_id)
    return send_code(url_of(site), kind, file_name("QR", site.name))
