"""Who a device is, and what it shows before anybody logs in."""

import pytest

from webapp.protocols.errors import BadReply, NotActivated, Unauthorized
from webapp.protocols.isapi.system import (
    ACTIVATE_STATUS,
    CAPABILITIES,
    DEVICE_INFO,
    KNOCK,
    Capabilities,
    DeviceInfo,
    Knock,
)
from webapp.protocols.talk import Reply

DIGEST = {"www-authenticate": 'Digest qop="auth", realm="IP Camera(K4188)", nonce="n", stale="FALSE"'}


def reply(body, status=200, kind="application/xml", headers=None):
    return Reply(status, kind, body.encode(), headers or {})


def test_device_info():
    body = """<DeviceInfo xmlns="urn:x"><deviceName>Hall\u202e</deviceName><model>DS-1</model>
    <serialNumber>S1</serialNumber>
    <macAddress>02:00:5e:10:00:01</macAddress><firmwareVersion>V5.7.12</firmwareVersion>
    <firmwareReleasedDate>build 230915</firmwareReleasedDate><deviceType>VIS</deviceType>
    <subDeviceType>villaDoorStation</subDeviceType></DeviceInfo>"""
    assert DEVICE_INFO.parse(reply(body)) == DeviceInfo(
        "Hall", "DS-1", "S1", "V5.7.12 build 230915", "VIS", "villaDoorStation", "02:00:5e:10:00:01"
    )


def test_all_that_is_missing_is_empty():
    assert DEVICE_INFO.parse(reply("<DeviceInfo/>")) == DeviceInfo("", "", "", "", "")
    assert CAPABILITIES.parse(reply("<DeviceCap/>")) == Capabilities(None, None)
    assert ACTIVATE_STATUS.parse(reply("<ActivateStatus/>")) is False


def test_capabilities():
    body = """<DeviceCap xmlns="a"><SysCap xmlns="b"><VideoCap><videoInputPortNums>4</videoInputPortNums></VideoCap>
    </SysCap>    <RacmCap><inputProxyNums> 6 </inputProxyNums></RacmCap></DeviceCap>"""
    assert CAPABILITIES.parse(reply(body)) == Capabilities(4, 6)


@pytest.mark.parametrize(
    ("answer", "knock"),
    [
        (reply("", 401, headers=DIGEST), Knock(True, True, False, "IP Camera(K4188)")),
        (reply("<html>no</html>", 401, "text/html", DIGEST), Knock(True, True, False, "IP Camera(K4188)")),
        (reply("<html>no</html>", 401, "text/html", {"www-authenticate": 'Basic realm="x"'}), Knock(False, False)),
        (reply("<userCheck><lockStatus>unlock</lockStatus></userCheck>", 401), Knock(True, False)),
        (reply("<userCheck><statusValue>401</statusValue></userCheck>", 200), Knock(True, False)),
        (
            reply("<userCheck><statusValue>401</statusValue></userCheck>", 403, headers=DIGEST),
            Knock(True, True, False, "IP Camera(K4188)"),
        ),
        (reply("<DeviceInfo/>"), Knock(True, False, True)),
    ],
)
def test_what_a_knock_tells(answer, knock):
    assert KNOCK.anonymous
    assert KNOCK.parse(answer) == knock


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (reply("<userCheck><lockStatus>lock</lockStatus></userCheck>", 401, headers=DIGEST), Unauthorized, "locked"),
        (reply("<userCheck><isActivated>false</isActivated></userCheck>", 401, headers=DIGEST), NotActivated, None),
        (
            reply("<userCheck><statusValue>401</statusValue><lockStatus>lock</lockStatus></userCheck>", 200),
            Unauthorized,
            "locked",
        ),
        (
            reply("<ResponseStatus><subStatusCode>notActivated</subStatusCode></ResponseStatus>", 403),
            NotActivated,
            None,
        ),
        (reply("<html>hello</html>", 200, "text/html"), BadReply, "not_isapi"),
        (reply("<html>hello</html>", 404, "text/html"), BadReply, "not_isapi"),
        (reply("", 404), BadReply, "not_isapi"),
        (reply("", 307, headers={"location": "https://cam.example.org/"}), BadReply, "redirect"),
        (reply("<Gateway/>"), BadReply, "bad_reply"),
    ],
)
def test_who_need_not_be_asked_any_further(answer, error, code):
    with pytest.raises(error) as caught:
        KNOCK.parse(answer)
    assert caught.value.code == (code or "not_activated")
