"""What an owner lets the company do with a device beside looking at its state (T7)."""

from __future__ import annotations

from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.devices.models import Device
from webapp.devices.models.permission import DevicePermission, Permission


def has(device: Device, kind: Permission) -> bool:
    """Whether the company may do this now: before the site has an owner it may do everything."""
    return device.site.owner_id is None or DevicePermission.holds(device, kind)


def may_configure(device: Device) -> bool:
    return has(device, Permission.CONFIGURATION)


def require_configuration(device: Device) -> None:
    """Raise Refused (`no_configuration`) where the owner has not given the permission, or it has run out."""
    if not may_configure(device):
        why = _(
            "The owner has not given your company the permission to configure %(device)s. Ask the owner for it.",
            device=device.name,
        )
        raise Refused(why, "no_configuration", site_id=device.site_id)
