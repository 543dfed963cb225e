"""Adding a device by its address: what is refused, what is kept, exactly once (D1–D14)."""

from __future__ import annotations

from typing import Any

from peewee import IntegrityError

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.accounts.services import people
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.passwords import strength
from webapp.common.signals import device_added
from webapp.db import transaction
from webapp.devices.models import Device, Mode
from webapp.devices.services import states
from webapp.protocols.isapi.kinds import Kind
from webapp.sites import services as sites
from webapp.sites.models import Site

# What "Save anyway" may pass over: the device cannot be reached now, or does not know the password (D9). Never a
# locked login, never an address that policy forbids, never a device of another kind (D6).
MAY_WAIT = {
    "no_such_name",
    "dns_timeout",
    "refused",
    "timeout",
    "no_route",
    "reset",
    "tls",
    "no_key",
    "plain_only",
    "not_web",
    "not_isapi",
    "redirect",
    "too_big",
    "bad_reply",
    "no_digest",
    "wrong_password",
    "low_privilege",
    "unsupported",
    "our_fault",
}


def find_site(by: Principal, site_id: int) -> Site:
    """The site, if this person may add devices to it. Raises NotFound, Refused."""
    return sites.find_for(by, site_id, sites.Operation.MANAGE_DEVICES)


def require_free(
    by: Principal, host: str, port: int, site_id: int, but: int | None = None, received: bool = False
) -> None:
    """Raise Refused when a device is reached at this address already; says no more than the person may know (D10).

    One that is received by another company's link is there already: only the own company's devices count then.
    """
    other = Device.at(host, port, but, by.company_id) or (None if received else Device.at(host, port, but))
    if other is None:
        return
    if other.site_id == site_id:
        raise Refused(_("Already here as %(name)s.", name=other.name), "duplicate", device_id=other.id)
    if Site.of(by, other.site_id):
        text = _("Already added as %(name)s at %(site)s.", name=other.name, site=other.site.name)
        raise Refused(text, "duplicate", device_id=other.id)
    raise Refused(
        _("A device with this address and port has been added already, where you cannot see it."), "duplicate"
    )


def added_already(by: Principal, key: str) -> Device | None:
    """The device that this very form has added before, by a double tap or a retry on bad signal (D13)."""
    device = Device.by_key(key)
    return device if device and Site.of(by, device.site_id) else None


def store(by: Principal, site_id: int, typed: dict[str, Any], code: str, facts: dict[str, Any]) -> Device:
    """Keep a new device with the outcome of its probe as its first state.

    The same form sent twice gives the same device (D13). Raises NotFound, Refused.
    """
    if again := added_already(by, typed["key"]):
        return again
    try:
        with transaction():
            return insert(by, site_id, typed, code, facts)
    except IntegrityError as error:
        if again := added_already(by, typed["key"]):
            return again
        require_free(by, typed["host"], typed["port"], site_id, received=bool(typed.get("received")))
        raise NotFound from error


def insert(by: Principal, site_id: int, typed: dict[str, Any], code: str, facts: dict[str, Any]) -> Device:
    if not by.may(Right.MANAGE_DEVICES):
        raise NotFound
    received = bool(typed.get("received"))
    site = sites.hold(by, site_id, sites.Operation.PASS_ON if received else sites.Operation.MANAGE_DEVICES)
    require_free(by, typed["host"], typed["port"], site_id, received=received)
    said = states.identity(facts) if code == "ok" else {"https": typed["https"]}
    now = clock.now()
    device = Device(
        site=site,
        name=typed["name"],
        mode=Mode.IP_DOMAIN,
        host=typed["host"],
        port=typed["port"],
        username=typed["username"],
        password_strength=strength(typed["password"], typed["username"]).verdict,
        password_set_at=now,
        type=said.get("type_detected", Kind.UNKNOWN),
        changed_at=now,
        changed_by=by.id,
        added_at=now,
        added_key=typed["key"],
        received=by.company_id if received else 0,
        **said,
    )
    device.search = device.searchable()
    device.save(force_insert=True)
    device.password_sealed = device.seal_password(typed["password"])
    device.save(only=[Device.password_sealed])
    states.keep(device.id, code, facts)
    people.note_responsibility(by)
    audit.record(by, "device.added", device, ["name", "host", "port", "https", "username", "password"])
    device_added.send(device, by=by)
    return device
