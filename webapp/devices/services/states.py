"""What a check says about a device, kept in its state and, where the device spoke of itself, in its row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp.common import clock
from webapp.common.errors import Refused
from webapp.common.signals import device_missed
from webapp.db import transaction
from webapp.devices.models import Device, DeviceEvent, DeviceState, Probe, Status
from webapp.protocols.isapi.kinds import Kind

# Codes that say more than "offline". The rest of what can go wrong leaves a device offline with the code as reason.
STATUSES = {
    "ok": Status.ONLINE,
    "wrong_password": Status.AUTH_FAILED,
    "no_digest": Status.AUTH_FAILED,
    "low_privilege": Status.AUTH_FAILED,
    "near_lock": Status.AUTH_FAILED,
    "locked": Status.LOCKED,
    "key_changed": Status.CERTIFICATE_CHANGED,
    "other_device": Status.OTHER_DEVICE,
    "not_encoding": Status.UNSUPPORTED,
    "not_activated": Status.UNSUPPORTED,
}
TOLD = ("type", "model", "serial", "location", "stage", "again")  # what the sentence about a failure needs
OURS = {"our_fault", "cut_short"}  # our own trouble says nothing about the device


def record(probe: Probe, code: str, facts: dict[str, Any]) -> None:
    """Keep what a person's check found, unless the device is gone or is reached elsewhere by now.

    Our own trouble takes nothing away from what was known, nor does one miss while an engine counts them (H8).
    """
    with transaction():
        said = identity(facts) if code == "ok" else {}
        device = Device.locked(probe.device_id)
        if device is None or device.added_at > probe.created_at:
            return  # gone; another has its id
        if device.connection_version != probe.connection_version:
            return
        if DeviceState.of(device.id) and (code in OURS | {"dns_timeout"} or is_left_to_the_engine(device, code)):
            return
        if said and is_stranger(device, said):
            code, facts = "other_device", {"serial": said["serial"], "model": said["model"]}
        elif said:
            note_identity(device, said)
        keep(device.id, code, facts)


def is_left_to_the_engine(device: Device, code: str) -> bool:
    """Whether nobody answered as a device does, and somebody above counts before saying so."""
    if code in STATUSES or not device.health_monitoring:
        return False
    try:
        device_missed.send(device)
    except Refused:
        return True
    return False


def is_stranger(device: Device, said: dict[str, Any]) -> bool:
    """Whether another serial number answers at the device's address: a person decides whether it was replaced."""
    return bool(device.serial and said["serial"] and said["serial"] != device.serial)


@dataclass(frozen=True, slots=True)
class Look:
    """A periodic check of a device: what it was begun with, and when it ended."""

    device_id: int
    connection_version: int
    checked_at: datetime | None  # of the state that was known then
    at: datetime


def note(look: Look, code: str, facts: dict[str, Any]) -> None:
    """Keep what a periodic check found, inside the caller's transaction.

    Left out when the device is gone, is reached elsewhere, is not monitored by now, or somebody has found out something
    else meanwhile: a person's test is not overwritten by a check that was begun before it.
    """
    device = Device.locked(look.device_id)
    if device is None or device.connection_version != look.connection_version or not device.health_monitoring:
        return
    state = DeviceState.of(device.id)
    if state is None or state.checked_at == look.checked_at:
        keep(device.id, code, facts, look.at)


def keep(device_id: int, code: str, facts: dict[str, Any], at: datetime | None = None) -> None:
    """Write a state by the code of an outcome."""
    now = at or clock.now()
    locked_for = facts.get("locked_for")
    DeviceState.set(
        device_id,
        now,
        STATUSES.get(code, Status.OFFLINE),
        reason="" if code == "ok" else code,
        facts=json.dumps({name: facts[name] for name in TOLD if name in facts}) if code != "ok" else "{}",
        checked_at=now,
        ms=facts.get("ms"),
        tries_left=facts.get("tries_left"),
        locked_until=now + timedelta(seconds=locked_for) if locked_for else None,
        seen_key=facts.get("seen") or "",
    )


def identity(facts: dict[str, Any]) -> dict[str, Any]:
    """What the device said of itself, as fields of its row."""
    info = facts["info"]
    return {
        "model": info["model"],
        "serial": info["serial"],
        "firmware": info["firmware"],
        "type_detected": facts["type"],
        "https": facts["https"],
        "pin": facts["pin"],
    }


def note_identity(device: Device, said: dict[str, Any]) -> None:
    """Take over what a device says; a type that was chosen by hand stays (E7), and what it is silent of now, too."""
    said = said | {name: said[name] or getattr(device, name) for name in ("model", "serial", "firmware")}
    DeviceEvent.note_firmware(device.id, clock.now(), device.firmware, said["firmware"])
    for name, value in said.items():
        setattr(device, name, value)
    if not device.type_by_hand and said["type_detected"] != Kind.UNKNOWN:
        device.type = said["type_detected"]
    Device.note(device.id, device.connection_version, type=device.type, search=device.searchable(), **said)
