"""An edited connection costs one login, whoever comes first: the check that follows, or the engine (decision 10)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.client import Person
from tests.health.conftest import ON_SQLITE, added, state, until
from tests.health.test_engine import checks
from webapp.common import clock
from webapp.db import in_connection
from webapp.devices.models import Device, DeviceState, Probe, Status
from webapp.health.models import roster
from webapp.health.models.roster import Due
from webapp.health.services.watch import STOPPED
from webapp.simulator.pretend import Behaviour, Pretend


@pytest.fixture
def slow() -> Iterator[Pretend]:
    """A device whose check by a person takes longer than the engine's interval."""
    with Pretend(behaviour=Behaviour.SLOW, delay=0.4) as device:
        yield device


def save(person: Person, device: Device, password: str) -> int:
    now = Device.get_by_id(device.id)
    form = {"name": now.name, "host": now.host, "port": now.port, "username": now.username, "version": now.version}
    return person.post(f"/devices/{device.id}/address", htmx=True, password=password, **form).status_code


def refused(pretend: Pretend) -> int:
    return [login.status for login in pretend.logins].count(401)


def no_probe_runs() -> bool:
    return not Probe.select().where(Probe.code == "").count()


def test_a_wrong_password_that_is_saved_is_sent_once_though_the_engine_comes_round_meanwhile(admin, site, slow, rounds):
    device = added(site, slow)
    rounds.start()
    until(lambda: checks(device) >= 2)  # from now on short ones
    assert save(admin, device, "Wrong-1234") == 200
    until(lambda: state(device).reason == "wrong_password" and no_probe_runs())
    time.sleep(2.5)  # in which the engine comes round again
    assert refused(slow) == 1


def test_a_right_password_that_is_saved_is_checked_by_the_engine_again(admin, site, slow, rounds):
    device = added(site, slow, password="Wrong-1234", status=Status.OFFLINE)
    DeviceState.set(device.id, clock.now(), Status.AUTH_FAILED, reason="wrong_password", checked_at=clock.now())
    assert save(admin, device, "Kamera-123") == 200
    rounds.start()
    found = until(lambda: state(device).status == Status.ONLINE and no_probe_runs() and state(device))
    until(lambda: state(device).checked_at > found.checked_at)
    assert not refused(slow)


@contextmanager
def watched(device: Device, off: bool = False) -> Iterator[list[Due]]:
    """All that an engine would read of a device meanwhile; nothing at first of one whose monitoring is off."""
    seen: list[Due] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.extend(roster.of([device.id]))

    thread = threading.Thread(target=in_connection, args=(read,))
    thread.start()
    try:
        until(lambda: seen or off)
        yield seen
    finally:
        over.set()
        thread.join()


def seen_while_saving(person: Person, device: Device, password: str) -> list[Due]:
    """The device with its new connection, as an engine could have read it."""
    before = Device.get_by_id(device.id).connection_version
    with watched(device) as seen:
        save(person, device, password)
        until(lambda: seen[-1].connection_version > before)
    return [due for due in seen if due.connection_version > before]


def may_be_asked(due: Due) -> bool:
    return not due.probed and due.reason not in STOPPED


def test_a_password_that_is_known_to_be_wrong_is_never_free_to_be_sent(admin, site, camera):
    device = added(site, camera)
    save(admin, device, "Wrong-1234")
    until(no_probe_runs)
    for _ in range(5):
        save(admin, device, "Kamera-123")
        until(no_probe_runs)
        assert not [due for due in seen_while_saving(admin, device, "Wrong-1234") if may_be_asked(due)]
    assert refused(camera) == 1


def test_a_connection_is_never_free_to_be_asked_before_its_check_has_begun(admin, site, slow):
    device = added(site, slow)
    with watched(device) as seen:
        save(admin, device, "Wrong-1234")
        until(lambda: seen[-1].reason == "wrong_password")
    assert not [due for due in seen if due.connection_version == 2 and may_be_asked(due)]
    until(no_probe_runs)


def test_a_check_that_was_cut_short_or_is_of_another_connection_keeps_nobody_from_asking(admin, site, slow):
    device = added(site, slow)
    admin.post(f"/devices/{device.id}/check", htmx=True)
    (due,) = roster.of([device.id])
    assert due.probed
    Device.update(connection_version=2).where(Device.id == device.id).execute()
    assert not roster.of([device.id])[0].probed
    Device.update(connection_version=1).where(Device.id == device.id).execute()
    Probe.update(created_at=clock.now() - timedelta(seconds=121)).execute()
    assert not roster.of([device.id])[0].probed
    until(no_probe_runs)


@ON_SQLITE
def test_a_try_that_was_put_off_is_not_made_with_a_password_that_was_refused_since(site, camera, rounds):
    device = added(site, camera, password="Wrong-1234")
    DeviceState.set(device.id, clock.now(), Status.AUTH_FAILED, reason="wrong_password", checked_at=clock.now())
    rounds.start()
    until(lambda: rounds.leader.leads)
    rounds.watch.retries[device.id] = clock.monotonic()  # from before the connection was edited
    until(lambda: device.id not in rounds.watch.retries)
    time.sleep(1)
    assert not camera.requests


@ON_SQLITE
def test_when_the_saving_is_refused_no_check_begins(admin, site, camera):
    device = added(site, camera)
    stale = Device.get_by_id(device.id).version
    save(admin, device, "Kamera-123")
    until(no_probe_runs)
    Device.update(version=stale + 5).where(Device.id == device.id).execute()
    probes, known = Probe.select().count(), state(device)
    form = {"name": "N", "host": device.host, "port": device.port, "username": "admin", "version": stale}
    reply = admin.post(f"/devices/{device.id}/address", htmx=True, password="Wrong-1234", **form)
    assert reply.status_code == 409 and Probe.select().count() == probes
    assert state(device).status == known.status and not refused(camera)


def test_a_device_that_is_monitored_again_is_never_free_to_be_asked_before_its_check_has_begun(admin, site, slow):
    device = added(site, slow, password="Wrong-1234")
    Device.update(health_monitoring=False).where(Device.id == device.id).execute()
    with watched(device, off=True) as seen:
        assert admin.post(f"/devices/{device.id}/monitoring", on="1").status_code == 303
        until(lambda: seen and seen[-1].reason == "wrong_password")
    assert not [due for due in seen if may_be_asked(due)]
    until(no_probe_runs)
