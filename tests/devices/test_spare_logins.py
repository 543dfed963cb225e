"""However a button is pressed, a wrong password brings no device near its lock (Z22, decision 10)."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from functools import partial

import pytest

from tests.client import Person, at_once
from tests.devices.test_add_address import typed, url
from tests.factories import make_device
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Probe, Status
from webapp.simulator.pretend import Behaviour, Pretend


def ended() -> None:
    """Wait until no probe runs."""
    for _ in range(500):
        if not Probe.select().where(Probe.code == "").count():
            return
        time.sleep(0.02)
    raise AssertionError("a probe did not end")


def test_many_presses_at_once_are_one_login(admin, site, camera):
    camera.delay = 0.3
    camera.behaviour = Behaviour.SLOW
    form = typed(camera, password="Wrong-1234")
    at_once(*[partial(fork(admin).post, url(site, "/test"), htmx=True, **form) for _ in range(8)])
    ended()
    assert len(camera.logins) == 1 and Probe.select().count() == 1


def test_pressing_again_and_again_stops_before_the_lock(admin, site, camera):
    for _ in range(8):
        reply = admin.post(url(site, "/test"), htmx=True, **typed(camera, password="Wrong-1234"))
        assert "refused the sign-in" in (reply.text if 'hx-get="/probes' not in reply.text else admin.probe(reply))
    assert len(camera.logins) == 2


def test_check_now_with_a_wrong_stored_password_stops_too(admin, site, camera):
    device = make_device(site, host=camera.host, port=camera.port, password="Wrong-1234")
    codes = []
    for _ in range(6):
        codes.append(admin.post(f"/devices/{device.id}/check", htmx=True).status_code)
        ended()
    assert len(camera.logins) == 2 and codes[-1] == 409
    assert "not tried again" in admin.post(f"/devices/{device.id}/check").text


def test_add_pressed_while_the_test_runs_adds_with_its_login(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.SLOW, delay=0.3) as slow:
        admin.post(url(site, "/test"), htmx=True, **typed(slow))
        card = admin.post(url(site), htmx=True, **typed(slow, name="Named later"))
        assert admin.probe(card) == f"/devices/{Device.get().id}"
        assert Device.get().name == "Named later" and len(slow.logins) == 1


def test_add_pressed_at_the_moment_the_test_ends_is_not_lost(admin, site, camera):
    admin.post(url(site, "/test"), htmx=True, **typed(camera))
    ended()
    token = Probe.get().token
    assert not Probe.become_adding(token, "{}") and Probe.find(token).intent == "test"

    assert admin.post(url(site), htmx=True, **typed(camera)).headers["HX-Redirect"] == f"/devices/{Device.get().id}"
    assert len(camera.logins) == 1


def test_an_edit_while_a_check_runs_is_checked_itself(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.SLOW, delay=0.3) as slow:
        device = make_device(site, host=slow.host, port=slow.port, status=Status.OFFLINE, username="other")
        admin.post(f"/devices/{device.id}/check")
        Device.update(connection_version=2).where(Device.id == device.id).execute()
        admin.post(f"/devices/{device.id}/check")
        ended()
    assert DeviceState.of(device.id).status == Status.AUTH_FAILED and Probe.select().count() == 2


def test_a_deleted_devices_check_says_nothing_of_who_gets_its_id(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.SLOW, delay=0.4) as slow:
        device = make_device(site, host=slow.host, port=slow.port)
        admin.post(f"/devices/{device.id}/check")
        time.sleep(0.1)
        Device.delete_by_id(device.id)
        other = make_device(site, id=device.id, name="Another", status=Status.OFFLINE, added_at=clock.now())
        assert "Find the address" not in admin.get(f"/devices/{other.id}").text
        ended()
    assert DeviceState.of(other.id).status == Status.OFFLINE and Device.get_by_id(other.id).serial == ""


def test_an_absurd_unlock_time_is_not_believed(admin, site):
    with Pretend(host="127.0.0.1", behaviour=Behaviour.LOCKED, lock_seconds=10**12) as locked:
        card = admin.probe(admin.post(url(site), htmx=True, **typed(locked)))
        assert re.search(r"locked for 14\d\d more minutes", card)
        assert admin.post(url(site), htmx=True, **typed(locked)).status_code == 422


def test_an_address_that_is_here_already_is_told_before_anything_is_sent(admin, site, camera):
    make_device(site, host=camera.host, port=camera.port, name="Old one")
    reply = admin.post(url(site, "/test"), htmx=True, **typed(camera))
    assert reply.status_code == 409 and "Already here as Old one." in reply.text and not camera.requests


def fork(person: Person) -> Person:
    """The same browser once more, for pressing at the same time."""
    twin = Person(person.app)
    twin.client._cookies.update(person.client._cookies)
    person.fetch_token()
    twin.token = person.token
    return twin


@pytest.mark.parametrize(
    ("left", "minutes", "status"), [(2, 1, 409), (0, 1, 409), (3, 1, 303), (None, 1, 303), (2, 11, 303)]
)
def test_what_the_engine_was_told_counts_too(admin, site, camera, left, minutes, status):
    device = make_device(site, host=camera.host, port=camera.port, password="Wrong-1234")
    at = clock.now() - timedelta(minutes=minutes)
    DeviceState.set(device.id, at, Status.AUTH_FAILED, reason="wrong_password", checked_at=at, tries_left=left)
    assert admin.post(f"/devices/{device.id}/check", htmx=True).status_code == status
    ended()
    assert len(camera.logins) == (status == 303)
