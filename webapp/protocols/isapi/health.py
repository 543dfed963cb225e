"""What health monitoring asks a device: a light question every minute, a thorough one every ten."""

import json
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from webapp.protocols.errors import BadReply, DeviceError, LowPrivilege, Unsupported
from webapp.protocols.isapi.channels import PROXY_CHANNELS, PROXY_STATUS, VIDEO_INPUTS, Channel, merged
from webapp.protocols.isapi.clock import TIME, DeviceClock
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.status import STATUS, USER_CHECK, SystemStatus
from webapp.protocols.isapi.storage import STORAGE, STORAGES, Disk, Storage
from webapp.protocols.isapi.system import DEVICE_INFO, DeviceInfo
from webapp.protocols.talk import Call, Talk
from webapp.protocols.values import value_object

LIGHT = {"status": STATUS, "user_check": USER_CHECK, "info": DEVICE_INFO}
LAST_LIGHT = {name: replace(call, last=True) for name, call in LIGHT.items()}
LAST_TIME = replace(TIME, last=True)
FETCHING = {Kind.NVR, Kind.DVR, Kind.STORAGE_BOX}  # recorders of network cameras
WITH_SOCKETS = {Kind.DVR, Kind.ENCODER}  # analog cameras; recorders of both kinds count as DVR
ABOUT_ONE_CALL = (Unsupported, LowPrivilege, BadReply)  # any other error is about the device as a whole

T = TypeVar("T")


@value_object
class Light:
    status: SystemStatus | None  # None for devices that have no such document
    by: str  # which call answered: status | user_check | info


@value_object
class Missing:
    code: str  # a DeviceError's: unsupported | low_privilege | bad_reply | too_big | not_isapi | not_web | redirect


@value_object
class Findings:
    """Each block as it was found, Missing where the device did not give it, None where it was not asked.

    `unsupported` is no fault: cameras without a card slot have no storage. The clock is asked last, so that its drift
    can be told against the time at which the talk ended.
    """

    storage: Storage | Missing
    channels: tuple[Channel, ...] | Missing | None
    info: DeviceInfo | Missing | None
    clock: DeviceClock | Missing


def light(by: str = "status", last: bool = False) -> Talk[Light]:
    """Ask whether the device is there and takes the password, in one call where `by` is what answered before.

    Door stations have no status, and some users may not see it; then something else is asked. With `last` no other
    call is meant to follow. Raises DeviceError, and BadReply (not_isapi) when nothing that every device has is there.
    """
    refusals: list[DeviceError] = []
    for name in sorted(LIGHT, key=lambda name: name != by):
        try:
            answer = yield (LAST_LIGHT if last else LIGHT)[name]
        except (Unsupported, LowPrivilege) as error:
            refusals.append(error)
        else:
            return Light(answer if name == "status" else None, name)
    raise next((error for error in refusals if isinstance(error, LowPrivilege)), BadReply("not_isapi"))


def thorough(kind: Kind, info: bool = False) -> Talk[Findings]:
    """Ask for everything that a device of this kind can tell of its health; for who it is only with `info`.

    Raises the first DeviceError that is about the device as a whole, such as Unauthorized and Unreachable, and asks
    nothing after it.
    """
    recorder = kind in FETCHING | WITH_SOCKETS
    return Findings(
        storage=(yield from block(first_of(STORAGES if recorder else (STORAGE,)))),
        channels=(yield from block(channels(kind))) if recorder else None,
        info=(yield from block(first_of((DEVICE_INFO,)))) if info else None,
        clock=(yield from block(first_of((LAST_TIME,)))),
    )


def block(talk: Talk[T]) -> Generator[Call, Any, T | Missing]:
    """A part of a talk whose failure is its own."""
    try:
        return (yield from talk)
    except ABOUT_ONE_CALL as error:
        return Missing(error.code)


def first_of(calls: tuple[Call, ...]) -> Talk[Any]:
    """The answer to the first call that the device has. Raises Unsupported for none."""
    for call in calls:
        answer = yield from if_supported(call)
        if answer is not None:
            return answer
    raise Unsupported(calls[0].path)


def channels(kind: Kind) -> Talk[tuple[Channel, ...]]:
    """All channels, sockets first. A list that the device does not have is left out; a broken one spoils the others."""
    named = detected = sockets = None
    if kind in FETCHING:
        named = yield from if_supported(PROXY_CHANNELS)
        detected = yield from if_supported(PROXY_STATUS)
    if kind in WITH_SOCKETS:
        sockets = yield from if_supported(VIDEO_INPUTS)
    if all(found is None for found in (named, detected, sockets)):
        raise Unsupported("no list of channels")
    return (*(sockets or ()), *merged(named, detected))


def if_supported(call: Call) -> Generator[Call, Any, Any]:
    try:
        return (yield call)
    except Unsupported:
        return None


def open_up(value: Any) -> Any:
    """What the encoder does not know itself: a time as ISO text, a value object as one of JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {name: getattr(value, name) for name in value.__slots__}


ENCODER = json.JSONEncoder(default=open_up)


def to_json(findings: Findings) -> str:
    return ENCODER.encode(findings)


def from_json(stored: dict[str, Any]) -> Findings:
    """The findings that to_json was given, from its text as json.loads reads it. Raises TypeError or KeyError else."""
    return Findings(
        storage=missing(stored["storage"]) or storage(stored["storage"]),
        channels=missing(stored["channels"]) or channel_list(stored["channels"]),
        info=missing(stored["info"]) or (stored["info"] and DeviceInfo(**stored["info"])),
        clock=missing(stored["clock"]) or clock(stored["clock"]),
    )


def missing(value: Any) -> Missing | None:
    return Missing(**value) if isinstance(value, dict) and value.keys() == {"code"} else None


def storage(stored: dict[str, Any]) -> Storage:
    return Storage(tuple(Disk(**disk) for disk in stored["disks"]), stored["mode"])


def channel_list(stored: list[dict[str, Any]] | None) -> tuple[Channel, ...] | None:
    return None if stored is None else tuple(Channel(**channel) for channel in stored)


def clock(stored: dict[str, Any]) -> DeviceClock:
    local = stored["local"] and datetime.fromisoformat(stored["local"])
    return DeviceClock(**{**stored, "local": local})
