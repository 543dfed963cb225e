"""One engine for one database: a file lock with SQLite, a lease with a fencing number with PostgreSQL (Z31)."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import Any

from webapp.common import clock
from webapp.db import hurrying, is_sqlite
from webapp.health.models import EngineLease

LEASE = 30  # seconds that a lease holds
RENEW = 10  # seconds after which it is renewed, and the engine says that it lives


class Lost(Exception):
    """Another engine has taken over: what this one has found is not written."""


class Leader:
    """Whether this process checks. For one thread, but for `require`."""

    def __init__(self, data: Path) -> None:
        self.path = data / "engine.lock"
        self.file: int | None = None
        self.fence: int | None = None
        self.held = self.said = 0.0  # monotonic: when the lease was ours for sure, and when we said that we live

    @property
    def leads(self) -> bool:
        return self.fence is not None

    def try_to_lead(self) -> bool:
        """Take the lead if it is free; True when this process has it."""
        now = clock.monotonic()
        if self.fence is not None and now - self.held >= LEASE:
            self.renew()  # we were asleep: another may lead by now, and ask the same devices
        elif self.fence is None:
            self.fence = (
                self.lock() if is_sqlite() else EngineLease.take(f"{socket.gethostname()}:{os.getpid()}", LEASE)
            )
            self.held, self.said = now, 0.0
        return self.leads

    def lock(self) -> int | None:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return None
        self.file = file
        return 0

    def beat(self, **told: Any) -> None:
        """Say now and then that the engine lives, and how it fares; give up a lease that was lost. Never waits long."""
        now = clock.monotonic()
        if self.fence is None or now - self.said < RENEW:
            return
        self.renew()
        if self.leads:
            self.said = now  # whatever comes of the next line: a database that is locked is not asked each second
            with hurrying():
                EngineLease.tell(beat_at=clock.now(), **told)

    def renew(self) -> None:
        """Hold the lease longer, or know that it has been lost. A file lock is held for good."""
        now = clock.monotonic()
        if is_sqlite() or (self.fence is not None and EngineLease.renew(self.fence, LEASE)):
            self.held = now
        else:
            self.fence = None

    def require(self) -> None:
        """Inside the transaction that writes. Raises Lost."""
        if self.fence is None or not EngineLease.holds(self.fence):
            raise Lost

    def release(self) -> None:
        """Let the next engine begin at once."""
        if self.fence is not None and not is_sqlite():
            EngineLease.release(self.fence)
        if self.file is not None:
            os.close(self.file)
        self.file = self.fence = None
