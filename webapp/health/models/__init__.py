"""What is kept of the checks of devices."""

from webapp.health.models.findings import DeviceFindings, Silence
from webapp.health.models.history import DeviceDay, DeviceHour
from webapp.health.models.lease import EngineLease

__all__ = ["DeviceDay", "DeviceFindings", "DeviceHour", "EngineLease", "Silence"]
