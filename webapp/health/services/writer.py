"""The one thread that judges outcomes and writes them, many at a time.

A database that is busy or full is waited for as long as results are worth keeping; what grows older is left out, and
the devices' states grow old with it: unknown, never offline.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from datetime import datetime

import structlog

from webapp.common import clock
from webapp.db import drop_broken_connection, is_trouble, light_transaction, open_connection, transaction
from webapp.devices.models import Status
from webapp.devices.services import states
from webapp.health.models import store
from webapp.health.models.roster import Due
from webapp.health.models.store import Checked, Found, Still
from webapp.health.services import metrics, samples, seen
from webapp.health.services.leading import Leader, Lost
from webapp.health.services.watch import Verdict, Watch, told
from webapp.protocols.pool import Outcome
from webapp.protocols.values import value_object

log = structlog.get_logger("health")
BATCH, SOON = 1000, 0.25  # results that are written at once; seconds that one may wait for others
PAUSE = 1.0  # seconds between two tries at a database in trouble
MOST = 50_000  # results that wait at most
MOVING = {Status.LOCKED}  # its end is told anew each time


@value_object
class Result:
    """One outcome of a check."""

    device: Due
    outcome: Outcome
    at: datetime
    tick: float  # monotonic


class Writer:
    def __init__(self, watch: Watch, leader: Leader) -> None:
        self.watch, self.leader = watch, leader
        self.queue: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
        self.ending = threading.Event()
        self.hopeless = False  # we are to end, and nothing can be written
        self.thread = threading.Thread(target=self.run, name="health-writer", daemon=True)

    def put(self, device: Due, outcome: Outcome) -> None:
        """From any thread, quickly."""
        metrics.CHECKS.labels(outcome=told(outcome)[0]).inc()
        metrics.SECONDS.observe(outcome.ms / 1000)
        self.enqueue(device, outcome)

    def enqueue(self, device: Due, outcome: Outcome) -> None:
        """The same for an outcome that has been counted before."""
        if self.queue.qsize() < MOST:
            self.queue.put(Result(device, outcome, clock.now(), clock.monotonic()))

    def run(self) -> None:
        while self.keep_some():
            pass
        drop_broken_connection()

    def keep_some(self) -> bool:
        """False after the last; what was kept is not held any more while the next results are waited for."""
        batch = self.collect()
        metrics.QUEUED.set(self.queue.qsize())
        try:
            self.keep([result for result in batch if result])
        except Exception:
            log.exception("results were not kept")
        return None not in batch

    def stop(self, seconds: float) -> None:
        """Write what waits, then end, or be left alone after so long; a database in trouble is not waited for."""
        self.ending.set()
        self.queue.put(None)
        self.thread.join(seconds)

    def collect(self) -> list[Result | None]:
        """Wait for a result, then a moment for more, without a wake-up for each; None at the end of all."""
        batch = [self.queue.get()]
        if self.queue.qsize() < BATCH:
            self.ending.wait(SOON)
        while batch[-1] and len(batch) < BATCH and not self.queue.empty():
            batch.append(self.queue.get())
        return batch

    def keep(self, batch: list[Result]) -> None:
        """Judge and write; of each device the newest result that told something."""
        judged: dict[int, tuple[Result, Verdict]] = {}
        for result in batch:
            try:
                if verdict := self.watch.judge(result.device, result.outcome, result.tick):
                    judged[result.device.id] = result, verdict
            except Exception:
                log.exception("a result was not understood", device=result.device.id)
        if judged:
            self.persist(list(judged.values()))

    def persist(self, judged: list[tuple[Result, Verdict]]) -> None:
        """Write, again and again while the database is in trouble and the results are young."""
        while not self.hopeless and not self.settled(judged):
            self.ending.wait(PAUSE)

    def settled(self, judged: list[tuple[Result, Verdict]]) -> bool:
        """Whether they are written, or never will be; False: try again."""
        try:
            open_connection()
            self.write(judged)
        except Lost:
            log.warning("another engine has taken over", results=len(judged))
        except Exception as error:
            drop_broken_connection()
            if is_trouble(error):
                return self.gives_up(judged, error)
            self.write_singly(judged, error)
        return True

    def gives_up(self, judged: list[tuple[Result, Verdict]], error: Exception) -> bool:
        """Whether results are too old to wait any longer for a database in trouble, or we are to end."""
        self.hopeless = self.ending.is_set()
        over = self.hopeless or clock.monotonic() - judged[0][0].tick > self.watch.interval
        if over:
            log.error("results were left out", results=len(judged), error=str(error))
        return over

    def write_singly(self, judged: list[tuple[Result, Verdict]], error: Exception) -> None:
        """Keep all results but the one that cannot be kept."""
        if len(judged) == 1:
            log.error("a result was left out", device=judged[0][0].device.id, exc_info=error)
        else:
            for one in judged:
                self.persist([one])

    def write(self, judged: list[tuple[Result, Verdict]]) -> None:
        news = [(result, verdict) for result, verdict in judged if not is_known(result.device, verdict)]
        with transaction() if news else light_transaction():  # a refusal must last: no password is tried again after it
            self.leader.require()
            still = [still_row(result, verdict) for result, verdict in judged if is_known(result.device, verdict)]
            store.write([checked(result, verdict) for result, verdict in judged if tells_up_or_down(verdict)], still)
            store.write_findings(list(findings(judged)))
            for result, verdict in news:
                states.note(note_of(result), verdict.code, verdict.facts | {"ms": verdict.ms})
            for result, verdict in judged:
                if verdict.status == Status.ONLINE:  # what a stranger says of itself is not our device's
                    seen.note_trouble(result.device, result.outcome.result, result.at, self.watch.interval)
                    seen.note_changes(result.device, result.outcome, result.at)


def findings(judged: list[tuple[Result, Verdict]]) -> Iterator[Found]:
    """What is new of the devices that are who they were."""
    for result, verdict in judged:
        if verdict.status == Status.ONLINE and (found := seen.found(result.device, result.outcome.result, result.at)):
            yield found


def note_of(result: Result) -> states.Look:
    device = result.device
    return states.Look(device.id, device.connection_version, device.checked_at, result.at)


def is_known(device: Due, verdict: Verdict) -> bool:
    """Whether the check found what stands in the state already."""
    same = device.status == verdict.status and (device.reason or "ok") == verdict.code
    return same and verdict.status not in MOVING


def tells_up_or_down(verdict: Verdict) -> bool:
    return verdict.status in {Status.ONLINE, Status.OFFLINE}


def still_row(result: Result, verdict: Verdict) -> Still:
    return Still(result.device.id, result.device.connection_version, verdict.status, result.at, verdict.ms)


def checked(result: Result, verdict: Verdict) -> Checked:
    up = verdict.status == Status.ONLINE
    sample = samples.pack(result.at.minute, verdict.ms if up else None)
    hour = int(result.at.timestamp()) // 3600
    device = result.device
    return Checked(hour, device.id, device.connection_version, int(up), (verdict.ms or 0) if up else 0, sample)
