"""The switch of health monitoring as a person meets it: what is lost when it goes off, what begins when it goes on."""

from __future__ import annotations

from webapp.accounts.principal import Principal
from webapp.common.errors import Refused, TooMany
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models import Device, Mode, Probe
from webapp.devices.services import devices, monitoring, permissions, probing


def losses() -> list[str]:
    """What a device does without while its monitoring is off (S6b)."""
    return [
        _("Its firmware cannot be upgraded."),
        _("Linkage rules with it become invalid."),
        _("Its exceptions are neither set nor received."),
        _("Its health is not checked."),
    ]


def switch(by: Principal, device: Device, on: bool) -> bool:
    """Turn monitoring on or off; on, the device is checked at once. False when it was so already. Raises Refused.

    The engine sees the switch together with that check, so the password is sent once.
    """
    probe, fresh = None, False
    permissions.require_configuration(device)
    with transaction():
        if not monitoring.switch(by, device, on):
            return False
        if on and device.mode == Mode.IP_DOMAIN:
            probe, fresh = prepare_first(by, devices.find(by, device.id))
    if probe and fresh:
        probing.launch(probe)
    return True


def prepare_first(by: Principal, device: Device) -> tuple[Probe | None, bool]:
    """What forbids a check by hand just now does not keep the monitoring off: the engine comes to it in its turn."""
    try:
        return devices.prepare_check(by, device)
    except (Refused, TooMany):
        return None, False
