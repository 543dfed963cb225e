"""Whether a device has started since it last told how long it runs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.health.test_watch import answer, device
from webapp.common import clock
from webapp.health.services.visits import Reading, has_rebooted
from webapp.health.services.watch import Watch

DAY = 86_400


@pytest.mark.parametrize(
    ("last", "passed", "up", "rebooted"),
    [
        (90_000, 60, 30, True),
        (90_000, 60, 90_060, False),
        (120, 3600, 3000, True),  # away for an hour, and back for less than that
        (120, 3600, 3720, False),
        (120, 3600, 3660, False),  # counted in minutes
        (120, 60, 120, False),
        (120, 60, 180, False),
        (30, 60, 10, True),  # twice within two minutes
        (30, 60, 100, False),
        (0, 60, 0, False),  # says the same for ever
        (DAY, 7200, DAY, False),
        (DAY, 60, DAY - 20, False),  # its counter was put right
        (12 * DAY, DAY, 3 * 3600, True),
        (12 * DAY, 10 * DAY, 22 * DAY - 300, False),  # its clock is slow
        (12 * DAY, -7200, 30, True),  # ours was put back
        (12 * DAY, -7200, 12 * DAY + 60, False),
        (12 * DAY, 7260, 12 * DAY + 60, False),  # ours was put forward
    ],
)
def test_what_does_not_go_on_from_the_last_reading_is_a_restart(last, passed, up, rebooted):
    assert has_rebooted(Reading(last, 1000.0), up, 1000.0 + passed) is rebooted


def test_nothing_is_told_without_two_readings():
    assert not has_rebooted(None, 30, 5.0) and not has_rebooted(Reading(30, 5.0), None, 65.0)


def test_the_last_reading_is_that_of_the_same_device():
    watch, ours = Watch(interval=60, timeout=8), device(up=7, up_at=clock.now() - timedelta(hours=1))
    kept = watch.last_start(ours, 5000.0)
    assert kept and kept.up == 7 and 1399 < kept.at < 1401, "of an engine before"
    watch.judge(ours, answer(up=120), 5000.0)
    assert watch.last_start(ours, 5060.0) == (120, 5000.0)
    watch.judge(ours, answer("STRANGE-1", up=9), 5060.0)
    assert watch.last_start(ours, 5120.0) == (120, 5000.0), "a stranger's is not ours"
    for other in ({"connection_version": 2}, {"serial": "NEW-1"}):
        assert watch.last_start(device(up=None, **other), 5120.0) is None
