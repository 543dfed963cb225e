"""What health monitoring asks, of pretend devices, recorded ones, and ones that fail in the midst of it."""

import json
from datetime import UTC, datetime
from functools import partial

import pytest

from tests import lab
from webapp.protocols.errors import (
    BadReply,
    KeyChanged,
    LowPrivilege,
    NoDigest,
    NotActivated,
    Unauthorized,
    Unreachable,
    Unsupported,
)
from webapp.protocols.isapi.channels import PROXY_CHANNELS, PROXY_STATUS, VIDEO_INPUTS, Channel, Detection, Slot
from webapp.protocols.isapi.clock import TIME, DeviceClock, drift
from webapp.protocols.isapi.health import Findings, Light, Missing, from_json, light, thorough, to_json
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.status import STATUS, USER_CHECK, SystemStatus
from webapp.protocols.isapi.storage import STORAGE, STORAGES, Disk, Storage
from webapp.protocols.isapi.system import DEVICE_INFO
from webapp.protocols.link import Endpoint, Link
from webapp.protocols.talk import hold
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend

UP = SystemStatus(3600, None, None, None, None)
CLOCK = DeviceClock("NTP", None, "")


def carry(device, talk, password="Kamera-123"):
    with Link(Endpoint(device.host, device.host, device.port, "admin", password), 5) as line:
        return hold(talk, line.ask)


def answered(device):
    """The paths that got an answer, without what the challenges cost."""
    return [request.path for request in device.requests if request.status != 401]


class Table:
    """Answers calls from a table, raising the errors in it; all that is not in it is unsupported."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def __call__(self, call):
        self.asked.append(call)
        answer = self.answers.get(call, Unsupported())
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_light_question_is_one_call():
    with Pretend() as device:
        device.booted -= 90_000
        found = carry(device, light())
        assert (found.by, found.status.cpu, found.status.memory) == ("status", 23, 61)
        assert 90_000 <= found.status.up < 90_100
        assert answered(device) == [STATUS.path]


class Polite(Pretend):
    """Says that a password is wrong, but not by HTTP's 401."""

    status = 403

    def refuse(self, method, target, authorization):
        refusal = super().refuse(method, target, authorization)
        return (self.status, *refusal[1:]) if refusal and authorization else refusal


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("talk", [light, partial(light, "user_check"), partial(thorough, Kind.NVR)])
def test_a_wrong_password_is_sent_once_however_the_refusal_is_put(status, talk):
    with Polite() as device:
        device.status = status
        with pytest.raises(Unauthorized) as caught:
            carry(device, talk(), "Wrong-1234")
        assert (caught.value.code, caught.value.tries_left) == ("wrong_password", 4)
        assert len(device.logins) == 1 and device.tries_left == 4


def test_a_door_station_is_asked_what_it_has_and_that_is_remembered():
    with Pretend(profiles.INTERCOM) as device:
        found = carry(device, light())
        assert found == Light(None, "user_check")
        device.requests.clear()
        assert carry(device, light(found.by)) == found
        assert answered(device) == [USER_CHECK.path]


@pytest.mark.parametrize(
    ("by", "answers", "found", "asked"),
    [
        ("status", {DEVICE_INFO: "x"}, Light(None, "info"), [STATUS, USER_CHECK, DEVICE_INFO]),
        ("status", {STATUS: LowPrivilege(), USER_CHECK: True}, Light(None, "user_check"), [STATUS, USER_CHECK]),
        ("info", {STATUS: UP, DEVICE_INFO: "x"}, Light(None, "info"), [DEVICE_INFO]),
        ("user_check", {STATUS: UP}, Light(UP, "status"), [USER_CHECK, STATUS]),
        ("never heard of", {STATUS: UP}, Light(UP, "status"), [STATUS]),
    ],
)
def test_which_call_answers(by, answers, found, asked):
    table = Table(answers)
    assert hold(light(by), table) == found
    assert table.asked == asked


@pytest.mark.parametrize(
    ("answers", "error", "code"), [({}, BadReply, "not_isapi"), ({USER_CHECK: LowPrivilege()}, LowPrivilege, None)]
)
def test_nothing_answers(answers, error, code):
    with pytest.raises(error) as caught:
        hold(light(), Table(answers))
    assert caught.value.code == (code or "low_privilege")


def test_a_wrong_password_is_sent_once():
    with Pretend(profiles.NVR) as device:
        for talk in (light(), thorough(Kind.NVR, info=True)):
            device.requests.clear()
            with pytest.raises(Unauthorized):
                carry(device, talk, "wrong")
            assert len(device.logins) == 1


