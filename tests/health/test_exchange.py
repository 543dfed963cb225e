"""Another device answers in the name of ours: what the one before has told is not said of it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.client import Person
from tests.devices.test_edit_address import save
from tests.factories import DISK, cameras, make_device, make_findings
from tests.health.conftest import ON_SQLITE, added, state, until
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Probe, Status
from webapp.health.models import DeviceFindings, roster
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Storage
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend

OLD = {"storage": Storage((replace(DISK, status="error"),), ""), "channels": cameras(8, 5)}
SAID = ("Disk 1 has failed", "1 of 8 cameras", "Running for 300 days")


def make_old(device: Device) -> Device:
    """A recorder with a failed disk and a lost camera, as the page and the lists say."""
    make_findings(device, blocks=OLD, up=300 * 86_400)
    DeviceState.note_trouble(device.id, device.connection_version, "disk")
    return device


def page(person: Person, device: Device) -> str:
    return person.get(f"/devices/{device.id}").text


@pytest.fixture
def old(site) -> Device:
    return make_old(make_device(site, type=Kind.NVR))


@pytest.fixture
def nvr():
    with Pretend(profiles.NVR, host="127.0.0.1") as answering:
        yield answering


def over() -> bool:
    return all(probe.code for probe in Probe.select())


def test_behind_an_edited_address_nothing_of_the_old_recorder_is_said(admin, old, nvr):
    assert all(words in page(admin, old) for words in SAID)
    assert save(admin, old, host=nvr.host, port=str(nvr.port)).status_code == 303
    until(lambda: over() and state(old).status == Status.ONLINE)
    text = page(admin, old)
    assert "Online." in text and not [words for words in SAID if words in text]
    assert "Disk trouble" not in admin.get("/devices").text
    (due,) = roster.of([old.id])
    assert due.found_at is None and due.up is None, "its next turn asks for everything"


def test_the_engine_says_what_the_new_recorder_tells(admin, old, nvr, rounds):
    nvr.condition.offline = {}
    save(admin, old, host=nvr.host, port=str(nvr.port))
    until(lambda: over() and state(old).status == Status.ONLINE)
    rounds.start()
    until(lambda: (DeviceFindings.of(old.id) or DeviceFindings()).at)
    text = page(admin, old)
    assert (
        "Disks and cameras are well." in text
        and "Restarted." not in text
        and not [words for words in SAID if words in text]
    )


@pytest.mark.parametrize("changes", [{"name": "Other name"}, {"password": "Kamera-123"}, {"username": "admin2"}])
def test_another_name_or_login_is_the_same_recorder(admin, site, nvr, changes):
    device = make_old(make_device(site, type=Kind.NVR, host=nvr.host, port=nvr.port))
    before: Any = DeviceFindings.of(device.id)
    assert save(admin, device, **changes).status_code == 303
    until(over)
    after: Any = DeviceFindings.of(device.id)
    assert (after.at, after.blocks, after.up) == (before.at, before.blocks, before.up)


def test_a_refused_edit_forgets_nothing(admin, old):
    assert save(admin, old, host="127.0.0.99", version="7").status_code == 409
    assert DeviceFindings.of(old.id).up == 300 * 86_400


def test_an_accepted_replacement_has_not_the_disks_of_the_one_before(admin, site, nvr):
    device = make_old(added(site, nvr, type=Kind.NVR, serial="OLD-1"))
    facts = json.dumps({"serial": nvr.serial, "model": "DS-7608NXI"})
    now = clock.now()
    DeviceState.set(device.id, now, Status.OTHER_DEVICE, reason="other_device", facts=facts, checked_at=now)
    assert admin.post(f"/devices/{device.id}/replacement", serial="OTHER-9").status_code == 409
    assert DeviceFindings.of(device.id), "refused, it is the old one"
    assert admin.post(f"/devices/{device.id}/replacement", serial=nvr.serial).status_code == 303
    until(lambda: over() and state(device).status == Status.ONLINE)
    text = page(admin, device)
    assert "Online." in text and not [words for words in SAID if words in text]
    assert "Disk trouble" not in admin.get("/devices").text and not DeviceFindings.of(device.id)


def happened(device: Device) -> set[str]:
    return {event.kind for event in DeviceEvent.select().where(DeviceEvent.device == device.id)} - {Happening.STATUS}


@ON_SQLITE
@pytest.mark.parametrize("tells", [True, False])
def test_a_stranger_that_has_just_started_is_no_restart_of_ours_nor_its_firmware(site, camera, rounds, tells):
    device = added(site, camera, serial="OLD-1", firmware="V1.0 build 200101")
    make_findings(device)
    if not tells:
        camera.serial = ""
        DeviceState.set(device.id, clock.now(), Status.OTHER_DEVICE, checked_at=clock.now())
    checked_at = state(device).checked_at
    rounds.start()
    until(lambda: state(device).status == Status.OTHER_DEVICE and state(device).checked_at != checked_at)
    rounds.stop()
    assert not happened(device) and Device.get_by_id(device.id).firmware == "V1.0 build 200101"


@ON_SQLITE
def test_ours_that_comes_back_after_a_stranger_has_not_restarted(site, camera, rounds):
    device = added(site, camera)
    camera.booted -= 3600
    make_findings(device, up=3600)
    rounds.start()
    until(lambda: device.id in rounds.watch.starts)
    ours, camera.serial = camera.serial, "STRANGE-1"
    camera.booted -= 300 * 86_400
    DeviceFindings.update(at=None).execute()  # its next turn asks who it is
    until(lambda: state(device).status == Status.OTHER_DEVICE)
    time.sleep(1.5)
    camera.serial = ours
    camera.booted += 300 * 86_400
    until(lambda: state(device).status == Status.ONLINE)
    time.sleep(1.5)
    assert not happened(device)
