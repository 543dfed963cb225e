"""Pretend devices, asked by somebody who knows nothing of our own client."""

import hashlib
import http.client
import re
import ssl
from datetime import UTC, datetime

import pytest

from webapp.simulator import profiles
from webapp.simulator.fleet import FLEET, Member, run
from webapp.simulator.pretend import Behaviour, Pretend

PATH = "/ISAPI/System/deviceInfo"


def get(device, path=PATH, authorization=""):
    maker = http.client.HTTPConnection
    extra = {}
    if device.https:
        maker, extra = http.client.HTTPSConnection, {"context": ssl._create_unverified_context()}
    line = maker(device.host, device.port, timeout=5, **extra)
    line.request("GET", path, headers={"Authorization": authorization} if authorization else {})
    answer = line.getresponse()
    body = answer.read().decode()
    line.close()
    return answer.status, dict(answer.getheaders()), body


def digest(device, password, path=PATH, hasher=hashlib.md5):
    challenge = get(device, path)[1]["WWW-Authenticate"]
    realm, nonce = (re.search(rf'{name}="([^"]*)"', challenge)[1] for name in ("realm", "nonce"))

    def hashed(*parts):
        return hasher(":".join(parts).encode()).hexdigest()

    secret = hashed("admin", realm, password)
    response = hashed(secret, nonce, "00000001", "abc", "auth", hashed("GET", path))
    return (
        f'Digest username="admin", realm="{realm}", nonce="{nonce}", uri="{path}", qop=auth, nc=00000001, '
        f'cnonce="abc", response="{response}"'
    )


def log_in(device, password="Kamera-123", path=PATH, **more):
    return get(device, path, digest(device, password, path, **more))


@pytest.mark.parametrize(("algorithm", "hasher"), [("MD5", hashlib.md5), ("SHA-256", hashlib.sha256)])
def test_it_lets_the_right_password_in(algorithm, hasher):
    with Pretend(algorithm=algorithm) as device:
        status, _, body = log_in(device, hasher=hasher)
        assert status == 200
        assert f"<serialNumber>{device.serial}</serialNumber>" in body
        assert log_in(device, "wrong", hasher=hasher)[0] == 401
        assert [login.status for login in device.logins] == [200, 401]


def test_it_counts_down_and_locks_and_opens_again():
    with Pretend(tries=3, lock_seconds=100) as device:
        bodies = [log_in(device, "wrong")[2] for _ in range(3)]
        assert ["<retryLoginTime>2<" in bodies[0], "<retryLoginTime>1<" in bodies[1]] == [True, True]
        assert "<lockStatus>lock</lockStatus>" in bodies[2]
        status, _, body = get(device)
        assert (status, "<unlockTime>100</unlockTime>" in body) == (401, True)
        device.lock_seconds, device.locked_until = 0, 0.0
        assert log_in(device)[0] == 200
        assert device.tries_left == 3


def test_a_right_login_forgives_the_wrong_ones():
    with Pretend() as device:
        log_in(device, "wrong")
        log_in(device)
        assert device.tries_left == 5


def test_password_and_serial_change_while_it_runs():
    with Pretend() as device:
        device.password, device.serial = "Another-1", "NEW-1"
        assert log_in(device)[0] == 401
        assert "NEW-1" in log_in(device, "Another-1")[2]


def test_an_old_nonce_is_stale_and_not_counted():
    with Pretend() as device:
        header = digest(device, "Kamera-123")
        device.desk.nonces.clear()
        status, headers, _ = get(device, authorization=header)
        assert (status, 'stale="TRUE"' in headers["WWW-Authenticate"], device.tries_left) == (401, True, 5)


@pytest.mark.parametrize(
    "header", ["Basic YWRtaW46S2FtZXJhLTEyMw==", "Digest", 'Digest username="admin"', "x", "Digest =,"]
)
def test_other_headers_are_wrong(header):
    with Pretend() as device:
        assert get(device, authorization=header)[0] == 401