def test_a_recorder():
    with Pretend(profiles.NVR) as device:
        found = carry(device, thorough(Kind.NVR, info=True))
        disk, bay = found.storage.disks
        assert (disk.health, disk.full, disk.present, bay.present) == ("ok", True, True, False)
        assert [channel.id for channel in found.channels] == list(range(1, 17))
        failing = [channel for channel in found.channels if not channel.online]
        assert failing == [Channel(4, "Camera 04", "ip", False, "wrong_password")]
        assert found.info.serial == device.serial
        assert abs(drift(found.clock, datetime.now(UTC))) < 60
        assert answered(device) == [call.path for call in (STORAGE, PROXY_CHANNELS, PROXY_STATUS, DEVICE_INFO, TIME)]


def test_a_recorder_of_both_kinds():
    with Pretend(profiles.DVR) as device:
        device.condition.dark = {2}
        found = carry(device, thorough(Kind.DVR)).channels
        assert [(channel.kind, channel.id) for channel in found] == [
            *(("analog", n) for n in range(1, 9)),
            *(("ip", n) for n in range(1, 5)),
        ]
        assert [channel.reason for channel in found if channel.online is False] == ["no_video", "wrong_password"]


def test_a_camera_without_a_card():
    with Pretend() as device:
        found = carry(device, thorough(Kind.NETWORK_CAMERA))
        assert (found.storage, found.channels, found.info) == (Missing("unsupported"), None, None)
        assert found.clock.zone == "CST-1:00:00"
        assert answered(device) == [STORAGE.path, TIME.path]


def test_what_goes_wrong_is_found():
    with Pretend(profiles.NVR) as device:
        device.condition.disks = ["smartFailed", "ok"]
        device.condition.offline = {16: "netUnreachable"}
        device.condition.clock = -3600
        device.serial = "ANOTHER"
        found = carry(device, thorough(Kind.NVR, info=True))
        assert [disk.health for disk in found.storage.disks] == ["fault", "ok"]
        assert [channel.reason for channel in found.channels if not channel.online] == ["network"]
        assert -3660 < drift(found.clock, datetime.now(UTC)) < -3540
        assert found.info.serial == "ANOTHER"


@pytest.mark.parametrize("error", [Unsupported(), LowPrivilege(), BadReply("too_big")])
def test_a_block_that_fails_spoils_no_other(error):
    slot, state = Slot(1, "Yard", True), Detection(1, True, "connect")
    answers = {STORAGE: Storage((), ""), PROXY_CHANNELS: (slot,), PROXY_STATUS: (state,), TIME: CLOCK, DEVICE_INFO: "x"}
    whole = hold(thorough(Kind.NVR, info=True), Table(answers))
    channel = Channel(1, "Yard", "ip", True, "connect")
    assert whole == Findings(Storage((), ""), (channel,), "x", CLOCK)
    for name, call in {"storage": STORAGE, "clock": TIME, "info": DEVICE_INFO}.items():
        found = hold(thorough(Kind.NVR, info=True), Table({**answers, call: error}))
        assert getattr(found, name) == Missing(error.code)
        others = {"storage", "channels", "clock", "info"} - {name}
        assert all(getattr(found, other) == getattr(whole, other) for other in others)


@pytest.mark.parametrize(
    "error",
    [Unauthorized(), NotActivated(), KeyChanged(), Unreachable("timeout"), NoDigest(), Unauthorized(locked=True)],
)
@pytest.mark.parametrize("call", [STORAGE, PROXY_CHANNELS, PROXY_STATUS, VIDEO_INPUTS, DEVICE_INFO, TIME])
def test_what_is_about_the_whole_device_ends_the_talk(call, error):
    answers = {STORAGE: Storage((), ""), PROXY_CHANNELS: (), PROXY_STATUS: (), DEVICE_INFO: "x", TIME: CLOCK}
    table = Table({**answers, call: error})
    with pytest.raises(type(error)):
        hold(thorough(Kind.DVR, info=True), table)
    assert table.asked[-1] == call


