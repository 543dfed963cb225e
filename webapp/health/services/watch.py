"""From outcomes to what may be claimed (state machine 3.1, H8, H9, decision 10). Its memory is that of one engine.

A device is offline after three misses, online after one answer. A refused password ends all tries until a person acts;
only just after a reboot it is asked once more a minute later. Our own trouble says nothing of a device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from webapp.common import clock
from webapp.devices.models import Status
from webapp.devices.services import states
from webapp.devices.services.probing import why
from webapp.health.models.roster import Due
from webapp.health.services.uplink import Blame, Uplink
from webapp.health.services.visits import Reading, Visited
from webapp.protocols.errors import DeviceError, NotAllowed
from webapp.protocols.networks import is_literal
from webapp.protocols.pool import Outcome
from webapp.protocols.signing import FEWEST_LEFT
from webapp.protocols.values import value_object

MISSES = 3
STARTING = 300  # seconds after a reboot that we saw in which a refusal is asked about once more
GRACE = 60  # seconds after which it is asked again
SILENT = {"timeout", "no_route", "no_such_name", "dns_timeout"}  # nothing came back: it may be the way to the device
PASSING = {"no_digest", "low_privilege"}  # what a device in a hurry says too; it costs no login, so it is asked again
DEFINITE = set(states.STATUSES) - PASSING - {"ok"}  # an answer, and one that is about the device
STOPPED = {"wrong_password", "key_changed", "not_encoding"}  # reasons after which only a person's deed helps


@dataclass(slots=True)
class Miss:
    """A device that may be offline."""

    first: float  # monotonic
    version: int  # of the connection
    count: int = 0


@value_object
class Verdict:
    """What a check told."""

    status: str
    code: str  # "ok", or what was in the way
    facts: dict[str, Any]
    ms: int | None = None


@dataclass(slots=True)
class Watch:
    """Judged by one thread; `due_again` and `waits` may be asked by another. Times are monotonic."""

    interval: int
    timeout: float
    misses: dict[int, Miss] = field(default_factory=dict)
    retries: dict[int, float] = field(default_factory=dict)  # when a device is asked again, out of its turn
    started: dict[int, float] = field(default_factory=dict)  # when a device was seen to have come back
    starts: dict[int, tuple[int, int, float]] = field(default_factory=dict)  # known_as, and the last Reading
    graced: dict[int, int] = field(default_factory=dict)  # connection versions whose refusal was asked about again
    uplink: Uplink = field(init=False)
    lost_since: float | None = None  # our own connection
    named_at: float = -math.inf  # when a device was last reached by its name

    def __post_init__(self) -> None:
        self.uplink = Uplink(self.interval + self.timeout)

    def judge(self, device: Due, outcome: Outcome, now: float) -> Verdict | None:
        """What may be claimed now; None: nothing yet, or nothing at all."""
        code, facts = told(outcome)
        if code in states.OURS:
            return None
        self.listen(device, outcome, code in SILENT, now)
        if code == "ok":
            return self.answered(device, outcome, now)
        if code in DEFINITE:
            return self.refused(device, code, facts, now)
        return self.missed(device, code, facts, now)

    def listen(self, device: Due, outcome: Outcome, silent: bool, now: float) -> None:
        """What an outcome tells of our own connection; one that was offline before tells nothing by its silence."""
        if isinstance(outcome.error, NotAllowed) or (silent and device.status == Status.OFFLINE):
            return  # nobody was asked, or no news
        self.uplink.hear(device.id, device.site_id, not silent, now)
        if silent:
            return
        if self.lost_since is not None:
            self.line_is_back(now)
        if not is_literal(device.host):
            self.named_at = now

    def answered(self, device: Due, outcome: Outcome, now: float) -> Verdict:
        visited: Visited = outcome.result
        if visited.rebooted or device.id in self.misses or device.status == Status.OFFLINE:
            self.started[device.id] = now
        self.forget(device.id)
        info = visited.findings.info if visited.findings else None
        serial = getattr(info, "serial", "")
        if serial and device.serial and serial != device.serial:
            return Verdict(Status.OTHER_DEVICE, "other_device", {"serial": serial, "model": getattr(info, "model", "")})
        if device.status == Status.OTHER_DEVICE and not serial:
            return Verdict(Status.OTHER_DEVICE, "other_device", {})
        if visited.light.status and visited.light.status.up is not None:
            self.starts[device.id] = known_as(device), visited.light.status.up, now
        return Verdict(Status.ONLINE, "ok", {}, outcome.ms)

    def refused(self, device: Due, code: str, facts: dict[str, Any], now: float) -> Verdict:
        """It is believed, and written, at once: whatever happens to us, the password is not sent again by mistake."""
        miss = self.misses.get(device.id)
        back = device.status == Status.OFFLINE or (miss and miss.version == device.connection_version)
        starting = back or now - self.started.get(device.id, -STARTING) < STARTING
        self.forget(device.id)
        if code == "wrong_password" and starting and self.graced.get(device.id) != device.connection_version:
            self.graced[device.id] = device.connection_version
            self.retries[device.id] = now + GRACE
            left = facts.get("tries_left")
            facts = facts | {"again": left is None or left > FEWEST_LEFT}  # else it is not sent
        return Verdict(states.STATUSES[code], code, facts)

    def missed(self, device: Due, code: str, facts: dict[str, Any], now: float) -> Verdict | None:
        status = states.STATUSES.get(code, Status.OFFLINE)
        if device.status in {Status.OFFLINE, status}:
            lost = self.lost_since is not None and code in SILENT
            return None if lost else Verdict(status, code, facts)
        miss = self.misses.get(device.id)
        if miss is None or miss.version != device.connection_version:
            miss = self.misses[device.id] = Miss(now, device.connection_version)
        miss.count += 1
        if miss.count < MISSES:
            self.retries[device.id] = now + self.interval / 4
            return None
        blame = self.blame(code, miss.first, now)
        if blame is Blame.THEM:
            self.forget(device.id)
            return Verdict(status, code, facts)
        if blame is Blame.US:
            self.lost_since = self.lost_since if self.lost_since is not None else miss.first
        self.retries[device.id] = now + self.interval / 4
        return None

    def blame(self, code: str, since: float, now: float) -> Blame:
        if code not in SILENT:
            return Blame.THEM
        blame = self.uplink.blame(since, now)
        names_are_gone = code == "dns_timeout" and self.named_at < since  # as far as can be told, for everybody
        return Blame.WAIT if blame is Blame.THEM and names_are_gone else blame

    def line_is_back(self, now: float) -> None:
        """What was missed while our own connection was gone is no miss of the devices: they are counted from here."""
        for miss in self.misses.values():
            miss.first, miss.count = now, 0
        self.lost_since = None

    def last_start(self, device: Due, now: float) -> Reading | None:
        """What it said last of its start, to us or to an engine before."""
        if (start := self.starts.get(device.id)) and start[0] == known_as(device):
            return Reading(*start[1:])
        if device.up is None or device.up_at is None:
            return None
        return Reading(device.up, now - (clock.now() - device.up_at).total_seconds())

    def begin_anew(self) -> None:
        """Another engine has led meanwhile: what was counted before is not true any more."""
        for memory in (self.misses, self.retries, self.started, self.starts, self.uplink.heard):
            memory.clear()
        self.lost_since = None

    def forget(self, device_id: int) -> None:
        self.misses.pop(device_id, None)
        self.retries.pop(device_id, None)

    def due_again(self, now: float) -> list[int]:
        """Devices whose time to be asked again has come; each is given once."""
        due = [device_id for device_id, at in list(self.retries.items()) if at <= now]
        for device_id in due:
            self.retries.pop(device_id, None)
        return due

    def waits(self, device_id: int) -> bool:
        """Whether a device is asked again soon, out of its turn."""
        return device_id in self.retries


def known_as(device: Due) -> int:
    """Connection and serial number, hashed: with another of either, another device may answer."""
    return hash((device.connection_version, device.serial))


def told(outcome: Outcome) -> tuple[str, dict[str, Any]]:
    """The code of an outcome, and what is known beside it."""
    if outcome.error is None:
        return "ok", {}
    if isinstance(outcome.error, DeviceError):
        return outcome.error.code, why(outcome.error)
    return "our_fault", {}
