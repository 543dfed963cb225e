"""What the faults happen to: recorded devices, a database, and the product's own processes on it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import pages
from benchmarks.laboratory import PASSWORD, Lab, add_devices

WRONG = "Wrong-1234"
SITES = 10


@dataclass
class World:
    """A database of the product's own making, with one company and sites 1 to SITES."""

    data: Path
    url: str
    interval: int
    timeout: float = 2.0
    extra: dict[str, str] = field(default_factory=dict)  # environment
    logs: list[Path] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        made = pages.settings(self.data) | {"SITEHAND_ENGINE": "threads", "SITEHAND_DATABASE_URL": self.url}
        made |= {"SITEHAND_CHECK_INTERVAL": str(self.interval), "SITEHAND_CHECK_TIMEOUT": str(self.timeout)}
        return made | {"SITEHAND_ALLOWED_NETWORKS": "127.0.0.0/8"} | self.extra

    def create(self) -> World:
        person = ["--email", pages.PERSON["email"], "--password", pages.PERSON["password"]]
        for command in (["migrate"], ["create-company", "--company", "Bench", "--name", "Bo", *person]):
            run = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
            subprocess.run(run, cwd=pages.ROOT, env=self.environment, check=True, stdout=subprocess.DEVNULL)
        self.look()
        pages.fill(self.url, SITES, 0)
        return self

    def look(self) -> None:
        """Point this process at the database, to read and to plant."""
        from webapp import config, db
        from webapp.common import logs, vault

        logs.configure("ERROR")
        config.use(config.Settings(data=self.data, database_url=self.url))
        vault.use(self.data / "vault.key")
        db.connect(self.url)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        from webapp import db

        with db.database.connection_context():
            return db.rows(sql)

    def add(self, addresses: list[tuple[str, int]], password: str = PASSWORD, status: str = "online") -> list[int]:
        return add_devices(addresses, SITES, password, status)

    def counted(self) -> dict[int, int]:
        """Checks that are kept, by device."""
        return {int(one): int(n) for one, n in self.rows("SELECT device_id, SUM(n) FROM device_hour GROUP BY 1")}

    def states(self) -> dict[int, tuple[str, str, float]]:
        """(status, reason, when it was checked as time.time() or 0) by device."""
        from webapp.db import moment

        sql = "SELECT device_id, status, reason, checked_at FROM device_state"
        told = ((one, status, why, moment(at)) for one, status, why, at in self.rows(sql))
        return {int(one): (status, why, at.timestamp() if at else 0.0) for one, status, why, at in told}

    def outages(self) -> int:
        """How often a device was said to be offline."""
        return int(self.rows("SELECT COUNT(*) FROM device_event WHERE became = 'offline'")[0][0])

    def counts(self, lab: Lab, devices: int) -> dict[str, Any]:
        """What is kept of the laboratory's first devices, which are the first here too, against what was asked."""
        visits, counted = [lab.visits(number) for number in range(devices)], self.counted()
        return {
            "checks": sum(map(len, visits)),
            "kept": sum(counted.get(number + 1, 0) for number in range(devices)),
            "kept_more_than_asked": sum(max(0, counted.get(n + 1, 0) - len(one)) for n, one in enumerate(visits)),
            "two_in_one_interval": twice(visits, self.interval),
            "longest_gap_s": round(max(map(longest_gap, visits)), 1),
            "false_offline": self.outages(),
            "torn_hours": self.torn(),
        }

    def torn(self) -> int:
        """Hours whose minutes tell of another number of checks than their counts do."""
        return sum(is_torn(*row) for row in self.rows("SELECT n, up, samples FROM device_hour"))

    def integrity(self) -> str:
        return str(self.rows("PRAGMA integrity_check")[0][0])

    @contextmanager
    def worker(self, **environment: str) -> Iterator[subprocess.Popen[Any]]:
        """`flask worker`, come up; killed in the end unless it has ended."""
        file = self.data / f"worker-{len(self.logs)}.log"
        self.logs.append(file)
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        with file.open("wb") as log:
            made = {"stdout": subprocess.PIPE, "stderr": log, "cwd": pages.ROOT, "env": self.environment | environment}
            process: subprocess.Popen[Any] = subprocess.Popen(command, **made)  # type: ignore[call-overload]
        try:
            assert process.stdout
            assert process.stdout.readline(), file.read_text()
            yield process
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # type: ignore[union-attr]

    def said(self, event: str) -> int:
        """How often the workers have logged an event."""
        return sum(file.read_text(errors="replace").count(f'"{event}"') for file in self.logs)

    def serving(self) -> Any:
        """The product as it is served, engine beside the pages."""
        return pages.serving("wsgi:app", pages.ROOT / "gunicorn.conf.py", self.environment)


def until(true: Callable[[], Any], seconds: float, pause: float = 0.1) -> float | None:
    """Seconds until something was so; None when it was not in time."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if true():
            return round(time.monotonic() - began, 2)
        time.sleep(pause)
    return None


def end(process: subprocess.Popen[Any]) -> bool:
    """Whether it ended by itself when it was told to."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(15) == 0
    except subprocess.TimeoutExpired:
        return False


def resident(pid: int) -> int:
    """Bytes of memory that a process has for itself, and its share of what it has with others."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    return 1024 * int(found[1]) if found else 0


def twice(visits: list[list[float]], interval: int) -> int:
    """How often a device was asked twice in one turn; turns begin at its second of the interval. Of devices 1, 2, …"""
    ahead, more = time.monotonic() - time.time(), 0
    for one, moments in enumerate(visits, 1):
        turns = [int((at + ahead - one % interval) // interval) for at in moments]
        more += len(turns) - len(set(turns))
    return more


def longest_gap(moments: list[float]) -> float:
    return max((other - one for one, other in pairwise(moments)), default=0.0)


def is_torn(n: int, up: int, samples: bytes) -> bool:
    """Of an hour with so many checks. Its minutes: 0 nothing known, which the last is not, and 255 down."""
    minutes = bytes(samples)
    known = len(minutes) - minutes.count(0)
    return not 0 < len(minutes) <= 60 or minutes[-1] == 0 or known > n or (255 in minutes) != (up < n)
