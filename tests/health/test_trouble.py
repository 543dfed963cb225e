"""What a device itself tells of disks, cameras and clock reaches the lists: somebody must look at it (H10, P3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import DISK, cameras, make_device, make_findings
from tests.health.conftest import ON_SQLITE, added, quick, state, until
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Status
from webapp.health.models import DeviceFindings
from webapp.health.services import summary
from webapp.health.services.rounds import Rounds
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.health import Missing, from_json
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Storage
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend

EMPTY = replace(DISK, id=2, status="notexist", capacity=None, free=None)
WORN = replace(DISK, id=3, status="error")
DARK = Channel(9, "Socket", "analog", False, "")


@pytest.mark.parametrize(
    ("blocks", "drift", "kind", "code"),
    [
        ({}, 2, Kind.NVR, ""),
        ({}, 301, Kind.NVR, "clock"),
        ({}, -301, Kind.NVR, "clock"),
        ({}, 300, Kind.NVR, ""),
        ({}, None, Kind.NVR, ""),
        ({"channels": cameras(8, 3)}, 2, Kind.NVR, "camera"),
        ({"channels": (*cameras(8), DARK)}, 2, Kind.DVR, ""),
        ({"channels": Missing("unsupported")}, 2, Kind.NVR, ""),
        ({"channels": cameras(8, 3)}, 9000, Kind.NVR, "camera"),
        ({"storage": Storage((DISK, EMPTY), "")}, 2, Kind.NVR, ""),
        ({"storage": Storage((DISK, WORN), ""), "channels": cameras(8, 3)}, 2, Kind.NVR, "disk"),
        ({"storage": Storage((EMPTY,), "")}, 2, Kind.NVR, "disk"),
        ({"storage": Storage((EMPTY,), "")}, 2, Kind.NETWORK_CAMERA, ""),
        ({"storage": Missing("low_privilege")}, 2, Kind.NVR, ""),
    ],
)
@ON_SQLITE
def test_the_lists_warn_of_what_the_device_page_warns_of(app, site, blocks, drift, kind, code):
    device = make_device(site, type=kind)
    make_findings(device, drift=drift, blocks=blocks)
    found = DeviceFindings.of(device.id)
    assert summary.trouble_of(from_json(found.said), drift, kind) == code
    with app.test_request_context():
        shown = summary.summarize(summary.known(Device.get_by_id(device.id), DeviceState.of(device.id)))
    assert (shown.tone in summary.WORST) == bool(code)


def test_a_recorders_lost_camera_shows_on_every_list_and_goes_when_it_is_back(admin, site, rounds):
    with Pretend(profiles.NVR) as nvr:
        nvr.condition.offline = {4: "errorUserNameOrPasswd"}
        device = added(site, nvr, type=Kind.NVR)
        rounds.start()
        until(lambda: state(device).trouble == "camera")
        for path in ("/", "/devices?status=attention", f"/sites/{site.id}"):
            assert "Camera offline" in admin.get(path).text, path
        assert "1 to check" in admin.get("/sites").text
        nvr.condition.offline = {}
        until(lambda: state(device).trouble == "")
        assert "Camera offline" not in admin.get("/devices").text and "1 to check" not in admin.get("/sites").text


def test_what_is_not_known_any_more_is_not_warned_of(admin, site):
    device = make_device(site, type=Kind.NVR)
    DeviceState.note_trouble(device.id, device.connection_version, "disk")
    assert "Disk trouble" in admin.get("/devices").text
    DeviceState.update(status=Status.OFFLINE).execute()
    assert "Disk trouble" not in admin.get("/devices").text
    DeviceState.update(status=Status.ONLINE).execute()
    Device.update(health_monitoring=False).execute()
    assert "Disk trouble" not in admin.get("/devices").text and "to check" not in admin.get("/sites").text


def test_another_connection_begins_without_the_trouble_of_the_one_before(site):
    device = make_device(site, type=Kind.NVR)
    DeviceState.note_trouble(device.id, device.connection_version, "clock")
    assert state(device).trouble == "clock"
    DeviceState.set(device.id, state(device).since, Status.CHECKING)
    assert state(device).trouble == ""
    DeviceState.note_trouble(device.id, device.connection_version + 1, "clock")
    assert state(device).trouble == ""


def with_hanging_disks(site, nvr: Pretend, told: timedelta) -> Device:
    """A recorder that told of a failed disk so long ago, and does not answer any more when asked for its disks."""
    nvr.hangs_at = "/ISAPI/ContentMgmt/Storage"
    device = added(site, nvr, type=Kind.NVR)
    make_findings(device, at=clock.now() - told, blocks={"storage": Storage((WORN,), "")})
    DeviceState.note_trouble(device.id, device.connection_version, "disk")
    return device


def test_a_warning_that_was_told_too_long_ago_goes_from_the_lists_as_from_the_page(admin, site, rounds):
    with Pretend(profiles.NVR) as nvr:
        device = with_hanging_disks(site, nvr, timedelta(minutes=31))
        assert "Disk trouble" in admin.get("/devices").text
        rounds.start()
        until(lambda: state(device).trouble == "")
        assert "Disk trouble" not in admin.get("/devices").text
        text = admin.get(f"/devices/{device.id}").text
        assert "Online." in text and "Storage: unknown." in text


@ON_SQLITE
def test_a_warning_that_was_told_lately_stays_while_the_disks_do_not_answer(app, site):
    patient = Rounds(replace(quick(app), check_interval=5))
    with Pretend(profiles.NVR) as nvr:
        device = with_hanging_disks(site, nvr, timedelta(minutes=1))
        before = state(device).checked_at
        patient.start()
        until(lambda: state(device).checked_at != before)
        patient.stop()
        assert state(device).trouble == "disk"
