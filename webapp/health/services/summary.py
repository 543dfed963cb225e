"""How a device fares, in plain words: a verdict first, then one line for each thing that it told.

What is not known is "unknown" by itself, never a fault. Nothing is claimed of a device that does not answer now, that
is not monitored, or that told it too long ago.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from webapp import config
from webapp.common import clock
from webapp.common.i18n import _, plural
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Status
from webapp.devices.models.state import INTERVALS, shown_status
from webapp.health import words
from webapp.health.models import DeviceFindings
from webapp.health.services.rollup import UNSTABLE, WITHIN
from webapp.health.services.schedule import THOROUGH
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.health import FETCHING, WITH_SOCKETS, Findings, Missing, from_json
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Disk

WRONG_CLOCK = 300  # seconds
RECENT = timedelta(days=1)  # a restart that is worth a line
MOST_CAMERAS = 6  # lines about cameras that are offline
MOST_SAID = 2  # troubles in the verdict
RECORDERS = (FETCHING | WITH_SOCKETS) - {Kind.ENCODER}
ICONS = {"ok": "check", "warn": "alert", "bad": "cross", "off": "dash", "info": "info"}
WORST = ("bad", "warn")


class Item(NamedTuple):
    """One line. `tone` is ok, warn, bad, off (not known) or info."""

    tone: str
    title: str
    text: str = ""
    said: str = ""  # how the verdict puts it, if it differs from the title

    @property
    def icon(self) -> str:
        return ICONS[self.tone]


def is_fresh(read: datetime | None, now: datetime, interval: int) -> bool:
    """Whether what was told then at a thorough check may still be said; `interval` in seconds."""
    return read is not None and read >= now - timedelta(seconds=INTERVALS * THOROUGH * interval)


@dataclass(frozen=True, slots=True)
class Known:
    """The rows that all of it is made of."""

    device: Device
    state: DeviceState | None
    shown: str  # the status that may be claimed now
    findings: DeviceFindings | None
    events: tuple[DeviceEvent, ...]  # of the last day, newest first
    now: datetime
    interval: int  # seconds between two checks

    @property
    def fresh(self) -> bool:
        """Whether what it told at its last thorough check may still be said."""
        read = self.findings.at if self.findings else None
        return self.shown == Status.ONLINE and is_fresh(read, self.now, self.interval)

    @property
    def unstable(self) -> int:
        """How often its status has changed just now, when that is too often; else 0."""
        changes = [e for e in self.events if e.kind == Happening.STATUS and e.was and e.at >= self.now - WITHIN]
        return len(changes) if len(changes) >= UNSTABLE and self.shown != Status.PAUSED else 0

    @property
    def marks(self) -> tuple[object, ...]:
        """Differs whenever anything that is made of these rows does, but not with their age alone."""
        found, last = self.findings, self.events[0].id if self.events else 0
        read = (found.at, found.blocks, found.drift, found.up, found.up_at) if found else ()
        return (self.shown, self.fresh, self.unstable, last, len(self.events), *read)


@dataclass(frozen=True, slots=True)
class Summary:
    """`verdict` is "" unless the device is online: then its status says it all."""

    tone: str
    icon: str
    verdict: str
    items: tuple[Item, ...]
    read_at: datetime | None  # when the device told it


def known(device: Device, state: DeviceState | None) -> Known:
    events = DeviceEvent.of(device.id, clock.now() - RECENT)
    return gather(device, state, DeviceFindings.of(device.id), tuple(events))


def gather(
    device: Device,
    state: DeviceState | None,
    findings: DeviceFindings | None,
    events: tuple[DeviceEvent, ...] = (),
    worked: bool = False,
) -> Known:
    """`worked`: somebody works at the device, and it is told as lists show it."""
    now, interval = clock.now(), config.current().check_interval
    stored, at = (state.status, state.checked_at or state.since) if state else (Status.CHECKING, device.added_at)
    shown = shown_status(stored, at, device.health_monitoring, now, interval)
    found = Known(
        device=device,
        state=state,
        shown=shown,
        findings=findings,
        events=events,
        now=now,
        interval=interval,
    )
    return under_work(found, worked)


def under_work(known: Known, worked: bool) -> Known:
    """The same as lists show it: while somebody works at a device nothing else is claimed of it (E16)."""
    return replace(known, shown=Status.MAINTENANCE) if worked and known.shown != Status.PAUSED else known


def summarize(rows: Known) -> Summary:
    items = tuple(lines(rows))
    tone = next((tone for tone in WORST if any(item.tone == tone for item in items)), "ok")
    read_at = rows.findings.at if rows.fresh and rows.findings else None
    verdict = say(rows, items) if rows.shown == Status.ONLINE else ""
    return Summary(tone, ICONS[tone], verdict, items, read_at)


def say(rows: Known, items: tuple[Item, ...]) -> str:
    """ "Online. 1 of 8 cameras is offline."; of many troubles the worst, and how many more there are.

    Whether it records is nothing that was asked: a good disk and a picture do not say so.
    """
    troubles = [item for tone in WORST for item in items if item.tone == tone]
    said = [item.said or item.title for item in troubles[:MOST_SAID]]
    if len(troubles) > MOST_SAID:
        more = len(troubles) - MOST_SAID
        said.append(plural("%(num)s more thing to look at.", "%(num)s more things to look at.", more))
    if not troubles and all_well(told(rows)):
        return _("Disks and cameras are well.")
    return " ".join([_("Online."), *said])


def all_well(found: Findings | None) -> bool:
    """Whether it has told of at least one disk and one camera, and of each that nothing is wrong."""
    if found is None or isinstance(found.storage, Missing) or not isinstance(found.channels, tuple):
        return False
    disks = [disk.health == "ok" for disk in found.storage.disks if disk.present]
    cameras = [bool(channel.online) for channel in found.channels if channel.used]
    return bool(disks and cameras) and all(disks + cameras)


def told(rows: Known) -> Findings | None:
    """What it said at its last thorough check; None when that is not known, too old, or of another release."""
    if not rows.fresh or rows.findings is None:
        return None
    try:
        return from_json(rows.findings.said)
    except (TypeError, KeyError):
        return None


def lines(rows: Known) -> Iterator[Item]:
    if rows.unstable:
        yield Item(
            "warn", words.unstable(rows.unstable), _("Its connection or its power comes and goes."), _("Unstable.")
        )
    if rows.shown != Status.ONLINE:
        return
    found, recorder = told(rows), rows.device.type in RECORDERS
    yield from disks(found, recorder)
    if recorder or (found and found.channels is not None):
        yield from cameras(found)
    yield clock_line(rows, found)
    yield from running(rows)


def trouble_of(found: Findings, drift: int | None, kind: str) -> str:
    """What the summary would warn of, as one code for the lists: disk before camera before clock; "" for nothing."""
    storage, channels = found.storage, found.channels
    present = [] if isinstance(storage, Missing) else [disk for disk in storage.disks if disk.present]
    none_to_record_on = not isinstance(storage, Missing) and not present and kind in RECORDERS
    if none_to_record_on or any(disk.health in {"fault", "warn"} for disk in present):
        return "disk"
    lost = channels if isinstance(channels, tuple) else ()
    if any(channel.used and channel.online is False and not is_dark(channel) for channel in lost):
        return "camera"
    return "clock" if drift is not None and abs(drift) > WRONG_CLOCK else ""


def disks(found: Findings | None, recorder: bool) -> Iterator[Item]:
    if found is None or isinstance(found.storage, Missing):
        yield Item("off", _("Storage: unknown."), why(found.storage if found else None))
        return
    present = [disk for disk in found.storage.disks if disk.present]
    yield from (broken(disk) for disk in present if disk.health in {"fault", "warn"})
    yield from (
        Item("off", _("%(disk)s: unknown.", disk=words.disk_name(disk)), _("The device does not report this."))
        for disk in present
        if disk.health == "unknown"
    )
    if well := [disk for disk in present if disk.health == "ok"]:
        title = plural("%(num)s disk is well.", "%(num)s disks are well.", len(well))
        yield Item("ok", title, room(well))
    if not present:
        yield Item("warn", _("No disk: nothing to record on.")) if recorder else Item("off", _("No disk or card."))


def broken(disk: Disk) -> Item:
    return Item("bad" if disk.health == "fault" else "warn", words.disk_trouble(disk))


def room(well: list[Disk]) -> str:
    """A full disk may be as it should be; whether the newest pictures replace the oldest was not asked."""
    if all(disk.full for disk in well):
        return _("Full. Whether new pictures replace the oldest ones is not known.")
    if any(disk.capacity is None or disk.free is None for disk in well):
        return ""
    free, whole = sum(disk.free or 0 for disk in well), sum(disk.capacity or 0 for disk in well)
    return _("%(free)s of %(all)s free", free=words.size(free), all=words.size(whole)) if whole else ""


def why(block: object) -> str:
    return words.missing(block.code) if isinstance(block, Missing) else _("Not read yet, or too long ago.")


def cameras(found: Findings | None) -> Iterator[Item]:
    if found is None or not isinstance(found.channels, tuple):
        yield Item("off", _("Cameras: unknown."), why(found.channels if found else None))
        return
    used = [channel for channel in found.channels if channel.used and not is_dark(channel)]
    lost = [channel for channel in used if channel.online is False]
    yield from offline(lost, len(used))
    seen = [channel for channel in used if channel.online]
    if seen and not lost:
        yield Item("ok", plural("%(num)s camera is there.", "%(num)s cameras are there.", len(seen)))
    if silent := len([channel for channel in used if channel.online is None]):
        title = plural("%(num)s camera: unknown.", "%(num)s cameras: unknown.", silent)
        yield Item("off", title, _("The device does not report this."))
    if dark := len([channel for channel in found.channels if channel.used and is_dark(channel)]):
        title = plural("%(num)s video input has no picture.", "%(num)s video inputs have no picture.", dark)
        yield Item("off", title, _("Nothing is plugged in, or a camera has been lost."))
    if not used and not dark:
        yield Item("off", _("No camera is set up."))


def is_dark(channel: Channel) -> bool:
    """A video socket without a picture: whether it ever had one is not known, so nothing is wrong with it."""
    return channel.kind == "analog" and channel.online is False


def offline(lost: list[Channel], total: int) -> Iterator[Item]:
    if not lost:
        return
    tone = "bad" if len(lost) == total else "warn"
    count = plural(
        "%(num)s of %(total)s cameras is offline.", "%(num)s of %(total)s cameras are offline.", len(lost), total=total
    )
    count = count if total > 1 else _("The camera is offline.")
    named = [f"{words.channel_name(channel)}: {words.channel_trouble(channel)}" for channel in lost[:MOST_CAMERAS]]
    if more := len(lost) - len(named):
        named.append(_("and %(num)s more", num=more))
    yield Item(tone, count, "\n".join(named))


def clock_line(rows: Known, found: Findings | None) -> Item:
    drift = rows.findings.drift if rows.findings and rows.fresh else None
    if drift is None:
        return Item("off", _("Clock: unknown."), why(found.clock if found else None))
    if abs(drift) > WRONG_CLOCK:
        return Item("warn", words.clock_trouble(drift), _("Its pictures carry the wrong time."))
    return Item("ok", _("The clock is right."))


def running(rows: Known) -> Iterator[Item]:
    """How long it runs, and a restart that was seen in the last day."""
    found = rows.findings
    if rows.fresh and found and found.up is not None and found.up_at is not None:
        since = found.up + (rows.now - found.up_at).total_seconds()
        yield Item("ok", words.running_for(since))
    restart = next((event for event in rows.events if event.kind == Happening.REBOOT), None)
    if restart:
        when = words.day_and_time(restart.at, rows.device.site.zone)
        yield Item("info", _("Restarted."), when)
