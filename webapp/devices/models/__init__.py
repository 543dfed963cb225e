"""Devices, their present state, and the probes that are made of them, as rows."""

from webapp.devices.models.device import Device, Mode, Suspension
from webapp.devices.models.event import DeviceEvent, Happening
from webapp.devices.models.permission import DevicePermission, Permission
from webapp.devices.models.probe import Probe
from webapp.devices.models.state import DeviceState, Status

__all__ = [
    "Device",
    "DeviceEvent",
    "DevicePermission",
    "DeviceState",
    "Happening",
    "Mode",
    "Permission",
    "Probe",
    "Status",
    "Suspension",
]
