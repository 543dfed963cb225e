"""Deleting a device, and when that is not possible (E9–E12, S19)."""

from __future__ import annotations

import time

import pytest

from tests.factories import assign, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import jobs
from webapp.devices.models import Device, DeviceState, Mode, Probe
from webapp.simulator.pretend import Behaviour, Pretend
from webapp.sites.models import SiteStatus


@pytest.fixture
def device(site) -> Device:
    return make_device(site, name="Front door")


def delete(person, device, htmx=False):
    return person.post(f"/devices/{device.id}/delete", htmx=htmx)


def test_the_sheet_names_the_device_and_what_is_lost(admin, device):
    sheet = admin.get(f"/devices/{device.id}/delete", htmx=True).text
    page = admin.get(f"/devices/{device.id}/delete").text
    assert "<html" not in sheet and "<html" in page
    for text in (sheet, page):
        assert "Delete Front door?" in text and "password are removed" in text
    assert Device.get_by_id(device.id)


def test_it_is_gone_with_all_that_hangs_on_it(admin, device):
    reply = delete(admin, device)
    assert (reply.status_code, reply.location) == (303, f"/sites/{device.site_id}")
    assert not Device.select().count() and not DeviceState.select().count()
    assert "Front door is deleted." in admin.get(reply.location).text
    assert admin.get(f"/devices/{device.id}").status_code == 404
    assert AuditEntry.get(AuditEntry.action == "device.deleted").target_name == "Front door"


def test_with_htmx_the_browser_is_led_to_the_site(admin, device):
    assert delete(admin, device, htmx=True).headers["HX-Redirect"] == f"/sites/{device.site_id}"


def test_deleting_twice_is_not_found(admin, device):
    delete(admin, device)
    assert delete(admin, device).status_code == 404


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        (Mode.IP_DOMAIN, SiteStatus.NOT_INVITED, 303),
        (Mode.IP_DOMAIN, SiteStatus.INVITED, 303),
        (Mode.IP_DOMAIN, SiteStatus.OWNED_UNAUTHORIZED, 409),
        (Mode.IP_DOMAIN, SiteStatus.AUTHORIZED, 303),
        (Mode.SERIAL, SiteStatus.NOT_INVITED, 303),
        (Mode.SERIAL, SiteStatus.INVITED, 303),
        (Mode.SERIAL, SiteStatus.OWNED_UNAUTHORIZED, 409),
        (Mode.SERIAL, SiteStatus.AUTHORIZED, 409),
    ],
)
def test_the_gate_by_adding_mode_and_site(admin, company, mode, status, code):
    device = make_device(make_site(company, status=status), mode=mode)
    page = admin.get(f"/devices/{device.id}").text
    assert (f"/devices/{device.id}/delete" in page) == (code == 303)
    assert delete(admin, device).status_code == code
    assert Device.select().count() == (code == 409)


def test_a_refusal_says_why(admin, company):
    device = make_device(make_site(company, status=SiteStatus.AUTHORIZED), mode=Mode.SERIAL)
    for reply in (delete(admin, device), delete(admin, device, htmx=True)):
        assert "Not possible while the site is authorized" in reply.text


def test_a_check_that_is_under_way_finds_nobody_to_tell(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.SLOW, delay=0.3) as slow:
        device = make_device(site, host=slow.host, port=slow.port)
        admin.post(f"/devices/{device.id}/check")
        while not slow.server.connections:
            time.sleep(0.01)
        assert delete(admin, device).status_code == 303
        jobs.stop(forget=False)
    assert slow.logins
    assert not Device.select().count()
    assert not DeviceState.select().count()
    assert not Probe.select().count()


def test_who_may_not(sign_in, company, site, device):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert "Delete device" not in person.get(f"/devices/{device.id}").text
    assert delete(person, device).status_code == 403
    assert delete(sign_in(make_employee(company, Role.INSTALLER).email), device).status_code == 404
    assert Device.get_by_id(device.id)
