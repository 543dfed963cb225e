"""Health monitoring of a device: on or off, and what asks for it to be on (H1–H3, S6b)."""

from __future__ import annotations

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models import Device
from webapp.sites import services as sites


def require_monitoring(device: Device) -> None:
    """Raise Refused (`monitoring_off`) for a device that nobody is to check now."""
    if not device.health_monitoring:
        raise Refused(_("Turn on health monitoring to check the device."), "monitoring_off")


def switch(by: Principal, device: Device, on: bool) -> bool:
    """Turn it on or off: False when it was so already, as after a double tap. Raises Refused, NotFound."""
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.MANAGE_DEVICES)
        current = Device.locked(device.id)
        if current is None:
            raise NotFound
        if current.health_monitoring == on:
            return False
        Device.note(device.id, current.connection_version, health_monitoring=on)
        audit.record(by, "device.monitoring_on" if on else "device.monitoring_off", device)
    return True
