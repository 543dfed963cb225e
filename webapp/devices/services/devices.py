"""What may be done with a device that we have: its connection, its end (E1–E12)."""

from __future__ import annotations

import json
from typing import Any

from peewee import IntegrityError

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock, vault
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.passwords import strength
from webapp.common.signals import device_exchanged, device_leaving
from webapp.db import transaction
from webapp.devices.models import Device, DeviceState, Mode, Probe, Status
from webapp.devices.models.device import all_sealed
from webapp.devices.models.probe import Intent
from webapp.devices.services import adding, pauses, probing, states
from webapp.devices.services.monitoring import require_monitoring
from webapp.protocols.signing import FEWEST_LEFT
from webapp.sites import services as sites
from webapp.sites.models import SiteStatus

CONNECTION = ("host", "port", "https", "username")  # with the password: what a login is made of


def find(by: Principal, device_id: int) -> Device:
    """The device, if its site is one that this person sees.

    Raises NotFound; Refused where its owner forbids it, and for end users while its service is paused.
    """
    device = Device.of(by, device_id)
    if device is None:
        pauses.require_told(by, device_id)
        raise NotFound
    sites.require_open(by, device.site)
    return device


def may_manage(by: Principal, device: Device) -> bool:
    return sites.may_manage_devices(by, device.site)


def changer(by: Principal, device: Device) -> str:
    """Who changed it last, as this person may know them: of another company's people no more than the company."""
    account = device.changed_by
    if account is None:
        return ""
    if account.company_id == by.company_id:
        return str(account.name)
    company = account.company.name
    return company if sites.is_shared_with(by, device.site) else f"{account.name} ({company})"


def require_by_address(device: Device) -> None:
    """Raise Refused for a device added in any other way (E1)."""
    if device.mode != Mode.IP_DOMAIN:
        raise Refused(_("Only a device added by IP address or domain name has an address that can be edited."))


def changes(device: Device, typed: dict[str, Any]) -> list[str]:
    """Names of the fields in which what is typed differs; a blank password keeps the old one (E2)."""
    changed = [name for name in ("name", *CONNECTION) if getattr(device, name) != typed[name]]
    return changed + (["password"] if typed["password"] else [])


def edit_address(by: Principal, device: Device, typed: dict[str, Any], version: int) -> Probe | None:
    """Change how a device is called and reached, and check it at once when the connection of a monitored one changed.

    `version` is that of the form: somebody else's change in between is refused with `code` "changed_meanwhile" (E4);
    "unchanged" when there is nothing to save (E5). Gives the check that began, if one did. Raises Refused, TooMany.
    """
    require_by_address(device)
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    changed = changes(device, typed)
    if not changed:
        raise Refused(_("Nothing to save: nothing has been changed."), "unchanged")
    if device.version != version:
        raise changed_meanwhile()
    elsewhere = {"host", "port"} & set(changed)
    if elsewhere:
        adding.require_free(by, typed["host"], typed["port"], device.site_id, but=device.id)
    if elsewhere or ("https" in changed and not typed["https"]):  # or seen on the way to the same place
        require_own_password(by, device, typed)
    checked = changed != ["name"] and device.health_monitoring
    if checked:
        probing.require_turn(by)
    try:
        with transaction():
            write_address(by, device, typed, changed)
            probe, fresh = begin_check(by, find(by, device.id)) if checked else (None, False)
    except IntegrityError as error:
        adding.require_free(by, typed["host"], typed["port"], device.site_id, but=device.id)
        raise changed_meanwhile() from error
    if probe and fresh:
        probing.launch(probe)
    return probe


def require_own_password(by: Principal, device: Device, typed: dict[str, Any]) -> None:
    """Raise Refused when another company's password would be sent to another place than where it was for."""
    if typed["password"]:
        return
    if device.received:
        why = _("The device was handed to you by a link, and its password is for the present address alone. Type one.")
        raise Refused(why, "password_needed")
    if sites.is_shared_with(by, device.site):
        why = _("The site is shared with your company, and the password is for the present address alone. Type one.")
        raise Refused(why, "password_needed")


def changed_meanwhile() -> Refused:
    return Refused(_("Somebody else has changed this device meanwhile."), "changed_meanwhile")


def write_address(by: Principal, device: Device, typed: dict[str, Any], changed: list[str]) -> None:
    sites.hold(by, device.site_id, sites.Operation.MANAGE_DEVICES)
    Device.locked(device.id)  # before its state, in the order in which checks take both
    now = clock.now()
    values: dict[str, Any] = {name: typed[name] for name in ("name", *CONNECTION)}
    device.name, device.host, device.port = typed["name"], typed["host"], typed["port"]
    values |= {"search": device.searchable(), "changed_at": now, "changed_by": by.id}
    if changed != ["name"]:
        values["connection_version"] = device.connection_version + 1
        DeviceState.set(device.id, now, Status.CHECKING)
    if {"host", "port", "https"} & set(changed):
        device_exchanged.send(device)
    if {"host", "port"} & set(changed):
        values |= {"pin": "", "received": 0}  # another place: its key is met for the first time, and nobody gave it
    if typed["password"]:
        verdict = strength(typed["password"], typed["username"]).verdict
        sealed = device.seal_password(typed["password"])
        values |= {"password_sealed": sealed, "password_strength": verdict, "password_set_at": now}
    if not Device.move_on(device.id, device.version, **values):
        raise changed_meanwhile()
    audit.record(by, "device.edited", device, changed)


