"""A minute in one byte."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from webapp.health.services.samples import DOWN, SLOWEST, TIMES, Tally, byte, halves, pack, tally

LONGEST = TIMES[SLOWEST]  # ms that are kept apart from longer ones


def test_no_more_of_a_time_is_lost_than_is_said():
    for ms in range(LONGEST + 1):
        wrong = abs(TIMES[byte(ms)] - ms)
        assert wrong == 0 if ms <= 42 else wrong <= max(1, 0.016 * ms), ms


def test_times_of_a_few_milliseconds_are_told_apart():
    assert [TIMES[byte(ms)] for ms in (0, 1, 2, 7, 8)] == [0, 1, 2, 7, 8]


def test_a_larger_byte_is_always_the_worse():
    assert all(one < more for one, more in pairwise(TIMES[1:DOWN]))
    found = [byte(ms) for ms in range(10_000)]
    assert found == sorted(found) and set(found) == set(range(1, SLOWEST + 1)) and byte(None) == DOWN


def test_what_is_slower_than_all_that_is_told_apart_is_up_all_the_same():
    assert byte(LONGEST) == byte(10**9) == SLOWEST < DOWN and LONGEST > 8000


@given(st.integers(0, 59), st.none() | st.integers(0, 20_000))
def test_a_minute_stands_at_its_place(minute, ms):
    packed = pack(minute, ms)
    assert len(packed) == minute + 1 and packed[minute] == byte(ms) > 0 and not any(packed[:minute])
    first, second = halves(packed)
    assert (tally(first).n, tally(second).n) == ((1, 0) if minute < 30 else (0, 1))
    assert tally(first + second) == (Tally(1, 0, 0, 0) if ms is None else Tally(1, 1, *[TIMES[byte(ms)]] * 2))


def test_minutes_are_counted_without_those_of_which_nothing_is_known():
    assert tally(b"") == tally(bytes(30)) == Tally(0, 0, 0, 0)
    assert tally(bytes((0, byte(4), 0, byte(None), byte(0), byte(36)))) == Tally(4, 3, 40, 36)


def test_what_is_beyond_an_hour_is_no_minute():
    assert halves(bytes(60) + b"\xff\x01") == (bytes(30), bytes(30))
