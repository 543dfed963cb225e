"""When a device's turn comes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.health.services.schedule import LATEST, is_asked_who, is_thorough, missed, slots


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
    assert len(list(slots(100, 200, 60))) == LATEST and missed(100, 200, 60) == 95
    assert missed(100, 103, 60) == 0


@pytest.mark.parametrize("device_id", [1, 7, 59, 60, 9999])
def test_disks_every_ten_turns_and_who_it_is_every_sixty(device_id):
    turns = [60.0 * n + device_id % 60 for n in range(120)]
    assert sum(is_thorough(device_id, at, 60) for at in turns) == 12
    assert sum(is_asked_who(device_id, at, 60) for at in turns) == 2


def test_thorough_turns_of_devices_do_not_fall_together():
    at = 6000.0
    assert 90 <= sum(is_thorough(device_id, at, 60) for device_id in range(0, 60_000, 60)) <= 110
