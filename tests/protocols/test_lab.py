"""The same, against recorded devices and their faults, where the laboratory is at hand beside this repository."""

import pytest

from tests import lab
from tests.lab import PASSWORD, replay
from webapp.protocols.errors import BadReply, DeviceError, Unauthorized, Unreachable
from webapp.protocols.isapi.kinds import Kind, recognise
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.isapi.system import DEVICE_INFO, KNOCK
from webapp.protocols.link import Endpoint, Link
from webapp.protocols.talk import hold

pytestmark = pytest.mark.skipif(not lab.AT_HAND, reason="the laboratory is not beside the repository")


def link(device, password=PASSWORD, timeout=0.5, **more):
    return Link(Endpoint(device.host, device.host, device.port, "admin", password, **more), timeout)


@pytest.fixture(scope="module")
def camera():
    with replay("DS-2CD2386G2-IU.json") as device:
        yield device


@pytest.fixture
def fresh(camera):
    camera.tell("DELETE", "log")
    camera.tell("DELETE", "fault")
    camera.tell("POST", "state", {"unlock": True})
    return camera


KINDS = {
    "ACR4-40": Kind.NVR,
    "DS-2CD2386G2-IU": Kind.NETWORK_CAMERA,
    "DS-2CD2532F-IWS": Kind.NETWORK_CAMERA,
    "DS-2DE3A20IW-D": Kind.SPEED_DOME,
    "DS-7608NXI-I2": Kind.NVR,
    "DS-7708N-I4": Kind.NVR,
    "DS-KV8113-WME1": Kind.INTERCOM,
    "DS-PWA64-L-WE": Kind.ALARM_PANEL,
    "iDS-7204HUHI-M1": Kind.DVR,
}


@pytest.mark.parametrize("model", KINDS)
def test_recorded_devices_are_recognised(model):
    with replay(f"{model}.json", "--digest", "both", "--strict-nc") as device, link(device, timeout=5) as line:
        assert line.ask(KNOCK).digest
        found = hold(recognise(), line.ask)
        assert found.kind is KINDS[model]
        assert found.info.model.startswith(model)
        assert 401 not in device.logins()


def test_a_panel_that_takes_no_digest():
    with replay("DS-PWA64-L-WE.json", "--panel-auth", "session") as device, link(device, timeout=5) as line:
        assert hold(recognise(), line.ask).kind is Kind.ALARM_PANEL
        assert len(device.logins()) == 1


def test_a_camera_with_sessions_is_no_panel():
    with replay("DS-2CD2386G2-IU.json", "--session-everywhere") as device, link(device, "wrong", 5) as line:
        with pytest.raises(Unauthorized):
            hold(recognise(), line.ask)
        assert device.logins() == [401]


FAULTS = {
    "slow": (Unreachable, "timeout"),
    "drip": (Unreachable, "timeout"),
    "hang": (Unreachable, "timeout"),
    "hang_headers": (Unreachable, "timeout"),
    "reset": (Unreachable, "reset"),
    "close": (BadReply, "not_web"),
    "truncate": (BadReply, "bad_reply"),
    "bad_length": (BadReply, "bad_reply"),
    "huge": (BadReply, "too_big"),
    "endless": (BadReply, "too_big"),
    "login_page": (BadReply, "not_isapi"),
    "redirect": (BadReply, "redirect"),
    "http": (BadReply, "bad_reply"),
    "xmlbomb": (BadReply, "bad_reply"),
    "xxe": (BadReply, "bad_reply"),
    "gzipbomb": (BadReply, "bad_reply"),
    "empty": (BadReply, "bad_reply"),
    "garbage": (BadReply, "not_web"),
    "json_for_xml": (BadReply, "bad_reply"),
    "stale": (Unauthorized, "wrong_password"),
    "nochallenge": (Unauthorized, "wrong_password"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fresh, fault):
    fresh.tell("POST", "fault", {"kind": fault, "match": "deviceInfo", "mb": 8})
    error, code = FAULTS[fault]
    with link(fresh) as line, pytest.raises(error) as caught:
        line.ask(DEVICE_INFO)
    assert caught.value.code == code
    assert len(fresh.logins()) == 1


@pytest.mark.parametrize("fault", ["wrong_type", "badgzip", "gb2312"])
def test_faults_that_do_not_matter(fresh, fault):
    fresh.tell("POST", "fault", {"kind": fault, "match": "deviceInfo"})
    with link(fresh, timeout=5) as line:
        assert line.ask(DEVICE_INFO).model == "DS-2CD2386G2-IU"
        assert line.ask(STATUS).up is not None


def test_five_wrong_passwords_lock_and_the_sixth_is_not_sent(fresh):
    codes = []
    for _ in range(6):
        with link(fresh, "wrong", 5) as line, pytest.raises(DeviceError) as caught:
            line.ask(DEVICE_INFO)
        codes.append((caught.value.code, caught.value.tries_left))
    assert codes == [*(("wrong_password", left) for left in (4, 3, 2, 1)), ("locked", 0), ("locked", 0)]
    assert len(fresh.logins()) == 5
