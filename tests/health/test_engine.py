"""The engine on real devices: what it claims of them, what it asks, and what it leaves alone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import make_device, make_findings
from tests.health.conftest import ON_SQLITE, added, state, until
from webapp.common import clock
from webapp.db import transaction
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Mode, Status
from webapp.devices.services import states
from webapp.health.models import DeviceFindings, DeviceHour, EngineLease
from webapp.health.services.samples import DOWN, tally
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.pool import Pool
from webapp.simulator import profiles
from webapp.simulator.pretend import Behaviour, Pretend


def hours(device: Device) -> list[DeviceHour]:
    return list(DeviceHour.select().where(DeviceHour.device_id == device.id))


def checks(device: Device) -> int:
    return sum(row.n for row in hours(device))


def becomes(device: Device, status: str) -> DeviceState:
    return until(lambda: state(device).status == status and state(device))


def statuses(device: Device) -> list[str]:
    rows = DeviceEvent.select().where(DeviceEvent.device == device.id, DeviceEvent.kind == Happening.STATUS)
    return [row.became for row in rows.order_by(DeviceEvent.id)]


def test_a_device_is_checked_each_interval_and_its_history_kept(site, camera, rounds):
    device = added(site, camera, status=Status.OFFLINE)
    rounds.start()
    assert becomes(device, Status.ONLINE).ms is not None
    until(lambda: checks(device) >= 3)
    rounds.stop()

    row = hours(device)[-1]
    assert row.up == row.n >= tally(bytes(row.samples)).n > 0 and DOWN not in bytes(row.samples)
    assert row.ms_max * row.n >= row.ms_sum > 0
    assert (clock.now() - state(device).checked_at).total_seconds() < 5
    assert statuses(device) == [Status.OFFLINE, Status.ONLINE]


def test_a_device_that_goes_is_offline_after_three_misses_and_online_after_one_answer(site, camera, rounds):
    device = added(site, camera)
    rounds.start()
    until(lambda: checks(device) >= 1)
    camera.stop()
    assert becomes(device, Status.OFFLINE).reason == "refused"
    until(lambda: any(DOWN in bytes(row.samples) for row in hours(device)))
    with camera:
        becomes(device, Status.ONLINE)
    assert statuses(device) == [Status.ONLINE, Status.OFFLINE, Status.ONLINE]


@ON_SQLITE
def test_one_miss_is_no_outage(site, camera, rounds):
    device = added(site, camera)
    rounds.start()
    until(lambda: checks(device) >= 1)
    camera.stop()
    until(lambda: rounds.watch.misses)
    with camera:
        before = checks(device)
        until(lambda: checks(device) > before)
        assert statuses(device) == [Status.ONLINE]


@ON_SQLITE
def test_a_wrong_password_is_tried_once_and_never_again(site, camera, rounds):
    device = added(site, camera, password="Wrong-1234")
    rounds.start()
    assert becomes(device, Status.AUTH_FAILED).tries_left == 4
    time.sleep(3)
    assert len(camera.logins) == 1


@ON_SQLITE
def test_an_edited_password_is_tried_again(site, camera, rounds):
    device = added(site, camera, password="Wrong-1234")
    rounds.start()
    becomes(device, Status.AUTH_FAILED)
    right = Device.get_by_id(device.id).seal_password("Kamera-123")
    with transaction():
        Device.update(password_sealed=right, connection_version=2).where(Device.id == device.id).execute()
        DeviceState.set(device.id, clock.now(), Status.CHECKING)
    becomes(device, Status.ONLINE)
    assert len(camera.logins) >= 2


@ON_SQLITE
def test_a_locked_device_is_asked_nothing_until_its_lock_should_be_over_and_then_without_the_password(site, rounds):
    with Pretend(behaviour=Behaviour.LOCKED, lock_seconds=3) as locked:
        device = added(site, locked)
        rounds.start()
        known = becomes(device, Status.LOCKED)
        assert known.locked_until > clock.now()
        asked = len(locked.requests)
        time.sleep(1.5)
        assert len(locked.requests) == asked and not locked.logins
        becomes(device, Status.ONLINE)
        assert 401 not in {request.status for request in locked.logins}


@ON_SQLITE
def test_a_changed_certificate_stops_everything_before_the_password(site, rounds):
    with Pretend(https=True) as device_:
        device = added(site, device_)
        rounds.start()
        until(lambda: Device.get_by_id(device.id).pin.startswith("sha256//"))
        device_.swap_certificate()
        assert becomes(device, Status.CERTIFICATE_CHANGED).seen_key
        logins, requests = len(device_.logins), len(device_.requests)
        time.sleep(2)
        assert (len(device_.logins), len(device_.requests)) == (logins, requests)


@ON_SQLITE
def test_another_device_at_the_address_is_noticed(site, camera, rounds):
    device = added(site, camera, serial="DS-OLD-1")
    rounds.start()
    becomes(device, Status.OTHER_DEVICE)
    assert camera.serial in state(device).facts
    assert Device.get_by_id(device.id).serial == "DS-OLD-1"


def test_a_reboot_is_noticed_and_who_it_is_asked_again(site, camera, rounds):
    device = added(site, camera)
    camera.booted -= 90_000
    rounds.start()
    until(lambda: (DeviceFindings.of(device.id) or DeviceFindings()).up)
    camera.reboot()
    until(lambda: DeviceEvent.select().where(DeviceEvent.kind == Happening.REBOOT).count())
    assert DeviceFindings.of(device.id).up < 90_000


def restarts(device: Device) -> int:
    mine = (DeviceEvent.device == device.id) & (DeviceEvent.kind == Happening.REBOOT)
    return DeviceEvent.select().where(mine).count()


@pytest.mark.parametrize(("up", "restarted"), [(3000, 1), (3720, 0)])
def test_a_device_that_was_away_for_an_hour_has_restarted_if_it_runs_for_less(site, camera, rounds, up, restarted):
    device = added(site, camera, status=Status.OFFLINE)
    make_findings(device, up=120, up_at=clock.now() - timedelta(hours=1), blocks={"channels": None})
    camera.booted -= up
    rounds.start()
    becomes(device, Status.ONLINE)
    until(lambda: checks(device) >= 3)
    assert restarts(device) == restarted


def test_a_recorder_tells_of_its_disks_and_channels(site, rounds):
    with Pretend(profiles.NVR) as nvr:
        nvr.condition.disks, nvr.condition.clock = ["error", "notexist"], 900
        device = added(site, nvr, type=Kind.NVR)
        rounds.start()
        found = until(lambda: (DeviceFindings.of(device.id) or DeviceFindings()).at and DeviceFindings.of(device.id))
        assert [disk["status"] for disk in found.said["storage"]["disks"]] == ["error", "notexist"]
        assert len(found.said["channels"]) == profiles.NVR.channels
        assert 890 <= found.drift <= 910


def test_new_firmware_is_an_event(site, camera, rounds):
    device = added(site, camera, firmware="V1.0 build 200101")
    rounds.start()
    until(lambda: DeviceEvent.select().where(DeviceEvent.kind == Happening.FIRMWARE).count())
    event = DeviceEvent.get(DeviceEvent.kind == Happening.FIRMWARE)
    assert event.was == "V1.0 build 200101" and event.became == Device.get_by_id(device.id).firmware


def test_what_is_not_monitored_is_not_asked(site, camera, rounds):
    with Pretend() as other:
        added(site, camera, health_monitoring=False)
        make_device(site, mode=Mode.SERIAL)
        seen = added(site, other)
        rounds.start()
        until(lambda: checks(seen) >= 3)
        assert not camera.requests


def test_a_device_that_is_deleted_while_it_is_asked_leaves_nothing(site, rounds):
    with Pretend(behaviour=Behaviour.SLOW, delay=0.4) as slow:
        device = added(site, slow)
        rounds.start()
        until(lambda: slow.requests)
        device.delete_instance()
        time.sleep(1.5)
        assert not hours(device) and not DeviceEvent.select().count() and not DeviceFindings.select().count()


@ON_SQLITE
def test_a_stored_password_that_does_not_open_harms_no_other_device(site, camera, rounds):
    broken = make_device(site)
    Device.update(password_sealed=b"nonsense").where(Device.id == broken.id).execute()
    device = added(site, camera)
    rounds.start()
    until(lambda: checks(device) >= 2)


@ON_SQLITE
@pytest.mark.parametrize("behaviour", [Behaviour.DEAD, Behaviour.SLOW])
def test_devices_that_hang_delay_no_other(site, camera, rounds, behaviour):
    with Pretend(behaviour=behaviour) as hanging:
        for number in range(20):
            make_device(site, host=f"127.0.77.{number + 1}", port=hanging.port)
        dead = added(site, hanging)
        device = added(site, camera)
        rounds.start()
        until(lambda: checks(device) >= 3)
        assert becomes(dead, Status.OFFLINE).reason == "timeout"
        assert statuses(device) == [Status.ONLINE]


def test_it_stops_within_its_time_and_says_that_it_lived(site, camera, rounds):
    added(site, camera)
    rounds.start()
    until(lambda: EngineLease.now() and EngineLease.now().beat_at)
    began = time.monotonic()
    rounds.stop()
    assert time.monotonic() - began < 10 and not rounds.leader.leads


@ON_SQLITE
def test_what_is_under_way_when_it_stops_is_kept(site, rounds):
    with Pretend(behaviour=Behaviour.SLOW, delay=0.2) as slow:
        device = added(site, slow, password="Wrong-1234")
        rounds.start()
        until(lambda: slow.requests)
        rounds.stop()
        assert state(device).status == Status.AUTH_FAILED and len(slow.logins) == 1


@ON_SQLITE
def test_a_recorder_whose_disks_do_not_answer_is_online(site, rounds):
    with Pretend(profiles.NVR) as nvr:
        device = added(site, nvr, type=Kind.NVR, status=Status.OFFLINE)
        nvr.hangs_at = "/ISAPI/ContentMgmt/Storage"
        rounds.start()
        becomes(device, Status.ONLINE)
        time.sleep(3)
        assert statuses(device)[-1] == Status.ONLINE


def test_what_a_person_has_found_out_meanwhile_is_not_overwritten(site):
    device = make_device(site)
    begun = states.Look(device.id, 1, state(device).checked_at, clock.now())
    DeviceState.set(device.id, clock.now(), Status.AUTH_FAILED, reason="wrong_password", checked_at=clock.now())
    with transaction():
        states.note(begun, "timeout", {})
    assert state(device).reason == "wrong_password"
    with transaction():
        states.note(replace(begun, checked_at=state(device).checked_at), "ok", {})
    assert state(device).status == Status.ONLINE and state(device).checked_at == begun.at


def test_numbers_that_no_database_takes_are_left_out(site, camera, rounds):
    device = added(site, camera)
    camera.condition.clock = 100 * 365 * 86_400
    camera.booted -= 10**10
    rounds.start()
    found = until(lambda: (DeviceFindings.of(device.id) or DeviceFindings()).at and DeviceFindings.of(device.id))
    assert found.up is None and found.drift is None
    assert checks(device) >= 1


@ON_SQLITE
def test_a_pool_without_room_for_all_comes_round_to_everybody(site, rounds):
    with Pretend(host="0.0.0.0", behaviour=Behaviour.SLOW, delay=0.2) as slow:
        devices = [make_device(site, host=f"127.0.80.{n}", port=slow.port, serial=slow.serial) for n in range(1, 7)]
        rounds.pool = Pool(threads=1, in_flight=2)
        rounds.start()
        until(lambda: all(checks(device) for device in devices), 40)
        assert rounds.skipped
