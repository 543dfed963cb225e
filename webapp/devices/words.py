"""How types, states and steps of devices are called on the page."""

from __future__ import annotations

from webapp.common.i18n import lazy
from webapp.devices.models import Status
from webapp.protocols.isapi.kinds import ENCODING, Kind

TYPES = {
    Kind.NETWORK_CAMERA: lazy("Network camera"),
    Kind.SPEED_DOME: lazy("Speed dome"),
    Kind.THERMAL_CAMERA: lazy("Thermal camera"),
    Kind.SOLAR_CAMERA: lazy("Solar camera"),
    Kind.NVR: lazy("Network video recorder (NVR)"),
    Kind.DVR: lazy("Digital video recorder (DVR)"),
    Kind.ENCODER: lazy("Video encoder"),
    Kind.STORAGE_BOX: lazy("Storage box"),
    Kind.ALARM_PANEL: lazy("Alarm panel"),
    Kind.INTERCOM: lazy("Door station or indoor station"),
    Kind.DOORBELL: lazy("Doorbell"),
    Kind.ACCESS_CONTROL: lazy("Access controller"),
    Kind.NETWORK_SWITCH: lazy("Network switch"),
    Kind.IP_SPEAKER: lazy("IP speaker"),
    Kind.UNKNOWN: lazy("Unknown"),
}
CHOICES = [kind for kind in TYPES if kind != Kind.UNKNOWN]
ADDABLE = [kind for kind in CHOICES if kind in ENCODING]

TYPE_ICONS = {
    Kind.NVR: "nvr",
    Kind.DVR: "nvr",
    Kind.STORAGE_BOX: "nvr",
    Kind.SPEED_DOME: "dome",
    Kind.UNKNOWN: "unknown",
}

# status → (tone, icon, word)
STATUSES = {
    Status.CHECKING: ("off", "refresh", lazy("Checking")),
    Status.ONLINE: ("ok", "check", lazy("Online")),
    Status.OFFLINE: ("bad", "cross", lazy("Offline")),
    Status.AUTH_FAILED: ("bad", "key", lazy("Sign-in failed")),
    Status.LOCKED: ("bad", "lock", lazy("Locked")),
    Status.CERTIFICATE_CHANGED: ("bad", "shield", lazy("Certificate changed")),
    Status.OTHER_DEVICE: ("bad", "unknown", lazy("Another device")),
    Status.UNSUPPORTED: ("bad", "alert", lazy("Not supported")),
    Status.UNKNOWN: ("off", "dash", lazy("Unknown")),
    Status.PAUSED: ("off", "dash", lazy("Not monitored")),
    Status.MAINTENANCE: ("info", "clock", lazy("Being worked at")),
}

STEPS = {
    "dns": (lazy("Find the address"), lazy("Found at %(address)s")),
    "tcp": (lazy("Open the port"), lazy("Port %(port)s is open")),
    "service": (lazy("Reach the device's web service"), lazy("Web service answers (%(scheme)s)")),
    "login": (lazy("Sign in"), lazy("Signed in")),
    "type": (lazy("Recognise the device"), lazy("%(type)s")),
}
FAILED = {
    "dns": lazy("Address not usable"),
    "tcp": lazy("Port not reached"),
    "service": lazy("No device web service here"),
    "login": lazy("Sign-in refused"),
    "type": lazy("Not a camera or recorder"),
}


def type_name(kind: str) -> str:
    return str(TYPES.get(kind, kind))  # type: ignore[call-overload]


def type_icon(kind: str) -> str:
    return TYPE_ICONS.get(kind, "camera")  # type: ignore[call-overload]
