"""Check now asks for disks, channels and clock, too: soon after it the page says nothing that was read before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from tests.factories import DISK, make_findings
from tests.health.conftest import ON_SQLITE, added, quick, state, until
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, Happening, Probe, Status
from webapp.health.models import DeviceFindings
from webapp.health.services.rounds import Rounds
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Storage
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend

STORAGE = "/ISAPI/ContentMgmt/Storage"


@pytest.fixture
def hourly(app: Flask) -> Iterator[Rounds]:
    """An engine that comes to no device by itself while a test lasts: their seconds were when the machine started."""
    made = Rounds(replace(quick(app), check_interval=int(clock.monotonic()) + 3600))
    made.start()
    until(lambda: made.leader.leads)
    yield made
    made.stop()


@pytest.fixture
def nvr() -> Iterator[Pretend]:
    with Pretend(profiles.NVR) as answering:
        answering.condition.offline = {}
        yield answering


@pytest.fixture
def repaired(site, nvr) -> Device:
    """Nine minutes ago it told of a failed disk, which was replaced since."""
    device = added(site, nvr, type=Kind.NVR)
    failed = Storage((replace(DISK, status="error"),), "")
    make_findings(device, at=clock.now() - timedelta(minutes=9), blocks={"storage": failed})
    return device


def asked_for_disks(nvr: Pretend) -> int:
    return sum(request.path == STORAGE and request.status == 200 for request in nvr.requests)


def over() -> bool:
    return all(probe.code for probe in Probe.select())


def test_after_check_now_a_replaced_disk_is_well(admin, repaired, nvr, hourly):
    path = f"/devices/{repaired.id}"
    assert "Disk 1 has failed" in admin.get(path).text
    assert admin.post(f"{path}/check").status_code == 303
    pressed = clock.now()
    until(lambda: DeviceFindings.of(repaired.id).at > pressed)
    text = admin.get(path).text
    assert "Disks and cameras are well." in text and "has failed" not in text
    time.sleep(2.5)
    assert asked_for_disks(nvr) == 1, "once for a check"
    admin.post(f"{path}/check")
    until(lambda: asked_for_disks(nvr) == 2)


@ON_SQLITE
def test_a_wrong_password_costs_one_login_still(admin, site, nvr, hourly):
    device = added(site, nvr, type=Kind.NVR, password="Wrong-1234")
    admin.post(f"/devices/{device.id}/check")
    until(lambda: state(device).status == Status.AUTH_FAILED)
    time.sleep(2.5)
    assert len(nvr.logins) == 1 and not asked_for_disks(nvr)


@ON_SQLITE
def test_disks_that_hang_are_not_asked_again_and_again(admin, repaired, nvr, hourly):
    nvr.hangs_at = STORAGE
    admin.post(f"/devices/{repaired.id}/check")
    until(over)
    until(lambda: hourly.followed)
    until(lambda: not hourly.under_way)
    asked = len(nvr.requests)
    time.sleep(2.5)
    assert len(nvr.requests) == asked and state(repaired).status == Status.ONLINE


@ON_SQLITE
def test_what_is_not_monitored_any_more_is_not_asked(admin, repaired, nvr, rounds):
    admin.post(f"/devices/{repaired.id}/check")
    until(over)
    admin.post(f"/devices/{repaired.id}/monitoring", on="0")
    rounds.start()
    until(lambda: rounds.followed)
    time.sleep(1.5)
    assert not asked_for_disks(nvr)


def firmwares(device: Device) -> list[tuple[str, str]]:
    mine = (DeviceEvent.device == device.id) & (DeviceEvent.kind == Happening.FIRMWARE)
    return [(event.was, event.became) for event in DeviceEvent.select().where(mine)]


def test_new_firmware_that_a_persons_check_sees_first_is_in_the_history(admin, site, nvr):
    device = added(site, nvr, type=Kind.NVR, firmware="V1.0 build 200101")
    for _again in range(2):
        admin.post(f"/devices/{device.id}/check")
        until(over)
    new = Device.get_by_id(device.id).firmware
    assert new.startswith("V") and firmwares(device) == [("V1.0 build 200101", new)]
    text = admin.get(f"/devices/{device.id}").text
    assert "V1.0 build 200101" in text and "Changes in 7 days" in text


@ON_SQLITE
def test_firmware_that_is_read_for_the_first_time_or_is_a_strangers_has_not_changed(admin, site, nvr, camera):
    first = added(site, nvr, type=Kind.NVR)
    strange = added(site, camera, serial="OLD-1", firmware="V1.0 build 200101")
    for device in (first, strange):
        admin.post(f"/devices/{device.id}/check")
    until(over)
    assert state(strange).status == Status.OTHER_DEVICE
    assert Device.get_by_id(first.id).firmware and not firmwares(first) + firmwares(strange)


@ON_SQLITE
def test_what_a_device_is_silent_of_now_stays_known(admin, site):
    with Pretend(replace(profiles.NVR, model="", firmware="", build="")) as silent:
        device = added(site, silent, type=Kind.NVR, model="DS-7616NXI-K2", firmware="V4.61.025 build 230420")
        admin.post(f"/devices/{device.id}/check")
        until(over)
        known = Device.get_by_id(device.id)
    assert known.serial == profiles.NVR.serial and not firmwares(device)
    assert (known.model, known.firmware) == ("DS-7616NXI-K2", "V4.61.025 build 230420")