@pytest.mark.parametrize(
    ("profile", "path", "status", "said"),
    [
        (profiles.CAMERA, "/ISAPI/System/status", 200, "deviceUpTime"),
        (profiles.CAMERA, "/ISAPI/Security/userCheck", 200, "OK"),
        (profiles.CAMERA, "/ISAPI/ContentMgmt/Storage", 403, "notSupport"),
        (profiles.NVR, "/ISAPI/System/capabilities", 200, "<inputProxyNums>16<"),
        (profiles.NVR, "/ISAPI/ContentMgmt/InputProxy/channels/status", 200, "<online>true<"),
        (profiles.NVR, "/ISAPI/ContentMgmt/Storage", 200, "<status>ok<"),
        (profiles.NVR, "/ISAPI/ContentMgmt/Storage", 200, "<status>notexist<"),
        (profiles.NVR, "/ISAPI/ContentMgmt/InputProxy/channels", 200, "<name>Camera 16<"),
        (profiles.NVR, "/ISAPI/ContentMgmt/InputProxy/channels/status", 200, ">errorUserNameOrPasswd<"),
        (profiles.NVR, "/ISAPI/System/Video/inputs/channels", 403, "notSupport"),
        (profiles.NVR, "/ISAPI/System/time", 200, "<timeZone>CST-1:00:00<"),
        (profiles.DVR, "/ISAPI/System/Video/inputs/channels", 200, "<name>Camera 08<"),
        (profiles.CAMERA, "/ISAPI/ContentMgmt/InputProxy/channels", 403, "notSupport"),
        (profiles.CAMERA, "/ISAPI/System/time", 200, "<timeMode>NTP<"),
        (profiles.INTERCOM, "/ISAPI/System/time", 200, "<localTime>20"),
        (profiles.PANEL, "/ISAPI/System/time", 403, "notSupport"),
        (profiles.DVR, "/ISAPI/System/capabilities", 200, "<videoInputPortNums>8<"),
        (profiles.INTERCOM, "/ISAPI/System/status", 403, "notSupport"),
        (profiles.PANEL, "/ISAPI/SecurityCP/capabilities?format=json", 200, "HostCap"),
        (profiles.OTHER_MAKE, "/ISAPI/SecurityCP/capabilities?format=json", 403, "notSupport"),
    ],
)
def test_what_each_can(profile, path, status, said):
    with Pretend(profile) as device:
        answer = log_in(device, path=path)
        assert (answer[0], said in answer[2]) == (status, True)


def value(device, path, name):
    return re.search(rf"<{name}>\s*([^<]*)<", log_in(device, path=f"/ISAPI/{path}")[2])[1]


def test_its_condition_changes_while_it_runs():
    with Pretend(profiles.DVR) as device:
        device.condition.disks = ["error"]
        device.condition.offline = {1: "netUnreachable"}
        device.condition.dark = {1}
        assert value(device, "ContentMgmt/Storage", "status") == "error"
        assert value(device, "ContentMgmt/InputProxy/channels/status", "chanDetectResult") == "netUnreachable"
        assert value(device, "ContentMgmt/InputProxy/channels/status", "online") == "false"
        assert value(device, "System/Video/inputs/channels", "resDesc") == "NO VIDEO"


def test_a_camera_gets_a_card():
    with Pretend() as device:
        device.condition.disks = ["unformatted"]
        assert value(device, "ContentMgmt/Storage", "status") == "unformatted"


@pytest.mark.parametrize("path", ["System/time", "System/status"])
def test_its_clock_can_be_wrong(path):
    with Pretend() as device:
        device.condition.clock = -86_400
        name = "localTime" if path == "System/time" else "currentDeviceTime"
        behind = datetime.now(UTC) - datetime.fromisoformat(value(device, path, name))
        assert 86_400 - 60 < behind.total_seconds() < 86_400 + 60


