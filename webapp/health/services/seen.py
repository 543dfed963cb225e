"""What a visit has found beside up or down: findings, reboots, firmware, a first key."""

from __future__ import annotations

from datetime import datetime

from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening
from webapp.health.models.roster import Due
from webapp.health.models.store import Found
from webapp.health.services import summary
from webapp.health.services.visits import Visited
from webapp.protocols.isapi.clock import DeviceClock, drift
from webapp.protocols.isapi.health import Findings, to_json
from webapp.protocols.isapi.system import DeviceInfo
from webapp.protocols.pool import Outcome


def found(device: Due, visited: Visited, at: datetime) -> Found | None:
    """What is new since the last findings; None at most turns."""
    same_light = visited.light.by == (device.light_by or "status")
    if same_light and not visited.findings and not visited.rebooted:
        return None
    up = kept(visited.light.status.up if visited.light.status else None)
    up_at = None if up is None else at
    if not visited.findings:
        return Found(device.id, device.connection_version, None, None, None, up, up_at, visited.light.by)
    blocks = to_json(visited.findings)
    wrong = wrong_by(visited.findings, at)
    return Found(device.id, device.connection_version, at, blocks, wrong, up, up_at, visited.light.by)


def wrong_by(findings: Findings, at: datetime) -> int | None:
    return kept(drift(findings.clock, at)) if isinstance(findings.clock, DeviceClock) else None


def kept(number: int | None) -> int | None:
    """A device's number, if the database takes it: clocks and counters can say anything."""
    return number if number is not None and abs(number) < 2**31 else None


def note_trouble(device: Due, visited: Visited, at: datetime, interval: int) -> None:
    """Keep for the lists that somebody must look at what the device has told, or that nobody need any more."""
    code = trouble_now(device, visited, at, interval)
    if code != device.trouble:
        DeviceState.note_trouble(device.id, device.connection_version, code)


def trouble_now(device: Due, visited: Visited, at: datetime, interval: int) -> str:
    """What it tells, else what it has told as long as its page says so, too."""
    if visited.findings:
        return summary.trouble_of(visited.findings, wrong_by(visited.findings, at), device.type)
    return device.trouble if summary.is_fresh(device.found_at, at, interval) else ""


def note_changes(device: Due, outcome: Outcome, at: datetime) -> None:
    """Keep what happens seldom, inside the caller's transaction. A connection that was edited since is left out."""
    visited: Visited = outcome.result
    info = visited.findings.info if visited.findings else None
    first_key = bool(outcome.key and device.https and not device.pin)
    fresh = isinstance(info, DeviceInfo) and is_fresh(device, info)
    if not (visited.rebooted or first_key or fresh):
        return
    row = Device.locked(device.id)
    if row is None or row.connection_version != device.connection_version:
        return
    if first_key and not row.pin:
        Device.note(device.id, device.connection_version, pin=outcome.key)
    if visited.rebooted:
        DeviceEvent.create(device=device.id, at=at, kind=Happening.REBOOT)
    if fresh and isinstance(info, DeviceInfo):
        keep_identity(row, info, at)


def is_fresh(device: Due, info: DeviceInfo) -> bool:
    """Whether it says of itself what is not known yet; a stranger's word is not taken."""
    if info.serial and device.serial and info.serial != device.serial:
        return False
    return bool((info.firmware and info.firmware != device.firmware) or (info.serial and not device.serial))


def keep_identity(device: Device, info: DeviceInfo, at: datetime) -> None:
    DeviceEvent.note_firmware(device.id, at, device.firmware, info.firmware)
    fresh = {"model": info.model or device.model, "serial": info.serial or device.serial}
    fresh["firmware"] = info.firmware or device.firmware
    for name, text in fresh.items():
        setattr(device, name, text)
    Device.note(device.id, device.connection_version, search=device.searchable(), **fresh)
