"""When a device's turn comes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.health.services.schedule import LATEST, in_turn, is_asked_who, is_thorough, lateness, missed, slots


@given(st.floats(0, 1e6), st.integers(1, 300))
def test_each_second_of_the_interval_comes_once_whatever_the_ticks(start, interval):
    seen: Counter[int] = Counter()
    at = start
    while at < start + interval:
        seen.update(slots(at, at + 1, interval))
        at += 1
    assert sum(seen.values()) in {interval, interval + 1} and max(seen.values()) <= 2


def test_a_thousand_devices_are_spread_evenly():
    turns = Counter(device_id % 60 for device_id in range(1, 1001))
    assert max(turns.values()) <= 2 * 1000 / 60


def test_what_is_late_is_skipped_and_counted_not_made_up_for():
    assert list(slots(100, 103, 60)) == [41, 42, 43]
    assert len(list(slots(100, 200, 60))) == LATEST and len(missed(100, 200, 60)) == 95
    assert {second % 60 for second in missed(100, 112, 60)} == {41, 42, 43, 44, 45, 46, 47}
    assert not missed(100, 103, 60)


def test_how_late_it_is_counts_from_the_first_turn_that_was_due():
    assert lateness(100.5, 101.25) == 0.25 and lateness(100.5, 140.5) == 39.5
    assert lateness(100.2, 100.9) == 0


@pytest.mark.parametrize("device_id", [1, 7, 59, 60, 9999])
def test_disks_every_ten_turns_and_who_it_is_every_sixty(device_id):
    turns = [60.0 * n + device_id % 60 for n in range(120)]
    assert sum(is_thorough(device_id, at, 60) for at in turns) == 12
    assert sum(is_asked_who(device_id, at, 60) for at in turns) == 2


def test_thorough_turns_of_devices_do_not_fall_together():
    at = 6000.0
    assert 90 <= sum(is_thorough(device_id, at, 60) for device_id in range(0, 60_000, 60)) <= 110


@pytest.mark.parametrize("room", [1, 3, 9])
def test_where_there_is_not_room_for_all_each_device_has_its_turn_before_long(room):
    devices, waits, longest = range(10), Counter(), 0
    for interval in range(500):
        served = in_turn(devices, interval * 60.0 + 7, 60)[:room]
        waits.update(devices)
        for device in served:
            longest, waits[device] = max(longest, waits[device]), 0
    assert longest <= 4 * 10 / room and max(waits.values()) <= 4 * 10 / room


@given(st.integers(0, 300), st.floats(0, 1e9), st.integers(1, 300))
def test_whoever_begins_nobody_is_left_out_or_asked_twice(count, now, interval):
    assert sorted(in_turn(range(count), now, interval)) == list(range(count))
