"""A small fleet that fails and comes back at random: what is claimed is what was done (at length: benchmarks.fleet)."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from tests.health.conftest import ON_SQLITE, PATIENCE, added, quick, until
from webapp.devices.models import DeviceEvent, DeviceState, Status
from webapp.health.services.rounds import Rounds
from webapp.simulator.pretend import Pretend

DEVICES, SECONDS, INTERVAL = 8, 8, 2


@pytest.fixture
def rounds(app):
    made = Rounds(replace(quick(app), check_interval=INTERVAL, check_timeout=2))
    yield made
    if made.thread.is_alive():
        made.stop()


@ON_SQLITE
def test_no_false_alarm_no_missed_outage_no_lock(site, rounds):
    chance = random.Random(4711)
    pretends = [Pretend().start() for _ in range(DEVICES)]
    devices = [added(site, pretend) for pretend in pretends]
    rounds.start()
    down: dict[int, float] = {}
    was_down: set[int] = set()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for number in [number for number, until_ in down.items() if until_ < time.monotonic()]:
            del down[number]
            pretends[number].start()
        number = chance.randrange(DEVICES)
        if number not in down and len(down) < DEVICES // 3:
            down[number] = time.monotonic() + 3 * INTERVAL + PATIENCE / 2
            pretends[number].stop()
            was_down.add(number)
        time.sleep(0.5)

    for number in was_down & set(down):
        until(lambda at=devices[number]: DeviceState.of(at.id).status == Status.OFFLINE)
    said = DeviceEvent.select().where(DeviceEvent.became == Status.OFFLINE)
    assert {event.device_id for event in said} <= {devices[number].id for number in was_down}
    for number in list(down):
        pretends[number].start()
    until(lambda: DeviceState.select().where(DeviceState.status == Status.ONLINE).count() == DEVICES)
    assert max(len([r for r in pretend.logins if r.status == 401]) for pretend in pretends) == 0
    rounds.stop()
    for pretend in pretends:
        pretend.stop()
