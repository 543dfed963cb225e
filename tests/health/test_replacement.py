"""Another device answers in place of ours: both are shown, and a person says whether it was replaced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client import Person, at_once
from tests.factories import assign, make_device, make_employee
from tests.health.conftest import added, state, until
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Probe, Status


def page(person: Person, device: Device) -> str:
    return person.get(f"/devices/{device.id}").text


def replace_by(device: Device, serial: str, model: str = "DS-2CD2387") -> None:
    facts = json.dumps({"serial": serial, "model": model})
    now = clock.now()
    DeviceState.set(device.id, now, Status.OTHER_DEVICE, reason="other_device", facts=facts, checked_at=now)


@pytest.fixture
def replaced(site, camera) -> Device:
    """Known by another serial number than the camera that answers in its place."""
    device = added(site, camera, serial="OLD-1")
    replace_by(device, camera.serial)
    return device


def accept(person: Person, device: Device, serial: str, **more: Any) -> Any:
    return person.post(f"/devices/{device.id}/replacement", serial=serial, **more)


def replacements() -> int:
    return AuditEntry.select().where(AuditEntry.action == "device.replaced").count()


def test_a_check_that_a_person_starts_takes_no_strangers_word_either(admin, site, camera):
    device = added(site, camera, serial="OLD-1")
    admin.post(f"/devices/{device.id}/check")
    until(lambda: state(device).status == Status.OTHER_DEVICE)
    assert camera.serial in state(device).facts and Device.get_by_id(device.id).serial == "OLD-1"


def test_both_serial_numbers_are_shown(admin, replaced, camera):
    text = page(admin, replaced)
    assert "Another device answers at this address." in text
    assert "OLD-1" in text and camera.serial in text and "It was replaced: accept this device" in text


def test_accepted_it_has_the_new_serial_number_and_is_checked(admin, replaced, camera):
    assert accept(admin, replaced, camera.serial).status_code == 303
    until(lambda: state(replaced).status == Status.ONLINE)
    device = Device.get_by_id(replaced.id)
    assert device.serial == camera.serial and camera.serial.lower() in device.search
    assert replacements() == 1 and len(camera.logins) == 1


@pytest.mark.parametrize("serial", ["", "OTHER-9", "old-1"])
def test_another_than_was_seen_is_not_accepted(admin, replaced, camera, serial):
    reply = accept(admin, replaced, serial)
    assert reply.status_code == 409 and "Another device answers by now." in reply.text
    assert Device.get_by_id(replaced.id).serial == "OLD-1" and not replacements() and not camera.requests


def test_a_device_that_is_itself_cannot_be_replaced(admin, site):
    recorder = make_device(site, serial="OLD-1")
    assert accept(admin, recorder, "NEW-1").status_code == 409
    DeviceState.update(facts=json.dumps({"serial": "NEW-1"})).execute()  # but the status is another
    assert accept(admin, recorder, "NEW-1").status_code == 409
    assert Device.get_by_id(recorder.id).serial == "OLD-1"


def test_a_stranger_that_hides_its_serial_number_cannot_be_accepted(admin, replaced):
    DeviceState.update(facts="{}").execute()
    text = page(admin, replaced)
    assert "not readable" in text and "accept this device" not in text
    assert accept(admin, replaced, "").status_code == 409


def test_accepted_twice_it_is_done_once(admin, sign_in, replaced, camera):
    other = sign_in()
    for person in (admin, other):
        person.fetch_token()
    replies = at_once(*[lambda person=person: accept(person, replaced, camera.serial) for person in (admin, other)])
    assert {reply.status_code for reply in replies} == {303}
    until(lambda: all(probe.code for probe in Probe.select()))
    assert replacements() == 1 and len(camera.logins) == 1


def test_who_may_not_accept_it(sign_in, company, replaced, camera):
    observer = make_employee(company, Role.OBSERVER)
    assign(replaced.site, observer)
    person = sign_in(observer.email)
    assert "accept this device" not in page(person, replaced)
    assert accept(person, replaced, camera.serial).status_code == 403
    stranger = sign_in(make_employee(company, Role.INSTALLER).email)
    assert accept(stranger, replaced, camera.serial).status_code == 404
    assert Device.get_by_id(replaced.id).serial == "OLD-1"
