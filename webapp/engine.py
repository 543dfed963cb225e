"""What runs in the background, put together: beside the pages by gunicorn's hooks, or alone as a worker."""

from __future__ import annotations

import gc
import threading

import structlog

from webapp.common import jobs
from webapp.config import Settings
from webapp.db import in_connection
from webapp.devices.services import probing
from webapp.handover.services import looking
from webapp.health.services import keeping
from webapp.health.services.rounds import Rounds
from webapp.notices import services as notices
from webapp.qr.services import scanning

log = structlog.get_logger("engine")
SWEEP = 60  # seconds
TIDY = 60  # sweeps
YOUNG = 10_000  # objects that may be new before the collector looks at them


class Engine:
    """Periodic checks, and the tidying of what is old."""

    def __init__(self, settings: Settings) -> None:
        self.rounds = Rounds(settings) if settings.engine == "threads" else None
        self.stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self.sweep, name="sweep", daemon=True).start()
        if self.rounds:
            self.rounds.start()

    def sweep(self) -> None:
        """Every minute forget what tests and codes kept too long, and send overdue mail; hourly tidy the history."""
        count = 0
        while not self.stopping.wait(SWEEP):
            try:
                in_connection(probing.wipe)
                in_connection(scanning.wipe)
                in_connection(notices.sweep)
                if self.rounds and self.rounds.leader.leads and count % TIDY == 0:
                    in_connection(keeping.tidy)
                    in_connection(looking.forget)
                count += 1
            except Exception:
                log.exception("sweep failed")

    def stop(self) -> None:
        """Within ten seconds; what has been found out is kept."""
        self.stopping.set()
        if self.rounds:
            self.rounds.stop()


_engine: Engine | None = None


def start(settings: Settings) -> None:
    """Begin in this process; jobs begin with the first that a request hands over."""
    global _engine
    set_aside()
    _engine = Engine(settings)
    _engine.start()


def set_aside() -> None:
    """Let the collector pass over all that is there already: looking it through again is a tenth of a check's cost.

    And let it come less often: most of what a check or a page makes is gone by itself before it would be looked at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def stop() -> None:
    """Let running checks and jobs end, so that a stopping server leaves nothing half-told."""
    global _engine
    running, _engine = _engine, None
    if running:
        running.stop()
    jobs.stop()
