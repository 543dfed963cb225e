"""What a device's page and its parts show, and the versions by which a poll is told of nothing new."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask_login import current_user

from webapp.accounts import guard
from webapp.common import clock
from webapp.common.htmx import is_poll, wants_part
from webapp.common.i18n import language
from webapp.devices import words
from webapp.devices.advice import advice
from webapp.devices.models import Device, DeviceState, Probe, Status
from webapp.devices.models.state import FLEETING
from webapp.devices.rows import probe_view
from webapp.devices.services import devices, permissions, types
from webapp.devices.services.lists import version
from webapp.handover.services import looking, rental
from webapp.health.forms import SilenceForm
from webapp.health.services import parts
from webapp.health.services.strip import strip
from webapp.health.services.watch import GRACE
from webapp.protocols.isapi.kinds import Kind
from webapp.sites import services as sites

MISSED_FOR = timedelta(minutes=3)  # by then three misses are counted
JUST_ADDED = timedelta(minutes=10)  # whoever adds one device often adds the next


def device_page(device: Device, status: bool = False, whole: bool = False) -> dict[str, Any]:
    """What every part of the device's page needs, and what its status and the whole of it need beside."""
    looking.note(guard.me(), device.site, device.id, poll=is_poll())
    page: dict[str, Any] = {
        "device": device,
        "may_manage": devices.may_manage(current_user, device),
        "may_configure": permissions.may_configure(device),
        "may_set_type": types.may_set_type(device),
        "detected": detected(device),
        "type_name": words.type_name,
        "may_pass_on": sites.may_pass_on(current_user, device.site),
        "deletion_refusal": devices.deletion_refusal(current_user, device),
        "just_added": clock.now() - device.added_at < JUST_ADDED,
    }
    whole = whole or not wants_part()
    page["rental"] = rental.control(current_user, device) if whole else None
    return page | how_it_fares(page, whole) if status or whole else page


def how_it_fares(page: dict[str, Any], whole: bool) -> dict[str, Any]:
    device = page["device"]
    last = last_probe(device)  # before its outcome: once none runs, the state is the one that it has written
    state = DeviceState.of(device.id)
    rows = parts.known(device, state)
    page = page | {
        "state": state,
        "status": status_view(device, state, rows.shown),
        "stranger": devices.stranger(state) if rows.shown == Status.OTHER_DEVICE else {},
        "probe": last if last and last["running"] else None,
        "missed": missed(last, state),
        "silence": parts.maintenance(current_user, device),
        "fares": parts.summarize(rows),
        "old": 2 * rows.interval if rows.shown in FLEETING else 0,
        "seen": version(repr((state.checked_at, state.ms))) if state else "",
    }
    if whole:
        page |= {"health": parts.health(device, rows), "strip": strip(device)}
        page["silence_form"] = SilenceForm(formdata=None)
    return page | {"version": status_version(page, rows.marks)}


def status_version(page: dict[str, Any], marks: tuple[object, ...]) -> str:
    """Of the part `status`: flags for a running check and for monitoring, then a name for all that is shown in it.

    When it was checked last is told by `seen`: most checks find nothing else that is new.
    """
    device, state = page["device"], page["state"]
    read = (state.checked_at is None, state.seen_key, state.status) if state else ()
    names = ("status", "stranger", "probe", "missed", "silence", "may_manage", "may_configure")
    shown = [page[name] for name in names]
    told = (device.name, device.version, device.connection_version, device.pin, device.type, device.model)
    flags = f"{'r' if page['probe'] else 'i'}{'m' if device.health_monitoring else 'o'}"
    return flags + version(repr((*shown, read, *told, device.serial, device.firmware, marks)), language())


def last_probe(device: Device) -> dict[str, Any] | None:
    """The newest check of the connection as it is now, with `at`: when it was begun."""
    probe = Probe.last_of(device.id, device.added_at)
    if probe is None or probe.connection_version != device.connection_version:
        return None
    return (probe_view(probe) or {}) | {"at": probe.created_at}


def missed(last: dict[str, Any] | None, state: DeviceState | None) -> str:
    """Why a person's check has just got no answer that the device's state tells of; "" otherwise."""
    if last is None or last["running"] or not last["advice"] or clock.now() - last["at"] > MISSED_FOR:
        return ""
    return str(last["advice"].title) if state and (state.checked_at or state.since) < last["at"] else ""


def status_view(device: Device, state: DeviceState | None, shown: str) -> dict[str, Any]:
    """Status to show, with its tone, icon and word, and what to do about it; nothing old while it is not monitored."""
    stored = state.status if state else Status.CHECKING
    tone, icon, word = words.STATUSES[Status(shown)]
    said, reason = None, state.reason if state else ""
    if state and reason and shown not in {Status.UNKNOWN, Status.PAUSED}:
        facts = json.loads(state.facts) | {"tries_left": state.tries_left}
        facts["again"] = facts.get("again", False) and is_first(state)
        if state.locked_until:
            facts["locked_for"] = int((state.locked_until - clock.now()).total_seconds())
            reason = "unlocked" if facts["locked_for"] <= 0 else reason
        typed = {"host": device.host, "port": device.port, "https": device.https, "username": device.username}
        said = advice(reason, facts, typed)
    return {
        "code": shown,
        "reason": reason,
        "stored": stored,
        "tone": tone,
        "icon": icon,
        "word": str(word),
        "advice": said,
        "last_word": str(words.STATUSES[Status(stored)][2]),
    }


def is_first(state: DeviceState) -> bool:
    """Whether what it says was found just now, and by one check."""
    return state.checked_at == state.since and clock.now() - state.since < 2 * timedelta(seconds=GRACE)


def detected(device: Device) -> str:
    """The type that the device says it is, when another was chosen by hand (E7); "" otherwise."""
    other = device.type_by_hand and device.type_detected not in {Kind.UNKNOWN, device.type, device.type_declined}
    return device.type_detected if other else ""
