"""From outcomes to what may be claimed: the state machine, without a network."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.devices.models import Status
from webapp.health.models.roster import Due
from webapp.health.services.visits import Visited
from webapp.health.services.watch import GRACE, STOPPED, Verdict, Watch
from webapp.protocols.errors import (
    BadReply,
    KeyChanged,
    NearLock,
    NoDigest,
    NotActivated,
    NotAllowed,
    Unauthorized,
    Unreachable,
)
from webapp.protocols.isapi.health import Findings, Light, Missing
from webapp.protocols.isapi.status import SystemStatus
from webapp.protocols.isapi.system import DeviceInfo
from webapp.protocols.pool import CutShort, Outcome

TIMEOUT = Outcome(error=Unreachable("timeout"))
REFUSED = Outcome(error=Unreachable("refused"))
WRONG = Outcome(error=Unauthorized(tries_left=4))


def device(number: int = 1, site: int = 1, **values: Any) -> Due:
    given = {"id": number, "site_id": site, "company_id": 1, "host": "192.0.2.1", "port": 80, "https": False}
    given |= {"pin": "", "username": "admin", "password_sealed": b"", "connection_version": 1}
    given |= {"type": "network_camera", "serial": "A1", "firmware": "", "status": Status.ONLINE, "reason": ""}
    given |= {"checked_at": None, "locked_until": None, "light_by": None, "up": None, "up_at": None, "found_at": None}
    return Due(**given | values)


def answer(serial: str | None = None, up: int | None = 1000, rebooted: bool = False) -> Outcome:
    info = DeviceInfo("", "M", serial, "", "") if serial else None
    missing = Missing("unsupported")
    findings = Findings(storage=missing, channels=None, info=info, clock=missing) if serial else None
    light = Light(SystemStatus(up, None, None, None, None), "status")
    return Outcome(result=Visited(light, findings, rebooted), ms=12)


@pytest.fixture
def watch() -> Watch:
    return Watch(interval=60, timeout=8)


def due(watch: Watch, at: float) -> list[int]:
    return watch.due_again(at)


def test_one_answer_is_online(watch):
    assert watch.judge(device(status=Status.OFFLINE), answer(), 0) == Verdict(Status.ONLINE, "ok", {}, 12)


def test_offline_only_after_three_misses_a_quarter_of_an_interval_apart(watch):
    one = device()
    assert watch.judge(one, TIMEOUT, 0) is None and watch.waits(1)
    assert due(watch, 14.9) == [] and due(watch, 15) == [1] and not watch.waits(1)
    assert watch.judge(one, TIMEOUT, 15) is None and due(watch, 30) == [1]
    verdict = watch.judge(one, TIMEOUT, 30)
    assert verdict and (verdict.status, verdict.code) == (Status.OFFLINE, "timeout")
    assert not watch.waits(1) and not watch.misses


@pytest.mark.parametrize("between", [answer(), Outcome(error=Unauthorized(locked_for=60))])
def test_an_answer_between_two_misses_begins_the_count_anew(watch, between):
    for outcome in (TIMEOUT, TIMEOUT, between, TIMEOUT, TIMEOUT):
        verdict = watch.judge(device(), outcome, 0)
    assert verdict is None


def test_a_check_that_began_while_our_line_was_gone_is_no_miss_after_the_others_have_answered(watch):
    everybody = [device(number, site=number % 4 + 1) for number in range(1, 9)]
    for at in (0, 15, 30, 45):
        assert [watch.judge(one, TIMEOUT, at + one.id) for one in everybody] == [None] * 8
    assert watch.lost_since is not None
    for one in everybody[:5]:
        assert watch.judge(one, answer(), 61).status == Status.ONLINE
    assert watch.judge(everybody[5], TIMEOUT, 68) is None
    assert watch.judge(everybody[5], TIMEOUT, 83) is None
    assert watch.judge(everybody[5], TIMEOUT, 98).status == Status.OFFLINE


def test_a_device_that_is_close_to_locking_is_told_and_asked_on(watch):
    watch.lost_since = 0.0
    verdict = watch.judge(device(status=Status.OFFLINE), Outcome(error=NearLock()), 60)
    assert verdict and (verdict.status, verdict.code) == (Status.AUTH_FAILED, "near_lock")
    assert verdict.code not in STOPPED and watch.lost_since is None and not watch.waits(1)


def test_misses_of_another_connection_do_not_count(watch):
    watch.judge(device(), TIMEOUT, 0)
    watch.judge(device(), TIMEOUT, 15)
    assert watch.judge(device(connection_version=2), TIMEOUT, 30) is None


def test_what_is_offline_stays_so_without_counting_and_tells_its_reason(watch):
    verdict = watch.judge(device(status=Status.OFFLINE, reason="timeout"), REFUSED, 0)
    assert verdict and (verdict.status, verdict.code) == (Status.OFFLINE, "refused") and not watch.waits(1)


@pytest.mark.parametrize("error", [CutShort(), RuntimeError("a slip of ours")])
def test_our_own_trouble_says_nothing(watch, error):
    for at in range(6):
        assert watch.judge(device(), Outcome(error=error), at) is None
    assert not watch.misses


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unauthorized(tries_left=3), Status.AUTH_FAILED),
        (Unauthorized(locked_for=600), Status.LOCKED),
        (KeyChanged(seen="sha256//x"), Status.CERTIFICATE_CHANGED),
        (NotActivated(), Status.UNSUPPORTED),
    ],
)
def test_what_a_device_says_of_itself_is_believed_at_once(watch, error, status):
    verdict = watch.judge(device(), Outcome(error=error), 1000)
    assert verdict and verdict.status == status and not watch.waits(1)


@pytest.mark.parametrize(("before", "left"), [("miss", 3), ("offline", None), ("reboot", 2), ("offline", 0)])
def test_a_refusal_just_after_a_reboot_is_asked_once_more_a_minute_later(watch, before, left):
    one = device(status=Status.OFFLINE) if before == "offline" else device()
    if before == "miss":
        watch.judge(one, TIMEOUT, 0)
    if before == "reboot":
        watch.judge(one, answer(rebooted=True), 0)
    verdict = watch.judge(one, Outcome(error=Unauthorized(tries_left=left)), 20)
    assert verdict.status == Status.AUTH_FAILED and verdict.facts["again"] == (left not in {0, 2})  # they are not sent
    assert due(watch, 20 + GRACE - 1) == [] and due(watch, 20 + GRACE) == [1]
    refused = device(status=Status.AUTH_FAILED, reason="wrong_password")
    verdict = watch.judge(refused, WRONG, 20 + GRACE)
    assert verdict.status == Status.AUTH_FAILED and "again" not in verdict.facts and not watch.waits(1)
    assert watch.judge(refused, answer(), 20 + GRACE).status == Status.ONLINE


def test_a_miss_of_another_connection_is_no_reboot(watch):
    watch.judge(device(), TIMEOUT, 0)
    watch.judge(device(connection_version=2), WRONG, 20)
    assert not watch.waits(1)


def test_the_grace_is_given_once_for_a_password(watch):
    one = device()
    for at in (0, 1000):
        watch.judge(one, answer(rebooted=True), at)
        watch.judge(one, WRONG, at + 1)
    assert due(watch, 5000) == []


def test_a_refusal_long_after_a_reboot_is_believed(watch):
    watch.judge(device(), answer(rebooted=True), 0)
    verdict = watch.judge(device(), WRONG, 301)
    assert verdict and verdict.status == Status.AUTH_FAILED


def test_another_serial_number_is_another_device_until_the_known_one_is_back(watch):
    stranger = watch.judge(device(), answer("B2"), 0)
    assert stranger and (stranger.status, stranger.facts["serial"]) == (Status.OTHER_DEVICE, "B2")
    other = device(status=Status.OTHER_DEVICE, reason="other_device")
    assert watch.judge(other, answer(), 60).status == Status.OTHER_DEVICE
    assert watch.judge(other, answer("A1"), 120).status == Status.ONLINE


def test_a_serial_number_that_was_not_known_is_no_other_device(watch):
    assert watch.judge(device(serial=""), answer("B2"), 0).status == Status.ONLINE


@pytest.mark.parametrize(("error", "status"), [(NoDigest(), Status.AUTH_FAILED), (BadReply(), Status.OFFLINE)])
def test_one_strange_answer_says_nothing_three_do_and_a_good_one_ends_it(watch, error, status):
    for at in (0, 15):
        assert watch.judge(device(), Outcome(error=error), at) is None
    assert watch.judge(device(), Outcome(error=error), 30).status == status
    bad = device(status=status, reason=error.code)
    assert watch.judge(bad, Outcome(error=error), 60).status == status
    assert watch.judge(bad, answer(), 120).status == Status.ONLINE


# ---- our own connection


def fall_silent(watch: Watch, devices: list[Due], at: float) -> list[Verdict | None]:
    return [watch.judge(one, TIMEOUT, at) for one in devices]


def test_when_most_devices_at_several_sites_fall_silent_at_once_none_is_offline(watch):
    devices = [device(number, site=number % 3) for number in range(6)]
    for one in devices:
        watch.judge(one, answer(), 0)
    for at in (60, 75, 90, 105, 200, 300):
        assert fall_silent(watch, devices, at) == [None] * 6
    assert watch.lost_since == 60
    watch.judge(devices[0], answer(), 310)
    assert watch.lost_since is None


def test_a_refusal_to_connect_proves_our_own_connection(watch):
    devices = [device(number, site=number % 3) for number in range(6)]
    for at in (60, 75):
        [watch.judge(one, REFUSED, at) for one in devices]
    assert {watch.judge(one, REFUSED, 90).status for one in devices} == {Status.OFFLINE}


def test_an_address_that_policy_forbids_proves_nothing(watch):
    devices = [device(number, site=number % 3) for number in range(6)]
    for one in devices:
        watch.judge(one, answer(), 0)
    fall_silent(watch, devices[:5], 60)
    fall_silent(watch, devices[:5], 75)
    watch.judge(devices[5], Outcome(error=NotAllowed()), 80)
    assert fall_silent(watch, devices[:5], 90) == [None] * 5


def test_another_engine_has_led_meanwhile_so_nothing_counts_that_was_counted(watch):
    for at in (0, 15):
        watch.judge(device(), TIMEOUT, at)
    watch.begin_anew()
    assert watch.judge(device(), TIMEOUT, 9000) is None


def test_a_whole_site_may_fail_while_others_answer(watch):
    here = [device(number, site=1) for number in range(5)]
    there = [device(number, site=number) for number in range(10, 13)]
    for one in here + there:
        watch.judge(one, answer(), 0)
    for at in (60, 75):
        fall_silent(watch, here, at)
    watch.judge(there[0], answer(), 80)
    assert {verdict.status for verdict in fall_silent(watch, here, 90) if verdict} == {Status.OFFLINE}


def test_with_little_heard_of_the_others_it_waits_until_all_have_been_asked(watch):
    devices = [device(number, site=number % 3) for number in range(6)]
    for one in devices:
        watch.judge(one, answer(), 0)
    one = devices[0]
    for at in (60, 75, 90, 105, 120):
        assert watch.judge(one, TIMEOUT, at) is None
    assert watch.judge(one, TIMEOUT, 60 + 68).status == Status.OFFLINE


def test_few_devices_are_believed_at_once(watch):
    devices = [device(number, site=number) for number in range(4)]
    for at in (0, 15):
        fall_silent(watch, devices, at)
    assert fall_silent(watch, devices, 30)[-1].status == Status.OFFLINE


NAMELESS = Outcome(error=Unreachable("dns_timeout"))


def miss_three_times(watch: Watch, one: Due, outcome: Outcome, began: float = 100.0) -> list[str | None]:
    found = [watch.judge(one, outcome, began + 15 * times) for times in range(3)]
    return [verdict and verdict.status for verdict in found]


def test_names_that_nobody_looks_up_say_nothing_of_devices(watch):
    for number in range(2, 9):
        watch.judge(device(number, site=number), answer(), 101)  # by their numbers
    assert miss_three_times(watch, device(host="one.example.com"), NAMELESS) == [None] * 3


def test_one_name_that_is_not_looked_up_while_others_are_is_offline(watch):
    one = device(host="one.example.com")
    for number in range(2, 9):
        watch.judge(device(number, site=number, host=f"{number}.example.com"), answer(), 101)
    assert miss_three_times(watch, one, NAMELESS) == [None, None, Status.OFFLINE]


@pytest.mark.parametrize("outcome", [TIMEOUT, NAMELESS])
def test_what_was_offline_before_is_not_claimed_while_our_line_is_gone(watch, outcome):
    everybody = [device(number, site=number % 4 + 1) for number in range(1, 9)]
    for at in (0, 15, 30):
        for one in everybody:
            watch.judge(one, TIMEOUT, at + one.id)
    assert watch.lost_since is not None
    assert watch.judge(device(99, status=Status.OFFLINE, reason="timeout"), outcome, 120) is None
    assert watch.judge(device(98, status=Status.OFFLINE, reason="timeout"), REFUSED, 121).status == Status.OFFLINE
    assert watch.lost_since is None, "somebody has refused, so the line is there"
    assert watch.judge(device(99, status=Status.OFFLINE, reason="timeout"), TIMEOUT, 122).status == Status.OFFLINE


@pytest.mark.parametrize(("fleet", "dead"), [(30, 16), (100, 60), (300, 160)])
def test_those_that_have_long_been_dead_are_not_taken_for_our_own_line(watch, fleet, dead):
    for at in range(0, 660, 60):
        for number in range(2, fleet + 1):
            gone = number <= dead + 1
            one = device(number, site=number % 20, status=Status.OFFLINE if gone else Status.ONLINE)
            watch.judge(one, TIMEOUT if gone else answer(), at + number / fleet)
    assert miss_three_times(watch, device(), TIMEOUT, 590) == [None, None, Status.OFFLINE]
    assert watch.lost_since is None