def test_its_uptime_begins_anew():
    with Pretend() as device:
        device.booted -= 90_000
        assert int(value(device, "System/status", "deviceUpTime")) >= 90_000
        before = int(value(device, "System/status", "totalRebootCount"))
        device.reboot()
        assert int(value(device, "System/status", "deviceUpTime")) < 60
        assert int(value(device, "System/status", "totalRebootCount")) == before + 1


@pytest.mark.parametrize(
    ("behaviour", "path", "status", "said"),
    [
        (Behaviour.LOCKED, PATH, 401, "<lockStatus>lock</lockStatus>"),
        (Behaviour.INACTIVE, PATH, 403, "notActivated"),
        (Behaviour.INACTIVE, "/SDK/activateStatus", 200, "<Activated>false<"),
        (Behaviour.NORMAL, "/SDK/activateStatus", 200, "<Activated>true<"),
        (Behaviour.ROUTER, "/", 200, "Router"),
        (Behaviour.ROUTER, PATH, 404, "Router"),
        (Behaviour.REDIRECT, PATH, 302, ""),
        (Behaviour.NORMAL, "/", 404, "404"),
    ],
)
def test_what_each_tells_anybody(behaviour, path, status, said):
    with Pretend(behaviour=behaviour) as device:
        answer = get(device, path)
        assert (answer[0], said in answer[2]) == (status, True)


def test_a_newer_panel_refuses_digest_and_counts_nothing():
    with Pretend(profiles.PANEL, digest_login=False) as device:
        assert log_in(device)[0] == 401
        assert device.tries_left == 5
        assert "<salt2>" in get(device, "/ISAPI/Security/sessionLogin/capabilities?username=admin")[2]


def test_the_slow_one_waits_and_the_dead_one_lets_go_when_switched_off():
    with Pretend(behaviour=Behaviour.SLOW, delay=0.05) as device:
        assert get(device)[0] == 401
    device = Pretend(behaviour=Behaviour.DEAD).start()
    line = http.client.HTTPConnection(device.host, device.port, timeout=5)
    line.request("GET", PATH)
    device.stop()
    with pytest.raises((http.client.HTTPException, OSError)):
        line.getresponse()
    line.close()


def certificate(device):
    return ssl.get_server_certificate((device.host, device.port), timeout=5)


def test_https_with_a_certificate_that_can_be_swapped():
    with Pretend(https=True) as device:
        assert log_in(device)[0] == 200
        first = certificate(device)
        assert certificate(device) == first
        device.swap_certificate()
        assert certificate(device) != first


def test_power_off_and_on_at_the_same_address():
    device = Pretend().start()
    address = device.address
    device.stop()
    with pytest.raises(OSError):
        get(device)
    with device:
        assert device.address == address
        assert get(device)[0] == 401


def test_the_fleet_serves_all_its_members_at_once():
    with run() as fleet:
        assert [member for member, _ in fleet] == list(FLEET)
        assert len({device.address for _, device in fleet}) == len(FLEET)
        assert len({device.serial for _, device in fleet}) == len(FLEET)
        for member, device in fleet:
            if member.behaviour is Behaviour.NORMAL:
                assert log_in(device, member.real_password or member.password)[0] == 200


def test_a_member_whose_port_is_taken_gets_another():
    member = Member("Twin", profiles.CAMERA, "127.0.0.1", 0, "")
    with Pretend() as taken:
        busy = Member("Twin", profiles.CAMERA, taken.host, taken.port, "")
        with run([busy, member]) as fleet:
            assert taken.address not in {device.address for _, device in fleet}
            assert all(get(device)[0] == 401 for _, device in fleet)


def test_a_second_fleet_beside_the_first_is_served_where_the_demo_may_dial():
    with run(FLEET[:2]) as first, run(FLEET[:2]) as second:
        assert [device.host for _, device in second] != [device.host for _, device in first]
        assert all(device.host.startswith("127.0.1") and get(device)[0] == 401 for _, device in second)
