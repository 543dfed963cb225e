"""The switch of health monitoring: what it asks, what it does, what is shown while it is off."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client import Person, at_once
from tests.factories import assign, make_company, make_device, make_employee, make_findings, make_past, make_site
from tests.health.conftest import added, until
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.devices.models import Device, DeviceState, Mode, Probe, Status
from webapp.sites.models import SiteStatus

REFUSAL = "Turn on health monitoring to check the device."
LOSSES = ("firmware cannot be upgraded", "Linkage rules", "exceptions are neither set nor received", "not checked")


@pytest.fixture
def device(site, camera) -> Device:
    return added(site, camera)


def switch(person: Person, device: Device, on: int, **more: Any) -> Any:
    return person.post(f"/devices/{device.id}/monitoring", on=str(on), **more)


def is_on(device: Device) -> bool:
    return bool(Device.get_by_id(device.id).health_monitoring)


def deeds() -> list[str]:
    return [entry.action for entry in AuditEntry.select().where(AuditEntry.action.startswith("device.monitoring"))]


def off(device: Device) -> Device:
    Device.update(health_monitoring=False).where(Device.id == device.id).execute()
    return Device.get_by_id(device.id)


def test_the_confirmation_lists_what_is_lost_as_a_sheet_and_as_a_page(admin, device):
    path = f"/devices/{device.id}/monitoring/off"
    sheet, page = admin.get(path, htmx=True).text, admin.get(path).text
    for text in (sheet, page):
        assert all(loss in text for loss in LOSSES) and text.count("<li>") >= 4
        assert "Turn off health monitoring of" in text and ">Turn off</button>" in text
    assert page.startswith("<!doctype html>") and not sheet.startswith("<!doctype html>")
    assert is_on(device)


def test_the_switch_has_its_name_and_says_how_it_stands(admin, device):
    page = admin.get(f"/devices/{device.id}").text
    assert 'role="switch" aria-checked="true"' in page and ">Health monitoring<i" in page
    switch(admin, device, 0)
    assert 'role="switch" aria-checked="false"' in admin.get(f"/devices/{device.id}").text


def test_off_shows_nothing_old(admin, device):
    make_findings(device)
    make_past(device)
    assert "Last 24 hours" in admin.get(f"/devices/{device.id}").text
    assert switch(admin, device, 0).status_code == 303
    page = admin.get(f"/devices/{device.id}").text
    assert "Health monitoring is off" in page and "Check now" not in page
    for old in ("Last 24 hours", "Recording", "Online", "checked <time", "12 ms", "Changes in", "7 days"):
        assert old not in page, old
    part = admin.get(f"/devices/{device.id}/health", htmx=True).text
    assert 'id="health"' in part and "%" not in part


def test_off_also_hides_a_trouble_that_a_person_has_to_see_to(admin, device):
    DeviceState.set(device.id, device.added_at, Status.AUTH_FAILED, reason="wrong_password", tries_left=3)
    off(device)
    page = admin.get(f"/devices/{device.id}").text
    assert "refused the sign-in" not in page and "Edit connection" not in page


def test_off_refuses_a_check_and_says_why(admin, device, camera):
    off(device)
    for htmx in (False, True):
        reply = admin.post(f"/devices/{device.id}/check", htmx=htmx)
        assert reply.status_code == 409 and REFUSAL in reply.text
    assert not Probe.select().count() and not camera.requests


def test_off_refuses_what_would_end_in_a_check(admin, device, camera):
    key = "sha256//" + "A" * 43 + "="
    off(device)
    DeviceState.update(status=Status.CERTIFICATE_CHANGED, seen_key=key).execute()
    reply = admin.post(f"/devices/{device.id}/certificate", key=key)
    assert reply.status_code == 409 and REFUSAL in reply.text and Device.get_by_id(device.id).pin != key
    DeviceState.update(status=Status.OTHER_DEVICE, facts=json.dumps({"serial": "NEW-1"})).execute()
    reply = admin.post(f"/devices/{device.id}/replacement", serial="NEW-1")
    assert reply.status_code == 409 and REFUSAL in reply.text and Device.get_by_id(device.id).serial != "NEW-1"
    assert not camera.requests


def test_a_connection_that_is_edited_while_off_is_kept_and_not_checked(admin, device, camera):
    off(device)
    typed = {"name": "Yard", "host": device.host, "port": device.port, "username": "other", "password": ""}
    reply = admin.post(f"/devices/{device.id}/address", version=str(device.version), **typed)
    assert reply.status_code == 303 and Device.get_by_id(device.id).username == "other"
    assert not Probe.select().count() and not camera.requests


def test_on_again_checks_at_once(admin, device, camera):
    DeviceState.update(status=Status.OFFLINE).execute()
    off(device)
    assert switch(admin, device, 1).status_code == 303 and is_on(device)
    until(lambda: DeviceState.of(device.id).status == Status.ONLINE)
    assert Probe.select().count() == 1 and len(camera.logins) == 1


def test_on_again_is_on_even_if_it_may_not_be_checked_just_now(admin, device, camera, app):
    off(device)
    DeviceState.update(status=Status.AUTH_FAILED).execute()
    camera.password = "Changed-99"
    for _ in range(3):  # the third time this password would soon lock the device
        assert switch(admin, device, 1).status_code == 303 and is_on(device)
        until(lambda: all(probe.code for probe in Probe.select()))
        off(device)
    assert len(camera.logins) == 2


def test_a_device_by_serial_number_is_switched_and_not_checked(admin, site):
    device = make_device(site, mode=Mode.SERIAL, serial="DS-1")
    switch(admin, device, 0)
    assert not is_on(device)
    switch(admin, device, 1)
    assert is_on(device) and not Probe.select().count()
    assert deeds() == ["device.monitoring_off", "device.monitoring_on"]


def test_for_htmx_the_parts_are_told_and_the_sheet_closes(admin, device):
    reply = switch(admin, device, 0, htmx=True)
    told = json.loads(reply.headers["HX-Trigger"])
    assert reply.status_code == 204 and told.keys() == {"closeSheet", "refreshed", "toast"}
    assert told["toast"]["text"] == "Health monitoring is off."
    part = admin.get(f"/devices/{device.id}/monitoring", htmx=True).text
    assert 'aria-checked="false"' in part


def test_switched_twice_is_done_once(admin, device):
    switch(admin, device, 1)
    assert deeds() == []
    for _ in range(2):
        assert switch(admin, device, 0).status_code == 303
    assert deeds() == ["device.monitoring_off"]
    version = Device.get_by_id(device.id).version
    assert version == device.version  # whoever has the address form open can still save it


def test_a_double_tap_is_harmless(admin, sign_in, device, camera):
    off(device)
    other = sign_in()
    for person in (admin, other):
        person.fetch_token()
    replies = at_once(*[lambda person=person: switch(person, device, 1) for person in (admin, other)])
    assert [reply.status_code for reply in replies] == [303, 303]
    assert is_on(device) and deeds() == ["device.monitoring_on"]
    until(lambda: all(probe.code for probe in Probe.select()))
    assert Probe.select().count() == 1 and len(camera.logins) == 1


@pytest.mark.parametrize("value", ["", "2", "on", "<b>"])
def test_nonsense_switches_nothing(admin, device, value):
    assert admin.post(f"/devices/{device.id}/monitoring", on=value).status_code == 400
    assert is_on(device) and deeds() == []


def test_without_the_owners_authorization_it_is_refused(admin, company):
    device = make_device(make_site(company, status=SiteStatus.OWNED_UNAUTHORIZED))
    assert 'role="switch"' not in admin.get(f"/devices/{device.id}").text
    reply = switch(admin, device, 0)
    assert reply.status_code == 409 and "has not authorized your company" in reply.text
    assert is_on(device) and deeds() == []


def test_who_may_not_switch(sign_in, company, site, device):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    page = person.get(f"/devices/{device.id}").text
    assert 'role="switch"' not in page and "Health monitoring" in page
    assert switch(person, device, 0).status_code == 403
    assert person.get(f"/devices/{device.id}/monitoring/off").status_code == 403
    stranger = sign_in(make_employee(company, Role.INSTALLER).email)
    theirs = make_device(make_site(make_company()))
    for other in (device, theirs):
        assert switch(stranger, other, 0).status_code == 404
        for part in ("monitoring", "monitoring/off", "health"):
            assert stranger.get(f"/devices/{other.id}/{part}", htmx=True).status_code == 404
    assert is_on(device) and is_on(theirs)
