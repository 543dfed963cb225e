"""What sort of device it is.

Models decide first, because deviceType lies: network recorders and indoor stations have been seen that say "DVR".
Other makes under their own model names are told by deviceType, then by what they can do.
"""

import re
from collections.abc import Generator
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from webapp.protocols.errors import DeviceError, Unauthorized
from webapp.protocols.isapi.system import CAPABILITIES, DEVICE_INFO, SECURITY_CP, Capabilities, DeviceInfo
from webapp.protocols.isapi.xml import document, text
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object


class Kind(StrEnum):
    NETWORK_CAMERA = "network_camera"
    SPEED_DOME = "speed_dome"
    THERMAL_CAMERA = "thermal_camera"
    SOLAR_CAMERA = "solar_camera"
    ENCODER = "encoder"
    NVR = "nvr"
    DVR = "dvr"
    STORAGE_BOX = "storage_box"
    ALARM_PANEL = "alarm_panel"
    INTERCOM = "intercom"
    DOORBELL = "doorbell"
    ACCESS_CONTROL = "access_control"
    NETWORK_SWITCH = "network_switch"
    IP_SPEAKER = "ip_speaker"
    UNKNOWN = "unknown"


ENCODING: frozenset[Kind] = frozenset(
    {
        Kind.NETWORK_CAMERA,
        Kind.SPEED_DOME,
        Kind.THERMAL_CAMERA,
        Kind.SOLAR_CAMERA,
        Kind.ENCODER,
        Kind.NVR,
        Kind.DVR,
        Kind.STORAGE_BOX,
    }
)

# The first that matches the beginning of an upper-case model decides. The lines without DS- are sold as HiLook and
# HiWatch.
MODELS: list[tuple[str, Kind]] = [
    (r"DS-P[WHMSEKDR]|DS-19[AKSD]|AX ?(PRO|HUB|HYBRID)", Kind.ALARM_PANEL),
    (r"DS-K[0-9]", Kind.ACCESS_CONTROL),
    (r"DS-HD[0-9]", Kind.DOORBELL),
    (r"DS-K[A-Z]", Kind.INTERCOM),
    (r"DS-3[A-Z]", Kind.NETWORK_SWITCH),
    (r"DS-Q[A-Z]", Kind.IP_SPEAKER),
    (r"I?DS-2T[DXPA]|HM-T", Kind.THERMAL_CAMERA),
    (r"I?DS-2XS", Kind.SOLAR_CAMERA),
    (r"I?DS-2(DE|DF|DY|DP|DC|SE|SF|AE|AF)|PTZ-|HWP-", Kind.SPEED_DOME),
    (r"I?DS-2[A-Z]|I?DS-TC|IPC-|HWI-|DS-I[0-9]", Kind.NETWORK_CAMERA),
    (r"DS-A[0-9]", Kind.STORAGE_BOX),
    (r"I?DS-MP?[0-9]+N|I?DS-[6-9][0-9]+N|DS-E[0-9]|NVR-|HWN-|DS-N[0-9]", Kind.NVR),
    (r"I?DS-[789][0-9]+H|I?DS-MP?[0-9]|DVR-|HWD-|DS-H[0-9]", Kind.DVR),
    (r"I?DS-6[4-9]", Kind.ENCODER),
]
TYPES = {
    "ipcamera": Kind.NETWORK_CAMERA,
    "ipzoom": Kind.NETWORK_CAMERA,
    "ipdome": Kind.SPEED_DOME,
    "ipspeeddome": Kind.SPEED_DOME,
    "ipptz": Kind.SPEED_DOME,
    "thermalcamera": Kind.THERMAL_CAMERA,
    "ipthermal": Kind.THERMAL_CAMERA,
    "nvr": Kind.NVR,
    "dvr": Kind.DVR,
    "hybriddvr": Kind.DVR,
    "hybridnvr": Kind.NVR,
    "dvs": Kind.ENCODER,
    "encoder": Kind.ENCODER,
    "cvr": Kind.STORAGE_BOX,
    "vis": Kind.INTERCOM,
    "videointercom": Kind.INTERCOM,
    "doorstation": Kind.INTERCOM,
    "indoorstation": Kind.INTERCOM,
    "doorbell": Kind.DOORBELL,
    "acs": Kind.ACCESS_CONTROL,
    "accesscontrol": Kind.ACCESS_CONTROL,
    "accesscontroller": Kind.ACCESS_CONTROL,
    "pwa": Kind.ALARM_PANEL,
    "pha": Kind.ALARM_PANEL,
    "axpro": Kind.ALARM_PANEL,
    "axhub": Kind.ALARM_PANEL,
    "axhybrid": Kind.ALARM_PANEL,
    "alarmhost": Kind.ALARM_PANEL,
    "securitycontrolpanel": Kind.ALARM_PANEL,
    "switch": Kind.NETWORK_SWITCH,
    "ipspeaker": Kind.IP_SPEAKER,
    "speaker": Kind.IP_SPEAKER,
}


