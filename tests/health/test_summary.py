"""The verdict and the lines below it: what is claimed of a device, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import DISK, cameras, make_device, make_findings, make_silent_findings
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Status
from webapp.health.models import DeviceFindings
from webapp.health.services import summary
from webapp.health.services.summary import Item, Summary
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.health import Missing
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Storage

EMPTY = replace(DISK, id=2, status="notexist", capacity=None, free=None)


@pytest.fixture
def recorder(site) -> Device:
    made = make_device(site, type=Kind.NVR)
    DeviceEvent.delete().execute()
    return made


@pytest.fixture
def reader(app):
    """Somebody who reads English, as in a request."""
    with app.test_request_context():
        yield


pytestmark = pytest.mark.usefixtures("reader")


def of(device: Device) -> Summary:
    device = Device.get_by_id(device.id)
    return summary.summarize(summary.known(device, DeviceState.of(device.id)))


def line(device: Device, words: str) -> Item:
    """The line whose title holds these words; its tone and words are what is read."""
    (found,) = [item for item in of(device).items if words in item.title]
    return found


def told(device: Device, **blocks: Any) -> Summary:
    make_findings(device, blocks=blocks)
    return of(device)


def disks(*found: Any) -> dict[str, Any]:
    return {"storage": Storage(tuple(found), "")}


def test_a_recorder_that_is_well_is_not_said_to_record(recorder):
    make_findings(recorder)
    found = of(recorder)
    assert (found.verdict, found.tone, found.icon) == ("Disks and cameras are well.", "ok", "check")
    assert [item.title for item in found.items] == [
        "1 disk is well.",
        "8 cameras are there.",
        "The clock is right.",
        "Running for 12 days.",
    ]
    assert found.items[0].text == "1 TB of 4 TB free"


def test_a_camera_that_is_offline_is_said_with_its_reason(recorder):
    found = told(recorder, channels=cameras(8, 5))
    assert (found.verdict, found.tone) == ("Online. 1 of 8 cameras is offline.", "warn")
    assert line(recorder, "1 of 8").text == "Camera 5 “Yard 5”: The recorder cannot reach it."


@pytest.mark.parametrize(
    ("reason", "words"),
    [("wrong_password", "a wrong password"), ("bandwidth", "no bandwidth"), ("other", "does not answer")],
)
def test_each_reason_has_its_words(recorder, reason, words):
    told(recorder, channels=cameras(2, 1, reason=reason))
    assert words in line(recorder, "1 of 2").text


def test_without_any_camera_nothing_is_well(recorder):
    found = told(recorder, channels=cameras(2, 1, 2))
    assert (found.verdict, found.tone) == ("Online. 2 of 2 cameras are offline.", "bad")
    assert told(recorder, channels=()).verdict == "Online."


def test_a_failed_disk_is_named_and_the_others_go_on(recorder):
    found = told(recorder, **disks(DISK, replace(DISK, id=2, status="error")))
    assert (found.verdict, found.tone) == ("Online. Disk 2 has failed: not recording on it.", "bad")
    found = told(recorder, **disks(replace(DISK, id=2, status="unformatted")))
    assert found.verdict == "Online. Disk 2 is not formatted: not recording on it."


@pytest.mark.parametrize(
    ("disk", "tone", "words"),
    [
        (replace(DISK, status="smartFailed"), "bad", "wearing out"),
        (replace(DISK, status="formating"), "warn", "being formatted"),
        (replace(DISK, access="RO"), "warn", "read only"),
        (replace(DISK, status="dreaming"), "warn", "Disk 1 says: dreaming"),
        (replace(DISK, kind="nas", status="offline"), "bad", "Network disk 1 cannot be reached"),
    ],
)
def test_each_trouble_of_a_disk_has_its_words(recorder, disk, tone, words):
    told(recorder, **disks(disk))
    assert line(recorder, words).tone == tone


def test_empty_bays_and_unused_channels_are_no_faults(recorder):
    unused = Channel(9, "", "ip", False, "offline", used=False)
    found = told(recorder, channels=(*cameras(8), unused), **disks(DISK, EMPTY))
    assert (found.verdict, found.tone) == ("Disks and cameras are well.", "ok")
    assert (
        line(recorder, "disk").title == "1 disk is well." and line(recorder, "cameras").title == "8 cameras are there."
    )


def test_a_full_disk_is_no_fault_and_no_promise(recorder):
    assert told(recorder, **disks(replace(DISK, free=0))).tone == "ok"
    assert line(recorder, "1 disk is well.").text == "Full. Whether new pictures replace the oldest ones is not known."


def test_a_recorder_without_a_disk_has_nothing_to_record_on(recorder):
    found = told(recorder, **disks(EMPTY))
    assert (found.verdict, found.tone) == ("Online. No disk: nothing to record on.", "warn")


def test_a_camera_without_a_card_is_well(site):
    camera = make_device(site)
    make_findings(camera, blocks={"storage": Missing("unsupported"), "channels": None})
    found = of(camera)
    assert (found.verdict, found.tone) == ("Online.", "ok")
    assert line(camera, "Storage: unknown.").tone == "off" and not [i for i in found.items if "amera" in i.title]


def test_of_a_camera_with_a_card_no_more_is_said(site):
    camera = make_device(site)
    make_findings(camera, blocks={"channels": None})
    assert of(camera).verdict == "Online."


def test_what_is_missing_is_unknown_by_itself_and_no_fault(recorder):
    found = told(recorder, storage=Missing("low_privilege"))
    assert (found.verdict, found.tone) == ("Online.", "ok")
    assert line(recorder, "Storage: unknown.").text == "The user name kept in Sitehand may not read this."
    assert line(recorder, "8 cameras are there.").tone == "ok"
    make_silent_findings(recorder, "bad_reply")
    found = of(recorder)
    assert (found.verdict, found.tone) == ("Online.", "ok")
    assert [(item.tone, item.title) for item in found.items[:3]] == [
        ("off", "Storage: unknown."),
        ("off", "Cameras: unknown."),
        ("off", "Clock: unknown."),
    ]
    assert found.items[0].text == "Its answer could not be read."


def test_a_device_that_was_never_asked_is_online_and_no_more(recorder):
    found = of(recorder)
    assert (found.verdict, found.tone, found.read_at) == ("Online.", "ok", None)
    assert {item.tone for item in found.items} == {"off"}


def test_silent_disks_and_cameras_are_unknown(recorder):
    silent = tuple(replace(channel, online=None, reason="") for channel in cameras(2))
    found = told(recorder, channels=silent, **disks(replace(DISK, status="")))
    assert found.verdict == "Online." and found.tone == "ok"
    assert line(recorder, "Disk 1: unknown.").tone == line(recorder, "2 cameras: unknown.").tone == "off"


def test_not_all_is_well_while_one_of_them_is_silent(recorder):
    first, second = cameras(2)
    silent = replace(second, online=None, reason="")
    assert told(recorder, channels=(first, silent)).verdict == "Online."
    assert told(recorder, channels=(first,), **disks(DISK, replace(DISK, id=2, status=""))).verdict == "Online."
    assert told(recorder, channels=(first, second), **disks(DISK)).verdict == "Disks and cameras are well."


def test_a_socket_without_a_picture_is_no_lost_camera(recorder):
    dark = Channel(1, "", "analog", False, "no_video")
    found = told(recorder, channels=(dark, replace(dark, id=2, online=True, reason="connect")))
    assert found.verdict == "Online." and line(recorder, "1 video input has").tone == "off"


def test_sockets_that_are_all_without_a_picture_are_not_said_to_have_no_camera(recorder):
    dark = Channel(1, "", "analog", False, "no_video")
    titles = [item.title for item in told(recorder, channels=(dark, replace(dark, id=2))).items]
    assert "2 video inputs have no picture." in titles and "No camera is set up." not in titles
    titles = [item.title for item in told(recorder, channels=(replace(dark, used=False),)).items]
    assert "No camera is set up." in titles


@pytest.mark.parametrize(
    ("drift", "tone", "title"),
    [
        (300, "ok", "The clock is right."),
        (-300, "ok", "The clock is right."),
        (301, "warn", "The clock is 5 min 1 sec ahead."),
        (-7600, "warn", "The clock is 2 hr 6 min behind."),
        (None, "off", "Clock: unknown."),
    ],
)
def test_a_clock_that_is_wrong_by_more_than_five_minutes_is_a_warning(recorder, drift, tone, title):
    make_findings(recorder, drift=drift)
    found = line(recorder, title)
    assert found.tone == tone and (tone != "warn" or title in of(recorder).verdict)


def test_of_many_troubles_the_worst_are_said(recorder):
    broken = [replace(DISK, id=number, status="error") for number in (1, 2, 3)]
    make_findings(recorder, drift=4000, blocks=disks(*broken) | {"channels": cameras(4, 1)})
    said = "Online. Disk 1 has failed: not recording on it. Disk 2 has failed: not recording on it. "
    assert of(recorder).verdict == said + "3 more things to look at."


def test_a_restart_of_the_last_day_is_told(recorder):
    make_findings(recorder, up=600)
    DeviceEvent.create(device=recorder.id, at=clock.now() - timedelta(hours=25), kind=Happening.REBOOT)
    assert not [item for item in of(recorder).items if "Restarted" in item.title]
    DeviceEvent.create(device=recorder.id, at=clock.now() - timedelta(hours=1), kind=Happening.REBOOT)
    assert line(recorder, "Restarted.").tone == "info" and of(recorder).verdict == "Disks and cameras are well."
    assert line(recorder, "Running").title == "Running for less than a day: 10 min."


def changed(device: Device, count: int, ago: timedelta = timedelta()) -> None:
    names = [Status.ONLINE, Status.OFFLINE]
    for number in range(count):
        at = clock.now() - ago - timedelta(minutes=5 * number)
        DeviceEvent.create(device=device.id, at=at, was=names[(number + 1) % 2], became=names[number % 2])


def test_four_changes_in_half_an_hour_are_unstable(recorder):
    make_findings(recorder)
    changed(recorder, 3)
    assert of(recorder).verdict == "Disks and cameras are well."
    changed(recorder, 1)
    assert of(recorder).verdict == "Online. Unstable." and of(recorder).tone == "warn"
    DeviceState.set(recorder.id, clock.now(), Status.OFFLINE, reason="timeout", checked_at=clock.now())
    assert line(recorder, "Unstable").tone == "warn"


def test_changes_of_an_hour_ago_are_not_unstable(recorder):
    make_findings(recorder)
    changed(recorder, 6, timedelta(minutes=31))
    assert of(recorder).verdict == "Disks and cameras are well."


@pytest.mark.parametrize("status", [Status.OFFLINE, Status.AUTH_FAILED, Status.OTHER_DEVICE, Status.CHECKING])
def test_nothing_is_claimed_while_it_does_not_answer(recorder, status):
    make_findings(recorder)
    DeviceState.set(recorder.id, clock.now(), status, checked_at=clock.now())
    found = of(recorder)
    assert (found.verdict, found.items, found.read_at) == ("", (), None)


def test_nothing_is_claimed_that_was_read_too_long_ago(recorder):
    make_findings(recorder, at=clock.now() - timedelta(minutes=31))
    found = of(recorder)
    assert found.verdict == "Online." and {item.tone for item in found.items} == {"off"}
    assert "Running" not in " ".join(item.title for item in found.items)


def test_nothing_is_claimed_of_a_device_that_was_not_checked_lately(recorder):
    make_findings(recorder)
    old = clock.now() - timedelta(minutes=4)
    DeviceState.update(checked_at=old).execute()
    assert of(recorder).verdict == "" and not of(recorder).items


def test_nothing_is_claimed_while_monitoring_is_off(recorder):
    make_findings(recorder)
    changed(recorder, 5)
    Device.update(health_monitoring=False).execute()
    assert of(recorder).verdict == "" and not of(recorder).items


@pytest.mark.parametrize("blocks", ["{}", '{"storage": 1, "channels": null, "info": null, "clock": {}}', "[]"])
def test_findings_of_another_release_are_unknown(recorder, blocks):
    make_findings(recorder)
    DeviceFindings.update(blocks=blocks).execute()
    assert of(recorder).verdict == "Online." and of(recorder).tone == "ok"
