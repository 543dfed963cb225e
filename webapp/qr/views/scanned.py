"""The devices that were read from a code, or come by a link: a list to tick, each on its way into a site."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import NotFound
from webapp.common.htmx import go_on_to, leave_to, show_part, wants_part
from webapp.common.i18n import _
from webapp.devices.forms import NewAddressForm
from webapp.devices.models import Device, Probe
from webapp.devices.rows import probe_view
from webapp.devices.services import adding
from webapp.qr.forms import SiteForm
from webapp.qr.record import DeviceRecord
from webapp.qr.services import scanning, taking
from webapp.qr.services.scanning import Scanned
from webapp.qr.views import bp
from webapp.sites import services as sites

PAGE, LIST, DEVICE = "qr/scanned.html", "qr/_scanned.html", "qr/_scanned_device.html"


@dataclass(slots=True)
class Item:
    """A device of the list: its form, what speaks against it, how far its adding is."""

    number: int
    record: DeviceRecord
    form: NewAddressForm
    ticked: bool
    device: Device | None  # once it is added
    probe: dict[str, Any] | None  # the latest one, while it runs and when it failed
    url: str  # of this piece of the page
    against: list[str] = field(default_factory=list)
    other: int | None = None  # the device that has its address
    namesake: bool = False  # at the site that is chosen

    @property
    def is_running(self) -> bool:
        return bool(not self.device and self.probe and self.probe["running"])

    @property
    def is_open(self) -> bool:
        return not self.device and not self.is_running


def items_of(found: Scanned) -> list[Item]:
    return [item_of(found, number) for number in range(len(found.devices))]


def item_of(found: Scanned, number: int) -> Item:
    record, form = found.devices[number], form_of(found, number)
    probe = Probe.find(found.row.begun.get(str(number), ""))  # once, for it may end at any moment
    item = Item(
        number=number,
        record=record,
        form=form,
        ticked=is_ticked(number),
        device=added(found, number, probe),
        probe=running_or_failed(probe),
        url=url_for("qr.scanned_device", token=found.token, place_id=number),
    )
    form.validate()
    if item.is_open:
        note_objections(found, item)
    if request.method == "GET" or not item.ticked:
        form.password.errors = []  # nobody has been asked yet
    return item


def is_ticked(number: int) -> bool:
    """All are at first; "Try again" is about its own device alone."""
    again = request.form.get("again")
    return request.method == "GET" or str(number) in ([again] if again else request.form.getlist("tick"))


def form_of(found: Scanned, number: int) -> NewAddressForm:
    """What stands in the code and what was typed beside it, as a form of adding by address."""
    record, prefix = found.devices[number], f"d{number}-"
    given = {
        "name": request.form.get(f"{prefix}name", record.name),
        "host": record.host,
        "port": str(record.port),
        "https": "y" if record.https else "",
        "username": record.username,
        "password": record.password or request.form.get(f"{prefix}password", ""),
        "key": found.key(number),
    }
    fields = MultiDict({prefix + name: text for name, text in given.items()})
    return NewAddressForm(formdata=fields, prefix=prefix, meta={"csrf": False})


def added(found: Scanned, number: int, probe: Probe | None) -> Device | None:
    """What has come of it; a second tap is shown the device that the first one has added."""
    came = Device.of(current_user, probe.device_id) if probe and probe.code == "ok" and probe.device_id else None
    return adding.added_already(current_user, found.key(number)) or came


def running_or_failed(probe: Probe | None) -> dict[str, Any] | None:
    """The device's latest probe; an ended one that is well has given a device, or that is gone by now."""
    view = probe_view(probe)
    if view and view["code"] == "link_gone":
        view["advice"] = {"title": _("The link cannot be used any more."), "text": _("Ask for a new one.")}
    return view if view and view["code"] != "ok" else None


def note_objections(found: Scanned, item: Item) -> None:
    form, site_id = item.form, found.row.site_id
    item.against = [*form.host.errors, *form.port.errors, *form.username.errors]
    if no := taking.against(current_user, site_id, item.record):
        item.against.append(no.why)
        item.other = no.facts.get("device_id")
    item.namesake = not item.against and taking.is_name_taken(site_id, form.name.data)
    if request.method == "GET" and item.against and len(found.devices) > 1:
        item.ticked = False  # it can be ticked all the same


def show_list(found: Scanned, form: SiteForm, items: list[Item]) -> str:
    running = any(item.is_running for item in items)
    context = {"scanned": found, "form": form, "items": items, "running": running}
    return show_part(PAGE, LIST, **context)


def site_form(found: Scanned, **more: Any) -> SiteForm:
    return offered(found.row.site_id, bool(found.link), **more)


def offered(site_id: int | None, by_link: bool, **more: Any) -> SiteForm:
    """The choice of a site, made already where there is but one."""
    sites_for = taking.sites_for(current_user, by_link)
    form = SiteForm(site=site_id or (sites_for[0][0] if len(sites_for) == 1 else 0), **more)
    form.offer(sites_for)
    return form


@bp.get("/scan/<token>")
@may(Right.MANAGE_DEVICES)
def scanned(token: str) -> Any:
    found = scanning.find(current_user, token)
    return show_list(found, site_form(found, formdata=None), items_of(found))


@bp.get("/scan/<token>/<id:place_id>")
@may(Right.MANAGE_DEVICES)
def scanned_device(token: str, place_id: int) -> Any:
    """One device of the list as it is now; one that was alone leads on to its page when it is added."""
    found = scanning.find(current_user, token)
    if place_id >= len(found.devices):
        raise NotFound
    item = item_of(found, place_id)
    if item.device and len(found.devices) == 1:
        flash(_("%(device)s is added.", device=item.device.name))
        return leave_to("devices.show", device_id=item.device.id)
    if wants_part():
        return show_part("", DEVICE, item=item, scanned=found)
    return show_list(found, site_form(found, formdata=None), items_of(found))


@bp.post("/scan/<token>")
@may(Right.MANAGE_DEVICES)
def add_scanned(token: str) -> Any:
    found = scanning.find(current_user, token)
    form, items = site_form(found), items_of(found)
    chosen = [item for item in items if item.ticked and item.is_open]
    if not chosen and any(item.ticked for item in items):  # a second tap: what was ticked has begun
        return leave_to("qr.scanned", token=token)
    form.validate()
    if not chosen:
        form.form_errors = [_("Tick at least one device.")]
    form.form_errors = [*form.form_errors, *faults(chosen)]
    if form.errors:
        return show_list(found, form, items), 422
    return begin(found, form, {item.number: item.form.data for item in chosen})


def faults(items: list[Item]) -> list[str]:
    """What is wrong in the fields, with the device's name before it."""
    wrong = [(item, field) for item in items for field in item.form if field.errors]
    return [f"{item.record.name}: {message}" for item, field in wrong for message in field.errors]


def begin(found: Scanned, form: SiteForm, typed: dict[int, dict[str, Any]]) -> Any:
    site = sites.find(current_user, form.site.data)
    outcome = taking.add(current_user, site, found, typed)
    if not outcome.refused and not outcome.too_many:
        return go_on_to("qr.scanned", token=found.token)
    found = scanning.find(current_user, found.token)
    items = items_of(found)
    for number, no in outcome.refused.items():
        items[number].against += [no.why] if no.why not in items[number].against else []
    if not outcome.too_many:
        return show_list(found, form, items), 409
    form.form_errors = [outcome.too_many.why]
    return show_list(found, form, items), 429, {"Retry-After": str(outcome.too_many.retry_after)}
