"""What health monitoring does when a lower room tells that something is about to happen."""

from __future__ import annotations

from typing import Any

from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.common.signals import device_exchanged, device_missed
from webapp.devices.models import Device
from webapp.health.models import DeviceFindings
from webapp.health.services import rollup


@device_missed.connect
def count_it(_device: Device, **_more: Any) -> None:
    """An engine that lives asks again, tells after three misses, and knows whether the trouble is our own (H8)."""
    if rollup.engine_lives():
        raise Refused(_("It is told offline after three checks without an answer."), "counting")


@device_exchanged.connect
def forget_findings(device: Device, **_more: Any) -> None:
    """What the device before told of its disks, cameras, clock and start is not said of this one."""
    DeviceFindings.forget(device.id)
