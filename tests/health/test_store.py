"""What thousands of checks have found, written at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.factories import make_day, make_device
from webapp.common import clock
from webapp.db import database, is_sqlite, transaction
from webapp.devices.models import Device, DeviceState, Status
from webapp.health.models import DeviceDay, DeviceFindings, DeviceHour, store
from webapp.health.models.store import Checked, Still
from webapp.health.services import keeping
from webapp.health.services.samples import byte, pack


@pytest.fixture
def device(site) -> Device:
    return make_device(site)


def write(*checked: Checked, still: tuple[Still, ...] = ()) -> None:
    with transaction():
        store.write(checked, still)


def hour(device: Device, number: int = 500_000) -> DeviceHour:
    return DeviceHour.get((DeviceHour.device_id == device.id) & (DeviceHour.hour == number))


def test_checks_of_an_hour_are_gathered_in_one_row(device):
    for minute, ms in ((0, 0), (1, 120), (2, None), (3, 80)):
        write(Checked(500_000, device.id, 1, int(ms is not None), ms or 0, pack(minute, ms)))
    row = hour(device)
    assert (row.n, row.up, row.ms_sum, row.ms_max) == (4, 3, 200, 120)
    assert bytes(row.samples) == bytes(map(byte, (0, 120, None, 80)))


HOURS = count(400_000)
CHECKS = st.lists(st.tuples(st.integers(0, 59), st.none() | st.integers(0, 20_000)), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(checks=CHECKS)
@example(checks=[(59, None), (0, 0), (59, 0), (0, None)])
@example(checks=[(minute, ms) for ms in (9, None, 0) for minute in (30, 0, 59, 1)])
@example(checks=[(0, 127), (2, 200), (1, 8000), (2, None), (0, 8000)])
def test_of_each_minute_the_worst_stays_in_whatever_order_they_come(device, checks):
    number, worst = next(HOURS), dict.fromkeys(range(60), 0)
    for minute, ms in checks:
        write(Checked(number, device.id, 1, int(ms is not None), ms or 0, pack(minute, ms)))
        worst[minute] = max(worst[minute], byte(ms))
    row, times = hour(device, number), [ms for _minute, ms in checks if ms is not None]
    assert bytes(row.samples) == bytes(worst.values()).rstrip(b"\0")
    assert (row.n, row.up, row.ms_sum, row.ms_max) == (len(checks), len(times), sum(times), max(times, default=0))
    if is_sqlite():
        kinds = database.execute_sql("SELECT DISTINCT typeof(samples) FROM device_hour").fetchall()
        assert kinds == [("blob",)]


def test_many_that_were_known_before_are_changed_at_once(site):
    devices = [make_device(site) for _ in range(23)]
    for minute, ms in ((3, 10), (1, 20), (3, None), (59, 5)):
        write(*[Checked(500_000, one.id, 1, int(ms is not None), ms or 0, pack(minute, ms)) for one in devices])
    kept = bytearray(60)
    kept[1], kept[3], kept[59] = byte(20), byte(None), byte(5)
    assert [bytes(row.samples) for row in DeviceHour.select()] == [bytes(kept)] * 23


def test_another_hour_is_another_row(device):
    for number in (500_000, 500_001):
        write(Checked(number, device.id, 1, 1, 5, pack(7, 5)))
    assert DeviceHour.select().count() == 2


def test_what_is_known_gets_a_new_age(device):
    now = clock.now()
    write(still=(Still(device.id, 1, Status.ONLINE, now, 33),))
    state = DeviceState.of(device.id)
    assert (state.checked_at, state.ms) == (now, 33)


@pytest.mark.parametrize("version", [0, 2])
def test_a_connection_that_was_edited_meanwhile_gets_nothing(device, version):
    before = DeviceState.of(device.id).checked_at
    still = Still(device.id, version, Status.ONLINE, clock.now(), 33)
    write(Checked(500_000, device.id, version, 1, 5, pack(0, 5)), still=(still,))
    assert not DeviceHour.select().count() and DeviceState.of(device.id).checked_at == before


def test_a_device_that_was_switched_off_meanwhile_gets_nothing(device):
    before = DeviceState.of(device.id).checked_at
    Device.update(health_monitoring=False).where(Device.id == device.id).execute()
    found = store.Found(device.id, 1, clock.now(), "{}", 5, 9, clock.now(), "status")
    with transaction():
        store.write_findings([found])
        store.write(
            [Checked(500_000, device.id, 1, 1, 5, pack(0, 5))], [Still(device.id, 1, Status.ONLINE, clock.now(), 33)]
        )
    assert DeviceState.of(device.id).checked_at == before
    assert not DeviceHour.select().count() and not DeviceFindings.select().count()


def test_a_state_that_changed_meanwhile_stays(device):
    DeviceState.set(device.id, clock.now(), Status.LOCKED)
    write(still=(Still(device.id, 1, Status.ONLINE, clock.now(), 33),))
    assert DeviceState.of(device.id).ms is None


def test_a_device_that_is_gone_gets_nothing(device):
    write(Checked(500_000, device.id + 1, 1, 1, 5, pack(0, 5)))
    assert not DeviceHour.select().count()


def test_many_at_once(site):
    devices = [make_device(site) for _ in range(30)]
    write(*[Checked(500_000, one.id, 1, 1, one.id, pack(0, one.id)) for one in reversed(devices)])
    assert {row.ms_sum for row in DeviceHour.select()} == {one.id for one in devices}


def test_nothing_is_nothing(app):
    write()


# ---- days made of hours


def test_days_are_made_of_hours_once_and_old_ones_go(device):
    now = int(clock.now().timestamp()) // 3600
    today = now // 24
    hours = [today * 24 - 1, today * 24 - 2, (today - 3) * 24, (today - 9) * 24, today * 24]
    for number in hours:
        write(Checked(number, device.id, 1, 1, 10, pack(0, 10)))
        write(Checked(number, device.id, 1, 0, 0, pack(1, None)))

    for _ in range(2):
        keeping.tidy()

    days = {row.day: (row.n, row.up, row.ms_sum, row.ms_max) for row in DeviceDay.select()}
    assert days == {today - 1: (4, 2, 20, 10), today - 3: (2, 1, 10, 10), today - 9: (2, 1, 10, 10)}
    assert {row.hour for row in DeviceHour.select()} == set(hours) - {(today - 9) * 24}


def day_of_two_halves(device, rest_at):
    """Half a day of checks; a clock that is a day ahead for one tidying; the other half, tidied at `rest_at`."""
    day = datetime(2026, 11, 23, tzinfo=UTC)
    first = int(day.timestamp()) // 3600
    for number in range(24):
        if number == 12:
            with time_machine.travel(day + timedelta(days=1, hours=12), tick=False):
                keeping.tidy()
        write(Checked(first + number, device.id, 1, 1, 10, pack(0, 10)))
    with time_machine.travel(day + rest_at, tick=False):
        keeping.tidy()
    (made,) = DeviceDay.select()
    return made.day == first // 24, made.n, made.up, made.ms_sum


@pytest.mark.parametrize("rest_at", [timedelta(hours=25), timedelta(days=2, hours=1), timedelta(days=5)])
def test_a_day_that_a_jumping_clock_closed_early_is_made_whole(device, rest_at):
    assert day_of_two_halves(device, rest_at) == (True, 24, 24, 240)


def test_a_day_is_never_made_of_fewer_hours_than_it_was(device):
    yesterday = int(clock.now().timestamp()) // 86_400 - 1
    make_day(device, 1, n=1440, up=1440)
    write(Checked(yesterday * 24 + 23, device.id, 1, 0, 0, pack(0, None)))
    keeping.tidy()
    (made,) = DeviceDay.select()
    assert (made.day, made.n, made.up) == (yesterday, 1440, 1440)


def test_there_is_nothing_to_tidy_at_first(app):
    keeping.tidy()
    assert not DeviceDay.select().count()
