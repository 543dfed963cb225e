"""What sort of device it is, where it has not told or was contradicted (E6, E7)."""

from __future__ import annotations

from typing import Any

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models import Device, Mode
from webapp.devices.services.devices import changed_meanwhile
from webapp.protocols.isapi.kinds import ENCODING, Kind
from webapp.sites import services as sites


def may_set_type(device: Device) -> bool:
    """A type that was recognised stays; one that was not, or was chosen by hand, can be set again (E6, E7)."""
    return device.type_by_hand or device.type == Kind.UNKNOWN


def set_type(by: Principal, device: Device, kind: str) -> None:
    """Say what sort of device it is. Raises Refused."""
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    if not may_set_type(device):
        raise Refused(_("This device has told its type itself, so it cannot be set by hand."), "type_recognised")
    if device.mode == Mode.IP_DOMAIN and kind not in ENCODING:
        raise Refused(
            _("Devices added by IP address or domain name are cameras and recorders. Choose one of these."),
            "not_encoding",
        )
    if (device.type, device.type_by_hand) != (kind, True):
        write_type(by, device, type=kind, type_by_hand=True)


def write_type(by: Principal, device: Device, **values: Any) -> None:
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.MANAGE_DEVICES)
        if not Device.move_on(device.id, device.version, changed_at=clock.now(), changed_by=by.id, **values):
            raise changed_meanwhile()
        audit.record(by, "device.type_set", device, ["type"])


def take_detected_type(by: Principal, device: Device, keep: bool) -> None:
    """Answer "Detected NVR, keep your choice?": keep it, or take what the device says (E7)."""
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    if not device.type_by_hand or device.type_detected == Kind.UNKNOWN:
        raise Refused(_("There is no other type to choose."), "type_recognised")
    if keep:
        write_type(by, device, type_declined=device.type_detected)
    else:
        write_type(by, device, type=device.type_detected, type_by_hand=False)
