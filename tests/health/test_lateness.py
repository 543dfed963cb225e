"""A round that comes late says by how much, and counts the turns that it leaves out."""

from __future__ import annotations

from tests.factories import make_device
from webapp.common import clock
from webapp.devices.models import Device


def test_a_thread_that_is_behind_tells_how_late_it_is_and_what_it_left_out(site, rounds):
    rounds.interval, now = 60, clock.monotonic()
    ids = [make_device(site).id for _n in range(60)]
    make_device(site, health_monitoring=False)
    recent = {second % 60 for second in range(int(now) - 6, int(now) + 1)}
    Device.delete().where(Device.id.in_([one for one in ids if one % 60 in recent])).execute()  # not over yet
    over = {second % 60 for second in range(int(now) - 39, int(now) - 6)}
    left_out = sum(device.id % 60 in over for device in Device.select().where(Device.health_monitoring))

    rounds.last = now - 40
    rounds.round(now)

    assert rounds.lag >= 39_000 and rounds.skipped == left_out > 20
    rounds.round(clock.monotonic())
    assert rounds.lag < 39_000
