"""Adding a device by IP address or domain name (D1–D14): the deed. Refusals stand in test_add_address_refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from webapp.accounts.models import Account
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Mode, Probe, Status
from webapp.protocols.isapi.kinds import Kind
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend


def typed(device: Pretend, **changes: Any) -> dict[str, Any]:
    given = {"name": "Front door", "host": device.host, "port": str(device.port), "username": "admin"}
    return given | {"password": "Kamera-123", "key": "form-1"} | changes


def url(site: Any, rest: str = "") -> str:
    return f"/sites/{site.id}/devices/new/address{rest}"


def add(person: Any, site: Any, device: Pretend, **changes: Any) -> str:
    """Press Add device and wait: where the browser is led to, or the card with what was in the way."""
    reply = person.post(url(site), htmx=True, **typed(device, **changes))
    return reply.headers["HX-Redirect"] if reply.status_code == 204 else person.probe(reply)


def test_it_is_added_recognised_and_shown(admin, site, camera):
    where = add(admin, site, camera)

    device = Device.get()
    assert where == f"/devices/{device.id}"
    assert (device.name, device.mode, device.site_id) == ("Front door", Mode.IP_DOMAIN, site.id)
    assert (device.host, device.port, device.type) == (camera.host, camera.port, Kind.NETWORK_CAMERA)
    assert device.health_monitoring and device.model == profiles.CAMERA.model
    assert DeviceState.of(device.id).status == Status.ONLINE
    page = admin.get(where).text
    assert "Front door" in page and "Network camera" in page and "Kamera-123" not in page


def test_test_add_and_first_check_cost_one_login(admin, site, camera):
    card = admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(camera)))
    assert "All is well" in card and not Device.select().count()

    add(admin, site, camera)

    assert Device.get() and len(camera.logins) == 1


def test_a_wrong_password_costs_one_login_and_can_be_saved_anyway(admin, site, camera):
    card = admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(camera, password="Wrong-1234")))
    assert "refused the sign-in" in card and "4 more tries" in card and "Save anyway" in card

    again = admin.post(url(site), htmx=True, **typed(camera, password="Wrong-1234"))
    assert again.status_code == 422 and "refused the sign-in" in again.text
    saved = admin.post(url(site), htmx=True, anyway="1", **typed(camera, password="Wrong-1234"))

    assert saved.status_code == 204 and len(camera.logins) == 1
    state = DeviceState.of(Device.get().id)
    assert (state.status, state.reason, state.tries_left) == (Status.AUTH_FAILED, "wrong_password", 4)


def test_adding_without_a_test_refuses_a_wrong_password_with_the_same_card(admin, site, camera):
    card = add(admin, site, camera, password="Wrong-1234")
    assert "refused the sign-in" in card and not Device.select().count() and len(camera.logins) == 1


def test_without_javascript_the_form_leads_through_pages(admin, site, camera):
    reply = admin.post(url(site), **typed(camera))
    assert reply.status_code == 303 and "probe=" in reply.location
    for _ in range(200):
        page = admin.get(reply.location)
        if page.status_code == 303:
            break
    assert page.location == f"/devices/{Device.get().id}"


def test_the_tested_password_need_not_be_typed_again(admin, site, camera):
    reply = admin.post(url(site, "/test"), **typed(camera))
    token = reply.location.partition("probe=")[2]
    page = admin.get(reply.location).text
    assert 'value="Front door"' in page and "Kamera-123" not in page

    where = add(admin, site, camera, password="", probe=token)

    assert where == f"/devices/{Device.get().id}" and Device.get().password == "Kamera-123"


def test_the_same_form_sent_twice_adds_one_device(admin, site, camera):
    assert add(admin, site, camera) == add(admin, site, camera)
    assert Device.select().count() == 1 and len(camera.logins) == 1


def test_a_form_that_back_brought_again_adds_the_other_device(admin, site, camera):
    add(admin, site, camera)
    with Pretend(host="127.0.0.1") as other:
        add(admin, site, other, name="Second")
    assert sorted(device.name for device in Device.select()) == ["Front door", "Second"]


def test_deleting_leaves_no_password_of_its_tests(admin, site, camera):
    admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(camera)))
    where = add(admin, site, camera)
    admin.post(f"{where}/delete")
    assert not Probe.select().count()


def test_a_password_in_a_link_that_makes_no_sense_is_not_shown_again(admin, site, camera):
    reply = admin.post(url(site), **typed(camera, host="rtsp://admin:Geheim-99@cam_1.example:554/s"))
    assert reply.status_code == 422 and "Geheim-99" not in reply.text and "cam_1.example" in reply.text


def test_the_responsibility_notice_is_shown_once_and_recorded(admin, site, camera):
    assert "are responsible for the right configuration" in admin.get(url(site)).text
    add(admin, site, camera)
    assert "are responsible for the right configuration" not in admin.get(url(site)).text
    assert Account.get().responsible_at is not None
    assert AuditEntry.select().where(AuditEntry.action == "responsibility.noted").count() == 1


def test_the_audit_names_fields_and_never_their_values(admin, site, camera):
    add(admin, site, camera)
    entry = AuditEntry.get(AuditEntry.action == "device.added")
    assert "password" in entry.changes and "Kamera-123" not in entry.changes and entry.actor_name == "Ada Admin"


def test_a_test_needs_no_name_yet_but_adding_does(admin, site, camera):
    card = admin.probe(admin.post(url(site, "/test"), htmx=True, **typed(camera, name="")))
    assert "All is well" in card

    refused = admin.post(url(site), htmx=True, **typed(camera, name=""))

    assert refused.status_code == 422 and "Give the device a name." in refused.text
    assert not Device.select().count() and len(camera.logins) == 1


def test_the_next_device_is_one_tap_away(admin, site, camera):
    page = admin.get(add(admin, site, camera)).text
    assert "Add another device" in page and url(site) in page
    long_ago = clock.now() - timedelta(hours=1)
    Device.update(added_at=long_ago).execute()
    assert "Add another device" not in admin.get(f"/devices/{Device.get().id}").text