@pytest.mark.parametrize(
    ("answers", "channels"),
    [
        ({}, Missing("unsupported")),
        ({PROXY_CHANNELS: ()}, ()),
        ({PROXY_CHANNELS: (Slot(1, "Yard", True),)}, (Channel(1, "Yard", "ip", None, ""),)),
        ({PROXY_STATUS: (Detection(1, True, ""),)}, (Channel(1, "", "ip", True, ""),)),
        ({VIDEO_INPUTS: (Channel(1, "A", "analog", True, ""),)}, (Channel(1, "A", "analog", True, ""),)),
        ({PROXY_CHANNELS: (), VIDEO_INPUTS: BadReply("bad_reply")}, Missing("bad_reply")),
        ({PROXY_CHANNELS: (Slot(1, "Yard", True),), PROXY_STATUS: LowPrivilege()}, Missing("low_privilege")),
    ],
)
def test_lists_of_channels_that_are_not_there(answers, channels):
    assert hold(thorough(Kind.DVR), Table(answers)).channels == channels


@pytest.mark.parametrize("path", STORAGES)
def test_storage_has_many_paths_on_recorders_and_one_on_cameras(path):
    found = Storage((Disk(1, "", "hdd", "ok", None, None),), "")
    assert hold(thorough(Kind.NVR), Table({path: found})).storage == found
    camera = hold(thorough(Kind.NETWORK_CAMERA), Table({path: found})).storage
    assert camera == (found if path is STORAGE else Missing("unsupported"))


def test_findings_are_kept_as_json():
    with Pretend(profiles.NVR) as device:
        found = carry(device, thorough(Kind.NVR, info=True))
        assert from_json(json.loads(to_json(found))) == found
        assert json.loads(to_json(found))["clock"]["local"] == found.clock.local.isoformat()


@pytest.mark.parametrize(
    "found",
    [
        Findings(Missing("a"), Missing("b"), Missing("c"), Missing("d")),
        Findings(Storage((), ""), None, None, CLOCK),
        Findings(Storage((), ""), (), None, CLOCK),
    ],
)
def test_so_are_holes(found):
    assert from_json(json.loads(to_json(found))) == found


# What each recorded device says of its disks (by health) and its channels (by whether they are online).
RECORDED = {
    "ACR4-40": (Kind.NVR, ["ok"], Missing("unsupported")),
    "DS-2CD2386G2-IU": (Kind.NETWORK_CAMERA, ["ok", "ok"], None),
    "DS-2CD2532F-IWS": (Kind.NETWORK_CAMERA, ["ok"], None),
    "DS-2DE3A20IW-D": (Kind.SPEED_DOME, Missing("unsupported"), None),
    "DS-7608NXI-I2": (Kind.NVR, ["ok"], [True] * 4),
    "DS-7708N-I4": (Kind.NVR, ["ok"], [True] * 8),
    "DS-KV8113-WME1": (Kind.INTERCOM, Missing("unsupported"), None),
    "iDS-7204HUHI-M1": (Kind.DVR, ["ok"], [True, False, True, False]),
}


@pytest.mark.skipif(not lab.AT_HAND, reason="the laboratory is not beside the repository")
@pytest.mark.parametrize("model", RECORDED)
def test_recorded_devices(model):
    kind, disks, channels = RECORDED[model]
    with lab.replay(f"{model}.json") as device:
        assert carry(device, light(), lab.PASSWORD).by in {"status", "user_check"}
        found = carry(device, thorough(kind, info=True), lab.PASSWORD)
        assert 401 not in device.logins()
    health = found.storage if isinstance(found.storage, Missing) else [disk.health for disk in found.storage.disks]
    assert health == disks
    listed = isinstance(found.channels, tuple)
    assert ([channel.online for channel in found.channels] if listed else found.channels) == channels
    assert found.info.model.startswith(model)
    assert abs(drift(found.clock, datetime.now(UTC))) < 60
    assert from_json(json.loads(to_json(found))) == found


@pytest.mark.skipif(not lab.AT_HAND, reason="the laboratory is not beside the repository")
def test_a_recorded_recorder_in_trouble():
    """Its fourth channel is a socket of its own that never had a camera."""
    with lab.replay("DS-7608NXI-I2.json") as device:
        faults = {"2": "errorUserNameOrPasswd", "3": "notExist", "4": "notExist"}
        device.tell("POST", "state", {"hdd": {"1": "smartFailed"}, "channels": faults, "clock_offset": -7200})
        found = carry(device, thorough(Kind.NVR), lab.PASSWORD)
    assert [disk.health for disk in found.storage.disks] == ["fault"]
    assert [(channel.reason, channel.used) for channel in found.channels] == [
        ("connect", True),
        ("wrong_password", True),
        ("not_exist", True),
        ("not_exist", False),
    ]
    assert -7260 < drift(found.clock, datetime.now(UTC)) < -7140
