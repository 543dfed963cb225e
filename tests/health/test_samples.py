"""A check in two bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webapp.health.services.samples import SLOWEST, STEP, Sample, pack, unpack


@given(st.lists(st.tuples(st.integers(0, 59), st.none() | st.integers(0, 20_000)), max_size=70))
def test_what_is_packed_comes_out_in_order(checks):
    found = unpack(b"".join(pack(*check) for check in checks))
    assert [sample.minute for sample in found] == sorted(minute for minute, _ in checks)
    assert sorted(ms is None for _, ms in checks) == sorted(sample.ms is None for sample in found)


@given(st.integers(0, SLOWEST))
def test_no_more_is_lost_than_a_step(ms):
    (sample,) = unpack(pack(5, ms))
    assert sample.minute == 5 and sample.ms is not None and 0 <= ms - sample.ms < STEP


def test_down_is_no_duration():
    assert unpack(pack(59, None)) == [Sample(59, None)]
    assert unpack(pack(0, 10**9)) == [Sample(0, SLOWEST - STEP + 1)]
    assert unpack(b"") == [] and unpack(b"\x00") == []
