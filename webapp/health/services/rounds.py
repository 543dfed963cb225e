"""The engine's clock: each second the devices whose turn has come are handed to the pool.

Nothing waits in a line: a device that is still being asked, or for which the pool has no room, is left out this time,
and counted. So is one that a person checks just now, uncounted: two would send the same password.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from functools import partial

import structlog

from webapp.common import clock, vault
from webapp.config import Settings
from webapp.db import drop_broken_connection, is_trouble, open_connection
from webapp.devices.models import Probe, Status
from webapp.devices.models.probe import LONGEST
from webapp.health.models import roster
from webapp.health.models.roster import Due
from webapp.health.services import metrics, schedule, visits
from webapp.health.services.leading import Leader
from webapp.health.services.visits import Turn
from webapp.health.services.watch import STOPPED, Watch
from webapp.health.services.writer import Writer
from webapp.protocols.errors import Unauthorized
from webapp.protocols.pool import Outcome, Pool

log = structlog.get_logger("health")
TICK = 1.0  # seconds
STANDBY = 5.0  # seconds between two tries to take the lead
JOIN = 6.0  # seconds that a thread is waited for, which a database in trouble may hold
STOP = 3.0  # seconds that talks under way are given when the engine ends
Login = tuple[int, datetime | None]
UNKNOWN_LOCK = 1800  # seconds that a lock is taken to last when the device does not say


class Rounds:
    """Checks that go on until `stop`: one pool, one writer, one thread that looks at the clock."""

    def __init__(self, settings: Settings) -> None:
        self.interval, self.timeout = settings.check_interval, settings.check_timeout
        self.leader = Leader(settings.data)
        self.pool = Pool()
        self.watch = Watch(self.interval, self.timeout)
        self.writer = Writer(self.watch, self.leader)
        self.under_way: set[int] = set()
        self.refused: dict[int, tuple[Login, Outcome]] = {}  # passwords that are not tried again, written or not
        self.followed: dict[int, datetime] = {}  # persons' checks after which all was asked: when they ended
        self.last = 0.0  # monotonic moment up to which turns have been given
        self.lag = 0  # ms
        self.skipped = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="health-rounds", daemon=True)

    def start(self) -> None:
        self.pool.start()
        self.writer.thread.start()
        self.thread.start()

    def stop(self) -> None:
        """End within ten seconds, with nothing lost that was found: the lead is given up last."""
        self.stopping.set()
        self.thread.join(JOIN)
        self.pool.stop(STOP)
        self.writer.stop(JOIN)
        self.give_up()

    def run(self) -> None:
        while not self.stopping.wait(self.pause()):
            try:
                open_connection()
                self.step()
            except Exception as error:
                drop_broken_connection()
                if is_trouble(error):
                    log.warning("a round waits for the database", error=str(error))
                else:
                    log.exception("a round failed")
        drop_broken_connection()

    def pause(self) -> float:
        """Seconds until the next look at the clock: just after a full second."""
        if not self.leader.leads and self.last:
            return STANDBY
        return TICK - clock.monotonic() % TICK + 0.01

    def step(self) -> None:
        now = clock.monotonic()
        led = self.leader.leads
        if not self.leader.try_to_lead():
            self.last = now
            return
        if not led:
            log.info("this engine checks the devices")
            self.watch.begin_anew()
            self.last = now - TICK
        self.round(now)
        self.leader.beat(lag=self.lag, skipped=self.skipped, uplink_lost_at=self.lost_at(now))

    def round(self, now: float) -> None:
        since, self.last = self.last, now
        if missed := schedule.missed(since, now, self.interval):
            self.leave_out(missed)
        due = roster.in_slots(self.interval, schedule.slots(since, now, self.interval))
        for device in schedule.in_turn(due, now, self.interval):
            if not self.watch.waits(device.id):
                self.try_to_begin(device, self.turn(device, now))
        self.ask_again(now)
        self.follow_checks(now)
        self.lag = round(schedule.lateness(since, clock.monotonic()) * 1000)
        metrics.IN_FLIGHT.set(self.pool.in_flight)

    def ask_again(self, now: float) -> None:
        due = self.watch.due_again(now)
        found = roster.of(due)
        for device in found:
            self.refused.pop(device.id, None)
            self.try_to_begin(device, Turn(last=self.watch.last_start(device, now)), again=True)
        for gone in set(due) - {device.id for device in found}:
            self.watch.forget(gone)

    def follow_checks(self, now: float) -> None:
        """A person's check asks who a device is; right after it the device is asked for disks, channels and clock."""
        checked = Probe.found_well(clock.now() - LONGEST)
        fresh = {device_id for device_id, at in checked.items() if self.followed.get(device_id) != at} - self.under_way
        for device in roster.of(fresh):
            if device.found_at is None or device.found_at < checked[device.id]:
                self.try_to_begin(device, Turn(True, device.found_at is None, self.watch.last_start(device, now)))
        known = self.followed.keys() | fresh
        self.followed = {device_id: at for device_id, at in checked.items() if device_id in known}

    def try_to_begin(self, device: Due, turn: Turn, again: bool = False) -> None:
        """What is wrong with one device keeps no other from its turn."""
        try:
            self.begin(device, turn, again)
        except vault.Broken:
            log.error("a stored password does not open", device=device.id)
        except Exception:
            log.exception("a device could not be asked", device=device.id)

    def begin(self, device: Due, turn: Turn, again: bool) -> None:
        """Ask a device, unless it is not to be asked now; `again`: it may be offline, or its one try was put off."""
        if device.probed or self.is_stopped(device, again) or is_locked(device):
            return
        if device.id in self.under_way:
            self.skip()
            return
        login, refusal = self.refused.get(device.id, (None, None))
        if refusal and login == login_of(device):
            self.writer.enqueue(device, refusal)  # it could not be written, or is about to be
            return
        errand = visits.errand(device, turn, self.timeout, partial(self.done, device))
        self.under_way.add(device.id)
        if not self.pool.submit(errand):
            self.under_way.discard(device.id)
            self.skip()

    def is_stopped(self, device: Due, again: bool) -> bool:
        """Whether only a person's deed helps; the one try that was put off is of the password that was refused."""
        put_off = again and self.watch.graced.get(device.id) == device.connection_version
        return device.reason in STOPPED and not put_off

    def skip(self) -> None:
        self.skipped += 1

    def leave_out(self, missed: range) -> None:
        """Count the turns of these seconds, which are too long over to be made up for."""
        log.warning("turns were missed", seconds=len(missed))
        devices = roster.count_by_slot(self.interval)
        self.skipped += sum(devices.get(second % self.interval, 0) for second in missed)

    def turn(self, device: Due, now: float) -> Turn:
        """What is asked of a device whose turn has come."""
        new = device.found_at is None
        thorough = new or schedule.is_thorough(device.id, now, self.interval)
        who = new or schedule.is_asked_who(device.id, now, self.interval)
        return Turn(thorough, who, self.watch.last_start(device, now))

    def done(self, device: Due, outcome: Outcome) -> None:
        if isinstance(outcome.error, Unauthorized) and outcome.error.code == "wrong_password":
            self.refused[device.id] = login_of(device), outcome
        else:
            self.refused.pop(device.id, None)
        self.under_way.discard(device.id)
        self.writer.put(device, outcome)

    def lost_at(self, now: float) -> datetime | None:
        """Since when our own connection seems to be gone; None when it does not."""
        since = self.watch.lost_since
        return None if since is None else clock.now() - timedelta(seconds=now - since)

    def give_up(self) -> None:
        try:
            open_connection()
            self.leader.release()
        except Exception as error:
            log.warning("the lead was not handed over", error=str(error))


def login_of(device: Due) -> Login:
    """The password as it was at the last word about the device: an edit or a test by a person makes it another."""
    return device.connection_version, device.checked_at


def is_locked(device: Due) -> bool:
    """Whether the device's lock still lasts, so that even the right password is refused."""
    if device.status != Status.LOCKED or device.checked_at is None:
        return False
    if device.locked_until:
        return clock.now() < device.locked_until
    return (clock.now() - device.checked_at).total_seconds() < UNKNOWN_LOCK
