"""Editing where a device is reached (E1–E5): it works, what is refused, and who may not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.devices.models import Device, DeviceState, Mode, Probe, Status
from webapp.simulator.pretend import Pretend
from webapp.sites.models import SiteStatus


@pytest.fixture
def device(site, camera: Pretend) -> Device:
    return make_device(site, name="Front door", host=camera.host, port=camera.port)


def typed(device: Device, **changes: Any) -> dict[str, Any]:
    given = {"name": device.name, "host": device.host, "port": str(device.port), "username": device.username}
    return given | {"password": "", "version": str(device.version)} | ({"https": "y"} if device.https else {}) | changes


def save(person: Any, device: Device, htmx: bool = False, **changes: Any) -> Any:
    return person.post(f"/devices/{device.id}/address", htmx=htmx, **typed(device, **changes))


def checked() -> Probe:
    """The check that saving began, once it is over."""
    for _ in range(500):
        if (probe := Probe.get()) and probe.code:
            return probe
        time.sleep(0.02)
    raise AssertionError("the check did not end")


def test_it_saves_and_checks_the_new_connection_once(admin, device):
    with Pretend(host="127.0.0.1", username="root", password="Other-456") as other:
        reply = save(admin, device, name="Back door", port=str(other.port), username="root", password="Other-456")
        assert (reply.status_code, reply.location) == (303, f"/devices/{device.id}/address")
        assert checked().code == "ok" and len(other.logins) == 1
    saved = Device.get_by_id(device.id)
    assert (saved.name, saved.port, saved.username, saved.password) == ("Back door", other.port, "root", "Other-456")
    assert DeviceState.of(device.id).status == Status.ONLINE and saved.version == device.version + 1


def test_with_htmx_the_row_the_title_and_the_status_come_back(admin, device):
    reply = save(admin, device, htmx=True, name="Back door")
    assert reply.status_code == 200 and "<html" not in reply.text
    assert (
        'id="address"' in reply.text and 'id="title" hx-swap-oob="true"' in reply.text and 'id="status"' in reply.text
    )
    assert "Back door" in reply.text and "<title>Back door · Sitehand</title>" in reply.text
    assert 'id="type"' not in reply.text and reply.headers["HX-Trigger"] == "checked", "the type fetches itself, once"


def test_a_new_name_alone_asks_the_device_nothing(admin, device, camera):
    save(admin, device, name="Back door")
    assert Device.get_by_id(device.id).name == "Back door" and not Probe.select().count() and not camera.requests
    assert DeviceState.of(device.id).status == Status.ONLINE


def test_an_empty_password_keeps_the_old_one(admin, device, camera):
    save(admin, device, username="operator")
    assert Device.get_by_id(device.id).password == "Kamera-123" and checked().code == "wrong_password"


def test_a_wrong_password_is_saved_with_a_warning_and_tried_once(admin, device, camera):
    save(admin, device, password="Wrong-1234")
    checked()
    state = DeviceState.of(device.id)
    assert (state.status, state.tries_left) == (Status.AUTH_FAILED, 4) and len(camera.logins) == 1
    page = admin.get(f"/devices/{device.id}").text
    assert "refused the sign-in" in page and "Edit connection" in page and "Wrong-1234" not in page


def test_a_login_that_is_known_to_be_wrong_is_not_tried_again(admin, device, camera):
    save(admin, device, password="Wrong-1234")
    checked()
    for password in ("Kamera-123", "Wrong-1234"):
        device = Device.get_by_id(device.id)
        save(admin, device, password=password)
        time.sleep(0.3)
    assert [login.status for login in camera.logins].count(401) == 1
    assert DeviceState.of(device.id).status == Status.AUTH_FAILED


def test_the_audit_names_the_fields_alone(admin, device):
    save(admin, device, name="Back door", password="Secret-777")
    entry = AuditEntry.get(AuditEntry.action == "device.edited")
    assert entry.changes == '["name", "password"]'


def test_nothing_changed_is_said(admin, device):
    reply = save(admin, device)
    assert reply.status_code == 409 and "Nothing to save" in reply.text and Device.get_by_id(device.id).version == 1
    assert 'role="alert"' not in reply.text and "<title>Error" not in reply.text, "it is no fault"


def test_a_concurrent_edit_is_refused_with_the_difference_and_nothing_lost(admin, sign_in, company, device):
    other = make_employee(company, Role.INSTALLER, name="Ben Builder")
    assign(device.site, other)
    save(sign_in(other.email), device, name="Ben's name")

    reply = save(admin, device, htmx=True, name="My name", password="Mine-1234")

    assert reply.status_code == 409 and "Ben Builder changed it" in reply.text
    assert "My name" in reply.text and "Ben&#39;s name" in reply.text and "Mine-1234" not in reply.text
    assert Device.get_by_id(device.id).name == "Ben's name" and 'name="version" type="hidden" value="2"' in reply.text
    assert save(admin, device, name="My name", version="2").status_code == 303
    assert Device.get_by_id(device.id).name == "My name"


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "Give the device a name."),
        ("host", "127.1", "write all four numbers"),
        ("host", "10.0.0.1", "This address works only inside its own network"),
        ("port", "0", "from 1 to 65535"),
        ("username", "", "Which user name"),
    ],
)
def test_a_bad_field_comes_back_with_its_complaint(admin, device, field, value, complaint):
    for htmx in (False, True):
        reply = save(admin, device, htmx=htmx, **{field: value})
        assert reply.status_code == 422 and complaint in reply.text
    assert Device.get_by_id(device.id).version == 1


def test_another_devices_address_is_refused(admin, site, device):
    make_device(site, name="Neighbour", host="127.0.0.77", port=8080)
    reply = save(admin, device, host="127.0.0.77", port="8080")
    assert reply.status_code == 409 and "Already here as Neighbour." in reply.text
    assert Device.get_by_id(device.id).host == device.host


def test_another_place_is_met_without_the_old_key(admin, site):
    with Pretend(host="127.0.0.1", https=True) as old, Pretend(host="127.0.0.1", https=True) as new:
        device = make_device(site, host=old.host, port=old.port, https=True, pin="sha256//" + "A" * 43 + "=")
        save(admin, device, port=str(new.port))
        assert checked().code == "ok" and Device.get_by_id(device.id).pin not in {"", device.pin}


def test_a_device_added_by_serial_number_has_no_such_row(admin, site):
    device = make_device(site, mode=Mode.SERIAL)
    assert "IP/Domain" not in admin.get(f"/devices/{device.id}").text
    forced = admin.post(
        f"/devices/{device.id}/address", name="x", host="127.0.0.1", port="80", username="a", version="1"
    )
    assert forced.status_code == 409 and "has an address that can be edited" in forced.text
    assert admin.get(f"/devices/{device.id}/address/edit").status_code == 409


def test_roles_sites_and_companies_that_may_not(sign_in, company, site, device):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    page = person.get(f"/devices/{device.id}")
    assert page.status_code == 200 and "/address/edit" not in page.text and "admin</bdi>" not in page.text
    assert save(person, device, name="x").status_code == 403

    stranger = sign_in(make_employee(company, Role.INSTALLER).email)
    foreigner = sign_in(make_employee(make_company(), Role.INSTALLER_ADMIN).email)
    for person in (stranger, foreigner):
        assert person.get(f"/devices/{device.id}").status_code == 404
        assert person.get(f"/devices/{device.id}/address/edit", htmx=True).status_code == 404
        assert save(person, device, name="x").status_code == 404
    assert Device.get_by_id(device.id).name == "Front door"


def test_a_site_whose_owner_has_not_authorized_refuses(admin, company, camera):
    device = make_device(make_site(company, status=SiteStatus.OWNED_UNAUTHORIZED), host=camera.host, port=camera.port)
    reply = save(admin, device, name="x")
    assert reply.status_code == 409 and "Ask the owner for authorization" in reply.text


def test_the_form_is_a_partial_and_the_very_one_of_its_page(admin, device):
    partial = admin.get(f"/devices/{device.id}/address/edit", htmx=True).text
    page = admin.get(f"/devices/{device.id}/address/edit").text
    assert "<html" not in partial and "<html" in page and 'id="address"' in page
    assert "Kamera-123" not in partial + page
