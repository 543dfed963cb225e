"""Check now, and what is claimed of a device's state."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest

from tests.factories import assign, make_device, make_employee
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Probe, Status
from webapp.devices.models.probe import Intent
from webapp.protocols.isapi.kinds import Kind
from webapp.simulator.pretend import Behaviour, Pretend


@pytest.fixture
def device(site, camera: Pretend) -> Device:
    return make_device(site, host=camera.host, port=camera.port, status=Status.OFFLINE)


def check(person, device: Device) -> str:
    """Press Check now, poll as the page does; the status part when it is over."""
    assert person.post(f"/devices/{device.id}/check", htmx=True).status_code == 303
    for _ in range(500):
        part = person.get(f"/devices/{device.id}/status", htmx=True).text
        if "every 1s" not in part:
            return part
        time.sleep(0.02)
    raise AssertionError("the check did not end")


def test_it_finds_the_device_online_and_reads_who_it_is(admin, device):
    assert "Online" in check(admin, device)
    assert Device.get_by_id(device.id).model and DeviceState.of(device.id).ms is not None


def test_a_person_who_presses_again_tries_again(admin, device, camera):
    camera.password = "Changed-99"
    check(admin, device)
    camera.password = "Kamera-123"
    assert "Online" in check(admin, device)


def test_a_locked_device_costs_no_login(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.LOCKED) as locked:
        device = make_device(site, host=locked.host, port=locked.port)
        assert "locked for" in check(admin, device) and not locked.logins
    assert DeviceState.of(device.id).locked_until > clock.now()


def test_after_a_certificate_swap_no_password_goes_out_until_it_is_accepted(admin, site):
    with Pretend(host="127.0.0.1", https=True) as device_:
        device = make_device(site, host=device_.host, port=device_.port, https=True)
        assert "Online" in check(admin, device)
        known, logins = Device.get_by_id(device.id).pin, len(device_.logins)
        device_.swap_certificate()

        part = check(admin, device)
        assert ("certificate has changed" in part and known.replace("+", "&#43;") in part) or known in part
        assert len(device_.logins) == logins

        state = DeviceState.of(device.id)
        forged = admin.post(f"/devices/{device.id}/certificate", key="sha256//other")
        assert forged.status_code == 409 and Device.get_by_id(device.id).pin == known
        assert admin.post(f"/devices/{device.id}/certificate", key=state.seen_key).status_code == 303
        for _ in range(300):
            if DeviceState.of(device.id).status == Status.ONLINE:
                break
            time.sleep(0.02)
        assert Device.get_by_id(device.id).pin == state.seen_key and len(device_.logins) == logins + 1


def test_an_old_figure_is_not_claimed_any_more(admin, device):
    DeviceState.set(device.id, clock.now(), Status.ONLINE, checked_at=clock.now() - timedelta(minutes=4))
    page = admin.get(f"/devices/{device.id}").text
    assert "Not checked lately" in page and "4 min. ago" in page and ">Online<" not in page
    assert "Unknown" in admin.get("/devices").text


def test_a_wrong_password_stays_known_however_old(admin, device):
    old = clock.now() - timedelta(days=2)
    DeviceState.set(device.id, old, Status.AUTH_FAILED, reason="wrong_password", checked_at=old)
    assert "refused the sign-in" in admin.get(f"/devices/{device.id}").text


def test_a_result_for_an_address_that_was_edited_meanwhile_is_dropped(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.SLOW, delay=0.5) as slow:
        device = make_device(site, host=slow.host, port=slow.port, status=Status.OFFLINE)
        admin.post(f"/devices/{device.id}/check")
        Device.update(connection_version=2, host="127.0.0.99").where(Device.id == device.id).execute()
        for _ in range(400):
            if Probe.get().code:
                break
            time.sleep(0.02)
        assert Probe.get().code == "ok" and DeviceState.of(device.id).status == Status.OFFLINE


def test_who_may_not_check(sign_in, company, site, device, camera):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert "Check now" not in person.get(f"/devices/{device.id}").text
    assert person.post(f"/devices/{device.id}/check").status_code == 403
    stranger = sign_in(make_employee(company, Role.INSTALLER).email)
    assert stranger.post(f"/devices/{device.id}/check").status_code == 404
    assert stranger.get(f"/devices/{device.id}/status", htmx=True).status_code == 404
    assert not camera.requests


@pytest.mark.parametrize(("seconds", "said"), [(600, True), (None, False)])
def test_until_then_is_said_where_the_device_tells_how_long_it_is_locked(admin, device, seconds, said):
    until = clock.now() + timedelta(seconds=seconds) if seconds else None
    DeviceState.set(device.id, clock.now(), Status.LOCKED, reason="locked", checked_at=clock.now(), locked_until=until)
    page = admin.get(f"/devices/{device.id}").text
    assert ("Until then" in page) == said and ("does not say for how long" in page) != said
    assert ("more minutes" in page) == said


def test_when_the_lock_should_be_over_checking_is_what_is_offered_first(admin, device):
    now = clock.now()
    locked = {"reason": "locked", "checked_at": now, "locked_until": now + timedelta(minutes=5)}
    DeviceState.set(device.id, now, Status.LOCKED, **locked)
    assert check_button(admin, device) == "button quiet"
    DeviceState.set(device.id, now, Status.LOCKED, **locked | {"locked_until": now - timedelta(seconds=1)})
    assert "The lock should be over." in admin.get(f"/devices/{device.id}").text
    assert check_button(admin, device) == "button"


def check_button(person, device: Device) -> str:
    page = person.get(f"/devices/{device.id}").text
    return re.findall(r'<button class="([^"]*)">[^<]*<svg[^>]*><use[^>]*/></svg>Check now', page)[0]


def test_what_a_check_has_found_comes_with_its_last_poll_and_the_type_fetches_itself(admin, device):
    Device.update(type=Kind.UNKNOWN, type_detected=Kind.UNKNOWN).execute()
    assert "Online" in check(admin, device)
    done = admin.get(f"/devices/{device.id}/status", htmx=True, headers={"HX-Trigger": "status"})
    assert done.headers["HX-Trigger"] == "checked" and 'id="facts"' in done.text and 'id="type"' not in done.text
    part = admin.get(f"/devices/{device.id}/type", htmx=True).text
    assert "Network camera" in part and 'hx-trigger="checked from:body"' in part
    form = admin.get(f"/devices/{device.id}/type/edit", htmx=True)
    assert "checked from:body" not in form.text


TRYING = "Still trying: the device answers slowly, or not at all."


def test_after_ten_seconds_it_says_that_it_is_still_trying(admin, device):
    Device.update(added_at=clock.now() - timedelta(days=1)).execute()
    check(admin, device)
    Probe.update(code="", created_at=clock.now() - timedelta(seconds=5)).execute()
    part = admin.get(f"/devices/{device.id}/status", htmx=True).text
    assert "Checking the connection" in part and TRYING not in part
    poll = re.search(r'hx-get="([^"]+)" [^>]*every 1s', part)[1]
    assert admin.get(poll, htmx=True).status_code == 204
    Probe.update(created_at=clock.now() - timedelta(seconds=10)).execute()
    assert TRYING in admin.get(poll, htmx=True).text and TRYING in admin.get(f"/devices/{device.id}").text
    Probe.update(code="timeout").execute()
    assert TRYING not in admin.get(f"/devices/{device.id}").text


def test_so_says_the_test_of_a_new_address(admin, device):
    check(admin, device)
    Probe.update(code="", intent=Intent.TEST).execute()
    for seconds, told in ((5, False), (10, True)):
        Probe.update(created_at=clock.now() - timedelta(seconds=seconds)).execute()
        assert (TRYING in admin.get(f"/probes/{Probe.get().token}", htmx=True).text) is told
