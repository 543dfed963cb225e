"""Whose fault a silence is, by what was heard of all devices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.health.services.uplink import MANY, Blame, Uplink

PATIENCE = 68.0


def uplink(*heard: tuple[int, int, bool, float]) -> Uplink:
    made = Uplink(PATIENCE)
    for one in heard:
        made.hear(*one)
    return made


def silence(devices: int, sites: int, at: float = 100.0) -> list[tuple[int, int, bool, float]]:
    return [(number, number % sites, False, at) for number in range(devices)]


@pytest.mark.parametrize(
    ("heard", "blame"),
    [
        (silence(5, 3), Blame.US),
        (silence(5, 2), Blame.WAIT),  # two sites: they may both be dark
        (silence(4, 3), Blame.WAIT),
        ([*silence(5, 3), *((9 + n, n, True, 100.0) for n in range(5))], Blame.THEM),  # no more than half
        ([*silence(6, 3), *((9 + n, n, True, 100.0) for n in range(5))], Blame.US),
        ([*silence(4, 3), (9, 1, True, 100.0)], Blame.THEM),
        (silence(1, 1), Blame.THEM),  # who has so few cannot tell
    ],
)
def test_it_takes_many_devices_at_many_places(heard, blame):
    others = [(100 + n, n, True, 50.0) for n in range(10)] if blame is Blame.WAIT else []
    assert uplink(*others, *heard).blame(90.0, 101.0) is blame


def test_who_hears_of_nobody_else_does_not_wait_for_ever():
    one = uplink(*((100 + n, n, True, 50.0) for n in range(10)), *silence(2, 2))
    assert one.blame(90.0, 90.0 + PATIENCE - 1) is Blame.WAIT
    assert one.blame(90.0, 90.0 + PATIENCE) is Blame.THEM


def test_a_word_changes_the_picture_at_once():
    one = uplink(*silence(5, 3))
    assert one.blame(90.0, 101.0) is Blame.US
    for number in range(5):
        one.hear(number, number % 3, True, 101.0)
    assert one.blame(90.0, 101.0) is Blame.THEM


def test_of_a_large_fleet_it_changes_within_a_second():
    one = uplink(*silence(MANY, 9))
    assert one.blame(90.0, 100.0) is Blame.US
    for number in range(MANY):
        one.hear(number, number % 9, True, 101.5)
    assert one.blame(90.0, 101.5) is Blame.THEM


def test_those_that_are_asked_no_more_are_forgotten():
    one = uplink(*silence(MANY, 9, 0.0))
    one.hear(MANY + 1, 1, True, 4 * PATIENCE)
    assert set(one.heard) == {MANY + 1}


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.booleans(), st.integers(0, 300)), max_size=40),
    st.integers(0, 300),
)
def test_it_counts_what_was_heard_since_then(heard, since):
    heard = sorted(heard, key=lambda one: one[3])
    latest = {device: (site, reached, at) for device, site, reached, at in heard}
    recent = [one for one in latest.values() if one[2] >= max(since, 300 - 3 * PATIENCE)]
    silent = [one for one in recent if not one[1]]
    found = uplink(*heard)
    found.blame(since, 300.0)
    assert found.picture.since(since) == (len(recent), len(silent), len({site for site, _, _ in silent}))
