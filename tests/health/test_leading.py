"""One engine for one database, however many are started (Z31)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.client import at_once
from tests.health.conftest import ON_SQLITE, added, until
from webapp.config import ROOT
from webapp.db import database, is_sqlite, transaction
from webapp.health.models import DeviceHour, EngineLease
from webapp.health.services.leading import Leader, Lost
from webapp.health.services.samples import tally


@pytest.fixture
def leader(app, tmp_path) -> Leader:
    return Leader(tmp_path)


def test_of_many_that_try_at_once_one_leads(app, tmp_path):
    leaders = [Leader(tmp_path) for _ in range(6)]
    assert sorted(at_once(*[leader.try_to_lead for leader in leaders])) == [False] * 5 + [True]
    first = next(leader for leader in leaders if leader.leads)
    first.release()
    assert leaders[leaders.index(first) - 1].try_to_lead() and not first.try_to_lead()


def test_what_is_found_is_written_by_the_leader_alone(leader):
    with pytest.raises(Lost), transaction():
        leader.require()
    leader.try_to_lead()
    with transaction():
        leader.require()


def test_a_lease_that_ran_out_goes_to_the_next_and_the_first_writes_nothing_more(leader, tmp_path):
    if is_sqlite():
        pytest.skip("a file lock ends with its process")
    other = Leader(tmp_path)
    assert leader.try_to_lead() and not other.try_to_lead()
    database.execute_sql("UPDATE engine_lease SET until = now() - interval '1 second'")
    assert other.try_to_lead()
    with pytest.raises(Lost), transaction():
        leader.require()
    leader.beat()
    assert not leader.leads


def test_it_says_that_it_lives_and_how_it_fares(leader):
    leader.try_to_lead()
    leader.beat(lag=12, skipped=3, uplink_lost_at=None)
    told = EngineLease.now()
    assert (told.lag, told.skipped) == (12, 3) and told.beat_at and told.uplink_lost_at is None


@contextmanager
def worker(app, tmp_path: Path):
    """`flask worker` on the test's database."""
    settings = app.config["SETTINGS"]
    environment = os.environ | {"SITEHAND_DATA": str(tmp_path), "SITEHAND_DATABASE_URL": settings.database_url}
    environment |= {"SITEHAND_ALLOWED_NETWORKS": "127.0.0.0/8", "SITEHAND_CHECK_INTERVAL": "2"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout and "Checking the devices" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()


def checks() -> int:
    return sum(row.n for row in DeviceHour.select())


def test_three_workers_check_each_device_once_an_interval_and_one_takes_over_when_one_dies(app, site, camera, tmp_path):
    added(site, camera)
    with worker(app, tmp_path) as one, worker(app, tmp_path) as two, worker(app, tmp_path) as three:
        until(lambda: checks() >= 1)
        began, before = time.monotonic(), checks()
        time.sleep(6)
        assert checks() - before <= (time.monotonic() - began) / 2 + 1
        leading = [process for process in (one, two, three) if holds(process, tmp_path)]
        assert len(leading) == 1
        leading[0].kill()
        if not is_sqlite():
            database.execute_sql("UPDATE engine_lease SET until = now() - interval '1 second'")  # or wait 30 s for it
        before = checks()
        until(lambda: checks() > before)


def holds(process: subprocess.Popen, data: Path) -> bool:
    if not is_sqlite():
        return EngineLease.now().holder.endswith(f":{process.pid}")
    return any(file.resolve() == data / "engine.lock" for file in Path(f"/proc/{process.pid}/fd").iterdir())


@ON_SQLITE
def test_a_worker_that_is_told_to_end_does_so_in_time(app, site, camera, tmp_path):
    added(site, camera)
    with worker(app, tmp_path) as process:
        until(lambda: checks() >= 1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0 and time.monotonic() - began < 10


def is_whole(row: DeviceHour) -> bool:
    """Whether an hour of answers tells the same by its counts and by its minutes."""
    kept = bytes(row.samples)
    return row.n == row.up >= tally(kept).n == tally(kept).up > 0 and kept[-1] > 0


def test_a_worker_that_is_killed_again_and_again_loses_nothing_that_was_kept(app, site, camera, tmp_path):
    device = added(site, camera)
    kept = 0
    for _ in range(3):
        with worker(app, tmp_path):
            if not is_sqlite():
                database.execute_sql("UPDATE engine_lease SET until = now() - interval '1 second'")
            until(lambda before=kept: checks() > before)
        assert checks() > kept
        kept = checks()
    rows = list(DeviceHour.select())
    assert all(is_whole(row) for row in rows)
    assert {row.device_id for row in rows} == {device.id}
