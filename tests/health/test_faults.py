"""What goes wrong on our side is never told as a device's fault (Z22, Z30–Z36)."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.request import Request, urlopen

import psycopg
import pytest
import time_machine

from tests.factories import make_device, make_site
from tests.health.conftest import ON_SQLITE, added, state, until
from tests.health.test_engine import checks
from tests.lab import AT_HAND, PASSWORD, replay
from webapp.common import clock
from webapp.db import database, is_sqlite
from webapp.devices.models import Device, DeviceEvent, DeviceState, Status
from webapp.health.models import EngineLease
from webapp.health.services.leading import LEASE, Leader
from webapp.simulator.pretend import Behaviour, Pretend

HOSTILE = [
    "drip",
    "hang",
    "hang_headers",
    "reset",
    "close",
    "truncate",
    "bad_length",
    "huge",
    "endless",
    "login_page",
    "redirect",
    "http",
    "xmlbomb",
    "xxe",
    "gzipbomb",
    "empty",
    "garbage",
    "json_for_xml",
    "stale",
    "nochallenge",
]


def outages() -> int:
    return DeviceEvent.select().where(DeviceEvent.became == Status.OFFLINE).count()


def visits(camera: Pretend) -> int:
    """How often the device was asked: each time it is asked once without the password."""
    return sum(not request.authorization for request in camera.requests)


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody holds what the engine wants to write."""
    if is_sqlite():
        other = sqlite3.connect(database.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(url)
        other.execute("LOCK TABLE device_hour, device_state IN EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.rollback() if not is_sqlite() else other.execute("ROLLBACK")
        other.close()


@pytest.mark.parametrize("seconds", [6])
def test_a_database_that_is_locked_for_a_while_makes_nobody_offline(app, site, camera, rounds, database_url, seconds):
    device = added(site, camera)
    rounds.start()
    until(lambda: checks(device) >= 2)
    with held(database_url):
        time.sleep(seconds)
    before = checks(device)
    until(lambda: checks(device) > before + 1)
    assert not outages()


@ON_SQLITE
def test_a_database_that_is_locked_keeps_no_device_from_its_turn(site, camera, rounds, database_url):
    added(site, camera)
    rounds.start()
    until(lambda: camera.logins)
    with held(database_url):
        rounds.leader.said = 0.0  # it wants to say that it lives, too
        asked = visits(camera)
        until(lambda: visits(camera) >= asked + 3, 5)  # that long a write would wait


def test_a_database_that_goes_away_is_come_back_to(app, site, camera, rounds):
    if is_sqlite():
        pytest.skip("a file does not hang up")
    device = added(site, camera)
    rounds.start()
    until(lambda: checks(device) >= 1)
    mine = database.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
    database.execute_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> %s", (mine,))
    before = checks(device)
    until(lambda: checks(device) > before + 1)
    assert not outages()


def test_an_engine_that_sleeps_while_it_writes_does_not_hold_the_lease_for_good(app):
    if is_sqlite():
        pytest.skip("a file lock ends with its process")
    sql = "SELECT EXTRACT(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)"
    assert 0 < database.execute_sql(sql).fetchone()[0] < LEASE


def test_an_engine_that_slept_until_another_leads_asks_nobody(app, site, camera, rounds, tmp_path):
    if is_sqlite():
        pytest.skip("a file lock is held asleep, too")
    added(site, camera)
    other = Leader(tmp_path)
    assert rounds.leader.try_to_lead()
    database.execute_sql("UPDATE engine_lease SET until = now() - interval '1 second'")
    rounds.leader.held, rounds.last = rounds.leader.held - LEASE, clock.monotonic() - LEASE
    assert other.try_to_lead()
    rounds.step()
    assert not rounds.leader.leads and not rounds.skipped  # whoever is begun with, without a pool, is skipped


@ON_SQLITE
@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_makes_nobody_offline_and_no_burst(site, camera, rounds, hours):
    device = added(site, camera)
    rounds.start()
    until(lambda: checks(device) >= 1)
    with time_machine.travel(clock.now() + timedelta(hours=hours), tick=True):
        asked, began = len(camera.logins), time.monotonic()
        time.sleep(4)
        assert not outages()
        assert len(camera.logins) - asked <= 4 * (time.monotonic() - began + 2)
    until(lambda: checks(device) >= 4)


@ON_SQLITE
def test_when_our_own_connection_goes_nothing_is_claimed_of_devices(company, rounds):
    pretends = [Pretend().start() for _ in range(6)]
    try:
        devices = [added(make_site(company), pretend) for pretend in pretends]
        rounds.start()
        until(lambda: all(checks(device) for device in devices))
        for pretend in pretends:
            pretend.behaviour = Behaviour.DEAD
        until(lambda: rounds.watch.lost_since is not None)
        time.sleep(5)
        assert not outages()
        for pretend in pretends:
            pretend.stop()
            pretend.behaviour = Behaviour.NORMAL
            pretend.start()
        until(lambda: rounds.watch.lost_since is None)
        assert not outages() and Device.select().count() == 6
    finally:
        for pretend in pretends:
            pretend.stop()


def test_the_engine_tells_that_our_own_connection_is_gone(app, rounds):
    rounds.leader.try_to_lead()
    rounds.watch.lost_since = clock.monotonic() - 120
    rounds.leader.beat(uplink_lost_at=rounds.lost_at(clock.monotonic()))
    assert 110 < (clock.now() - EngineLease.now().uplink_lost_at).total_seconds() < 130


@ON_SQLITE
def test_one_whole_site_may_fail_while_the_others_answer(company, rounds):
    with Pretend(host="0.0.0.0") as well, Pretend(host="0.0.0.0") as dead:
        line = make_site(company)
        lost = [make_device(line, host=f"127.0.78.{n}", port=dead.port, serial=dead.serial) for n in range(1, 7)]
        for _ in range(2):
            other = make_site(company)
            added(other, well, host=f"127.0.79.{other.id % 200 + 1}")
        dead.behaviour = Behaviour.DEAD
        rounds.start()
        until(lambda: outages() == len(lost) or None)


def test_a_wrong_password_is_not_tried_again_while_nothing_can_be_written(app, site, camera, rounds, database_url):
    added(site, camera, password="Wrong-1234")
    with held(database_url):
        rounds.start()
        until(lambda: camera.logins)
        time.sleep(5)
    until(lambda: DeviceState.get().status == Status.AUTH_FAILED)
    assert len(camera.logins) == 1


@ON_SQLITE
@pytest.mark.skipif(not AT_HAND, reason="the laboratory is not there")
def test_hostile_devices_of_every_kind_are_told_and_keep_no_other_from_its_turn(site, camera, rounds):
    with replay("DS-2CD2386G2-IU.json", "--fleet", str(len(HOSTILE))) as lab:
        for number, kind in enumerate(HOSTILE):
            fault = json.dumps({"kind": kind, "mb": 8}).encode()
            urlopen(Request(f"http://{lab.control}/devices/{number}/fault", fault)).close()
        ill = [make_device(site, PASSWORD, host=f"127.0.0.{1 + n}", port=lab.port) for n in range(len(HOSTILE))]
        device = added(site, camera)
        rounds.start()
        until(lambda: not [HOSTILE[n] for n, one in enumerate(ill) if state(one).status == Status.ONLINE], 40)
        before = checks(device)
        until(lambda: checks(device) >= before + 2)
        assert state(device).status == Status.ONLINE and not outages_of(device)


def outages_of(device: Device) -> int:
    return DeviceEvent.select().where(DeviceEvent.device == device.id, DeviceEvent.became == Status.OFFLINE).count()
