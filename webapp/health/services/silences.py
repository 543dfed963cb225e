"""Maintenance: for some hours what a device does is expected, and nobody is alarmed (E16)."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.db import transaction
from webapp.devices.models import Device
from webapp.health.models import Silence
from webapp.sites import services as sites

HOURS = (1, 4, 8)
LONGEST_REASON = 200  # characters


def of(device: Device) -> Silence | None:
    """The maintenance that goes on now; it ends by itself."""
    return Silence.of(device.id, clock.now())


def begin(by: Principal, device: Device, hours: int, reason: str) -> None:
    """From now on for so many hours, in place of one that goes on. Raises Refused."""
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    now = clock.now()
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.MANAGE_DEVICES)
        Device.locked(device.id)
        Silence.set(
            device.id,
            until=now + timedelta(hours=hours),
            reason=reason,
            by_name=sites.called_at(by, device.site),
            began_at=now,
        )
        audit.record(by, "device.maintenance_begun", device, ["until", "reason"])


def end(by: Principal, device: Device) -> bool:
    """End it now: False when none went on. Raises Refused."""
    sites.require(by, device.site, sites.Operation.MANAGE_DEVICES)
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.MANAGE_DEVICES)
        if not (of(device) and Silence.lift(device.id)):
            return False
        audit.record(by, "device.maintenance_ended", device)
    return True
