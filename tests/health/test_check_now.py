"""A person's check of a device that an engine looks after: one miss is no outage (H8)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.devices.test_check import check
from tests.factories import make_device
from webapp.common import clock
from webapp.devices.models import DeviceEvent, DeviceState, Status
from webapp.health.models import EngineLease
from webapp.simulator.pretend import Pretend

SAID = "after three checks without an answer it is told offline"


@pytest.fixture
def device(site):
    with Pretend(host="127.0.0.1") as gone:
        made = make_device(site, host=gone.host, port=gone.port, status=Status.ONLINE)
    DeviceState.set(made.id, clock.now(), Status.ONLINE, checked_at=clock.now() - timedelta(seconds=20), ms=40)
    return made


@pytest.mark.parametrize("lost", [None, timedelta(minutes=5)])
def test_one_miss_says_so_and_claims_no_outage_while_an_engine_counts(admin, device, lost):
    EngineLease.tell(beat_at=clock.now(), uplink_lost_at=lost and clock.now() - lost)
    before = DeviceState.of(device.id)
    part = check(admin, device)
    assert SAID in part and re.search(r"Your check just now: [A-Z]", part)
    assert DeviceState.of(device.id).status == Status.ONLINE
    assert DeviceState.of(device.id).checked_at == before.checked_at, "it is no younger for that"
    assert not DeviceEvent.select().where(DeviceEvent.became == Status.OFFLINE).exists()


def test_the_sentence_goes_once_the_engine_has_heard_of_it(admin, device):
    EngineLease.tell(beat_at=clock.now())
    assert SAID in check(admin, device)
    DeviceState.set(device.id, clock.now(), Status.ONLINE, checked_at=clock.now(), ms=40)
    assert SAID not in admin.get(f"/devices/{device.id}").text


@pytest.mark.parametrize("beat_at", [None, timedelta(minutes=3)])
def test_where_no_engine_counts_the_persons_check_decides(admin, device, beat_at):
    if beat_at:
        EngineLease.tell(beat_at=clock.now() - beat_at)
    part = check(admin, device)
    assert DeviceState.of(device.id).status == Status.OFFLINE and SAID not in part


def test_what_a_device_says_is_believed_at_once(admin, site):
    EngineLease.tell(beat_at=clock.now())
    with Pretend(host="127.0.0.1", password="Another-77") as other:
        device = make_device(site, host=other.host, port=other.port, status=Status.ONLINE)
        check(admin, device)
    assert DeviceState.of(device.id).status == Status.AUTH_FAILED


class TestTooOften:
    @pytest.fixture
    def settings(self):
        return {"probes_per_minute": 2}

    def test_the_third_check_in_a_minute_is_refused_and_says_when(self, admin, device):
        for _ in range(2):
            check(admin, device)
        for htmx in (True, False):
            refused = admin.post(f"/devices/{device.id}/check", htmx=htmx)
            assert refused.status_code == 429 and 0 < int(refused.headers["Retry-After"]) <= 60
            assert "Too many tests in one minute" in refused.text
