"""Set type for a device that was not recognised, and set it again (E6–E8)."""

from __future__ import annotations

import pytest

from tests.factories import assign, make_device, make_employee
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.devices.models import Device, Mode
from webapp.protocols.isapi.kinds import Kind


@pytest.fixture
def device(site) -> Device:
    return make_device(site, type=Kind.UNKNOWN, type_detected=Kind.UNKNOWN, model="X-1")


def set_type(person, device, kind, htmx=False):
    return person.post(f"/devices/{device.id}/type", htmx=htmx, type=kind)


def test_it_is_set_and_set_again(admin, device):
    assert "Set its type yourself" in admin.get(f"/devices/{device.id}").text
    for kind, name in ((Kind.NVR, "Network video recorder (NVR)"), (Kind.SPEED_DOME, "Speed dome")):
        assert set_type(admin, device, kind).status_code == 303
        assert Device.get_by_id(device.id).type == kind
        page = admin.get(f"/devices/{device.id}").text
        assert name in page and "set by hand" in page and "Set type" in page
    assert AuditEntry.select().where(AuditEntry.action == "device.type_set").count() == 2


def test_before_it_was_ever_read_no_fault_is_claimed(admin, device):
    Device.update(model="").execute()
    page = admin.get(f"/devices/{device.id}").text
    assert "Not known yet. It is read at the first" in page and "Set type" in page and "Set its type" not in page


def test_a_type_that_does_not_fit_the_adding_mode_is_refused(admin, device):
    assert "Alarm panel" not in admin.get(f"/devices/{device.id}/type/edit").text
    reply = set_type(admin, device, Kind.ALARM_PANEL, htmx=True)
    assert reply.status_code == 409 and "are cameras and recorders" in reply.text
    assert Device.get_by_id(device.id).type == Kind.UNKNOWN


def test_a_device_added_by_serial_number_may_be_a_panel(admin, site):
    device = make_device(site, mode=Mode.SERIAL, type=Kind.UNKNOWN)
    assert set_type(admin, device, Kind.ALARM_PANEL).status_code == 303


@pytest.mark.parametrize("kind", ["", "unknown", "toaster", "nvr\x00"])
def test_nonsense_is_no_type(admin, device, kind):
    assert set_type(admin, device, kind).status_code == 422


def test_a_recognised_type_stays(admin, site):
    device = make_device(site)
    assert "Set type" not in admin.get(f"/devices/{device.id}").text
    assert set_type(admin, device, Kind.NVR).status_code == 409
    assert Device.get_by_id(device.id).type == Kind.NETWORK_CAMERA


@pytest.mark.parametrize(("answer", "kept", "by_hand"), [("keep", Kind.DVR, True), ("take", Kind.NVR, False)])
def test_a_later_recognition_asks_whether_to_keep_the_choice(admin, site, answer, kept, by_hand):
    device = make_device(site, type=Kind.DVR, type_by_hand=True, type_detected=Kind.NVR)
    assert "Keep your choice?" in admin.get(f"/devices/{device.id}").text
    admin.post(f"/devices/{device.id}/type", detected=answer)
    saved = Device.get_by_id(device.id)
    assert (saved.type, saved.type_by_hand) == (kept, by_hand)
    assert "Keep your choice?" not in admin.get(f"/devices/{device.id}").text


def test_who_may_not(sign_in, company, site, device):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert "/type/edit" not in person.get(f"/devices/{device.id}").text
    assert set_type(person, device, Kind.NVR).status_code == 403
    assert set_type(sign_in(make_employee(company, Role.INSTALLER).email), device, Kind.NVR).status_code == 404
    assert Device.get_by_id(device.id).type == Kind.UNKNOWN