def begin_check(by: Principal, device: Device) -> tuple[Probe | None, bool]:
    """The check of a new connection, and whether it is to be launched; none for a login whose answer is known.

    Inside the transaction that writes the connection: whoever reads that sees that it is asked about already, or
    refused, and sends no password of their own (decision 10).
    """
    typed = connection_of(device)
    before = probing.known(by, typed)
    if before and before.code in {"wrong_password", "locked"}:
        states.keep(device.id, before.code, before.learnt)
        return None, False
    return probing.begin(by, device.site, Intent.CHECK, typed, device)


def check(by: Principal, device: Device) -> Probe:
    """A person wants to know now: ask the device, whatever is known. Raises Refused, TooMany."""
    probe, fresh = prepare_check(by, device)
    if fresh:
        probing.launch(probe)
    return probe


def prepare_check(by: Principal, device: Device) -> tuple[Probe, bool]:
    """The same inside a transaction: the check, and whether it is to be launched afterwards."""
    require_by_address(device)
    require_monitoring(device)
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    typed = connection_of(device)
    if before := probing.refused_before(by, typed):
        states.keep(device.id, before.code, before.learnt)
        probing.refuse_again()
    if is_near_lock(DeviceState.of(device.id)):
        probing.refuse_again()
    return probing.begin(by, device.site, Intent.CHECK, typed, device)


def is_near_lock(state: DeviceState | None) -> bool:
    """Whether the device has lately refused this very password and said that few tries are left (Z22)."""
    if state is None or state.reason != "wrong_password" or state.tries_left is None or state.checked_at is None:
        return False
    return state.tries_left <= FEWEST_LEFT and clock.now() - state.checked_at < probing.KNOWN_FOR


def connection_of(device: Device) -> dict[str, Any]:
    return {name: getattr(device, name) for name in (*CONNECTION, "pin", "password")}


def accept_key(by: Principal, device: Device, key: str) -> Probe:
    """Trust the changed certificate that a person has looked at, and check at once (Z21). Raises Refused."""
    require_by_address(device)
    require_monitoring(device)
    sites.require(by, device.site, sites.Operation.PASS_ON)
    state = DeviceState.of(device.id)
    if not state or not key or state.seen_key != key:
        raise Refused(_("The device shows another certificate by now. Check again, then compare."), "key_differs")
    if device.pin == key:  # accepted already, as by a double tap
        return check(by, device)
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.PASS_ON)
        if not Device.note(device.id, device.connection_version, pin=key):
            raise changed_meanwhile()
        audit.record(by, "device.certificate_accepted", device)
    return check(by, find(by, device.id))


def accept_replacement(by: Principal, device: Device, serial: str) -> Probe | None:
    """Take the device that answers now for this one, and check it at once: `serial` is that which a person has seen.

    None when it was taken already, as after a double tap. Raises Refused, TooMany.
    """
    require_by_address(device)
    require_monitoring(device)
    sites.require(by, device.site, sites.Operation.PASS_ON)
    probing.require_turn(by)
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.PASS_ON)
        if not write_replacement(device, serial):
            return None
        audit.record(by, "device.replaced", device, ["serial", "model"])
    return check(by, find(by, device.id))


def stranger(state: DeviceState | None) -> dict[str, str]:
    """Serial number and model of the device that answers in place of ours, as far as it told them."""
    return dict(json.loads(state.facts)) if state and state.status == Status.OTHER_DEVICE else {}


def write_replacement(device: Device, serial: str) -> bool:
    """Take over what the stranger has told of itself: False when that was done already. Raises Refused, NotFound."""
    current, said = Device.locked(device.id), stranger(DeviceState.of(device.id))
    if current is None:
        raise NotFound
    if serial and current.serial == serial:
        return False
    if not serial or said.get("serial") != serial:
        raise Refused(_("Another device answers by now. Check again, then compare."), "serial_differs")
    values = {"serial": serial, "model": said.get("model") or current.model, "firmware": ""}
    for name, text in values.items():
        setattr(current, name, text)
    Device.note(current.id, current.connection_version, search=current.searchable(), **values)
    DeviceState.set(current.id, clock.now(), Status.CHECKING)
    device_exchanged.send(current)
    return True


def deletion_refusal(by: Principal, device: Device) -> str:
    """Why this device cannot be deleted now; "" when it can (S19, E10)."""
    if device.mode != Mode.IP_DOMAIN and device.site.status == SiteStatus.AUTHORIZED:
        return _("Not possible while the site is authorized. Ask the owner to end the authorization first.")
    try:
        sites.require(by, device.site, sites.Operation.PASS_ON)
    except Refused as no:
        return no.why
    return ""


def delete(by: Principal, device: Device) -> None:
    """Forget a device and all that hangs on it; a check that is under way finds nobody to tell. Raises Refused."""
    if why := deletion_refusal(by, device):
        raise Refused(why, "site_authorized")
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.PASS_ON)
        forget(by, device)


def forget(by: Principal, device: Device) -> None:
    """Within the caller's transaction, which holds the site. Raises NotFound for one that is gone."""
    device_leaving.send(device, by=by)
    Probe.forget(device.id, device.site.company_id, device.host, device.port)
    if not device.delete_instance():
        raise NotFound
    audit.record(by, "device.deleted", device)


def reseal_all() -> tuple[int, list[str]]:
    """Seal every stored password with the newest key: how many, and the names of devices whose password does not open.

    Passwords of running tests are forgotten.
    """
    total, damaged = 0, []
    for batch in all_sealed():
        for device in (device for device in batch if not vault.is_current(device.password_sealed)):
            try:
                total += Device.reseal(device.id, device.password_sealed, device.seal_password(device.password))
            except vault.Broken:
                damaged.append(device.name)
    Probe.wipe_all()
    return total, damaged
