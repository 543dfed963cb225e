"""The switch of health monitoring as a person meets it: what is lost when it goes off, what begins when it goes on."""

from __future__ import annotations

from webapp.accounts.principal import Principal
from webapp.common.errors import Refused, TooMany
from webapp.common.i18n import _
from webapp.devices.models import Device, Mode
from webapp.devices.services import devices, monitoring


def losses() -> list[str]:
    """What a device does without while its monitoring is off (S6b)."""
    return [
        _("Its firmware cannot be upgraded."),
        _("Linkage rules with it become invalid."),
        _("Its exceptions are neither set nor received."),
        _("Its health is not checked."),
    ]


def switch(by: Principal, device: Device, on: bool) -> bool:
    """Turn monitoring on or off; on, the device is checked at once. False when it was so already. Raises Refused."""
    if not monitoring.switch(by, device, on):
        return False
    if on and device.mode == Mode.IP_DOMAIN:
        check_first(by, devices.find(by, device.id))
    return True


def check_first(by: Principal, device: Device) -> None:
    """What forbids a check by hand just now does not keep the monitoring off: the engine comes to it in its turn."""
    try:
        devices.check(by, device)
    except (Refused, TooMany):
        return
