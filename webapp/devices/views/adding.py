"""Adding a device by its address: the form, the test that is shown as it goes, the deed.

Both buttons answer with the form in its new state; its connection card polls the probe while it runs.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import NotFound, Refused, TooMany
from webapp.common.htmx import leave_to, show_page, show_part, wants_part
from webapp.common.i18n import _
from webapp.common.tokens import new_token
from webapp.devices.forms import HTTP, HTTPS, NewAddressForm
from webapp.devices.models import Probe
from webapp.devices.models.probe import Intent
from webapp.devices.rows import probe_view
from webapp.devices.services import adding, probing
from webapp.devices.views import bp
from webapp.sites.models import Site

PAGE, FORM = "devices/new_address.html", "devices/_new_address.html"


@bp.get("/sites/<id:site_id>/devices/new")
@may(Right.MANAGE_DEVICES)
def new(site_id: int) -> Any:
    return show_page("devices/new.html", site=adding.find_site(current_user, site_id))


@bp.get("/sites/<id:site_id>/devices/new/address")
@may(Right.MANAGE_DEVICES)
def new_address(site_id: int) -> Any:
    site, probe = adding.find_site(current_user, site_id), None
    form = NewAddressForm(formdata=None, key=new_token(), name=request.args.get("name", "")[:128])
    if token := request.args.get("probe", ""):
        probe = probing.find(current_user, token)
        form = NewAddressForm(formdata=None, data=probe.fields | {"probe": probe.token})
        if probe.code == "ok" and probe.intent == Intent.ADD:
            flash(_("%(device)s is added.", device=probe.fields["name"]))
            return redirect(url_for("devices.show", device_id=probe.device_id), 303)
    return show_part(PAGE, FORM, site=site, form=form, probe=probe_view(probe))


@bp.post("/sites/<id:site_id>/devices/new/address/test")
@may(Right.MANAGE_DEVICES)
def test_address(site_id: int) -> Any:
    """Test connection, as typed or with the one change that the advice's button makes."""
    site, form = adding.find_site(current_user, site_id), read_form()
    take_advice(form)
    if not form.validate_for_test():
        return show_part(PAGE, FORM, site=site, form=form, probe=None), 422
    try:
        adding.require_free(current_user, form.data["host"], form.data["port"], site.id)
        return start(site, form, Intent.TEST)
    except Refused as no:
        return refuse(site, form, no), 409


@bp.post("/sites/<id:site_id>/devices/new/address")
@may(Right.MANAGE_DEVICES)
def add_address(site_id: int) -> Any:
    """Add device: at once when this login has been tested, else after a test of its own; or save anyway."""
    site, form = adding.find_site(current_user, site_id), read_form()
    if not form.validate():
        return show_part(PAGE, FORM, site=site, form=form, probe=None), 422
    typed = form.data
    if again := adding.added_already(current_user, form.key.data):
        if (again.host, again.port) == (typed["host"], typed["port"]):
            return leave_to("devices.show", device_id=again.id)
        form.key.data = typed["key"] = new_token()  # Back has brought this form again, for another device
    try:
        adding.require_free(current_user, typed["host"], typed["port"], site.id)
        return add(site, form)
    except Refused as no:
        return refuse(site, form, no), 409


def refuse(site: Site, form: NewAddressForm, no: Refused) -> str:
    """The form with the reason, and the way to the device that has the address already."""
    (form.host.errors if no.code == "duplicate" else form.form_errors).append(no.why)
    return show_part(PAGE, FORM, site=site, form=form, probe=None, other=no.facts.get("device_id"))


def add(site: Site, form: NewAddressForm) -> Any:
    typed, anyway = form.data, bool(request.form.get("anyway"))
    known = probing.known(current_user, typed)
    if anyway and not known:
        known = tested(form)
    if known and (known.code == "ok" or (anyway and known.code in adding.MAY_WAIT)):
        device = adding.store(current_user, site.id, typed, known.code, known.learnt)
        flash(_("%(device)s is added.", device=device.name))
        return leave_to("devices.show", device_id=device.id)
    if known and known.code != "ok":
        return show_form(site, form, known), 422
    return start(site, form, Intent.ADD)


def tested(form: NewAddressForm) -> Probe | None:
    """The probe that the form shows, if it is of just what is typed: what "Save anyway" is said about."""
    probe = Probe.find(form.probe.data or "")
    if probe is None or probe.account_id != current_user.id or not probe.code:
        return None
    return probe if probe.login_key == probing.key_of(current_user.company_id, form.data) else None


def start(site: Site, form: NewAddressForm, intent: Intent) -> Any:
    try:
        probe = probing.start(current_user, site, intent, form.data)
    except TooMany as no:
        form.form_errors = [no.why]
        page = show_part(PAGE, FORM, site=site, form=form, probe=None)
        return page, 429, {"Retry-After": str(no.retry_after)}
    if intent == Intent.ADD and probe.intent == Intent.TEST and probe.code:
        return add(site, form)  # the test has ended at this very moment, so this login is known
    if wants_part():
        return show_form(site, form, probe)
    return redirect(url_for("devices.new_address", site_id=site.id, probe=probe.token), 303)


def show_form(site: Site, form: NewAddressForm, probe: Probe) -> str:
    form.probe.data = probe.token
    return show_part(PAGE, FORM, site=site, form=form, probe=probe_view(probe))


def read_form() -> NewAddressForm:
    """The form with the password that its last test keeps, for whoever left the field empty since."""
    form = NewAddressForm()
    form.key.data = form.key.data or new_token()
    try:
        probe = probing.find(current_user, form.probe.data or "")
        form.kept_password = probe.password if probing.still_keeps_password(probe) else ""
    except NotFound:
        pass
    return form


def take_advice(form: NewAddressForm) -> None:
    """Put the change of an advice's button into the form."""
    port = request.form.get("use_port", "")
    if port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536:
        form.set_port(int(port[:6]))
        form.https.data = form.port.data == HTTPS
    if request.form.get("use_https"):
        form.https.data = True
        form.set_port(HTTPS if form.port.data == HTTP else form.port.data or HTTPS)
    if request.form.get("use_http"):
        form.https.data = False