@value_object
class Recognised:
    info: DeviceInfo
    kind: Kind


def by_model(model: str) -> Kind | None:
    """The kind that a model's name tells, or None: "DS-7608NXI-I2/8P/S" is an NVR whatever it says of itself."""
    name = model.strip().upper()
    return next((kind for pattern, kind in MODELS if re.match(pattern, name)), None)


def by_type(device_type: str) -> Kind | None:
    return TYPES.get(re.sub(r"[^a-z]", "", device_type.lower()))


def decide(info: DeviceInfo, capabilities: Capabilities | None) -> Kind:
    """The kind by model, deviceType and capabilities, in this order. Hybrid recorders count as DVR."""
    if kind := by_model(info.model):
        return kind
    kind = by_type(info.kind)
    if kind not in {None, Kind.DVR}:
        return kind or Kind.UNKNOWN
    counted = by_inputs(capabilities) if capabilities else None
    if counted or kind is None:
        return counted or Kind.UNKNOWN
    return Kind.NVR if "network video recorder" in info.name.lower() else Kind.DVR


def by_inputs(capabilities: Capabilities) -> Kind | None:
    if (capabilities.video_inputs or 0) > 1:
        return Kind.DVR
    return Kind.NVR if capabilities.proxy_inputs else None


def recognise(username: str = "admin") -> Generator[Call, Any, Recognised]:
    """Log in once, and tell what the device is. Raises the DeviceError of the first call.

    Newer panels refuse digest even with the right password; those are told by their way of logging in.
    """
    try:
        info = yield DEVICE_INFO
    except Unauthorized as refused:
        if refused.code == "locked" or not (yield from is_panel(username)):
            raise
        return Recognised(DeviceInfo(name="", model="", serial="", firmware="", kind=""), Kind.ALARM_PANEL)
    if by_model(info.model) or by_type(info.kind) not in {None, Kind.DVR}:
        return Recognised(info, decide(info, None))
    kind = decide(info, (yield from answer_or_none(CAPABILITIES)))
    if kind is Kind.UNKNOWN and (yield from answer_or_none(SECURITY_CP)):
        kind = Kind.ALARM_PANEL
    return Recognised(info, kind)


def answer_or_none(call: Call) -> Generator[Call, Any, Any]:
    """The answer to a call that we can do without. Raises Unauthorized, so that no password is tried again."""
    try:
        return (yield call)
    except Unauthorized:
        raise
    except DeviceError:
        return None


def is_panel(username: str) -> Generator[Call, Any, bool]:
    """Whether a device logs people in as alarm panels do, with two salts. Costs no login.

    Cameras and recorders with sessions have been seen with one salt or none; should one come with two, its wrong
    password would read as "alarm panel".
    """
    return bool((yield from answer_or_none(session_login(username))))


def session_login(username: str) -> Call:
    path = f"/ISAPI/Security/sessionLogin/capabilities?username={quote(username, safe='')}"
    return Call("GET", path, two_salts, anonymous=True)


def two_salts(reply: Reply) -> bool:
    login = document(reply, "SessionLoginCap")
    return bool(text(login, "salt") and text(login, "salt2"))
