"""One device over one link, against pretend devices that count what they get."""

from dataclasses import replace
from time import monotonic

import pytest

from webapp.protocols.errors import (
    BadReply,
    KeyChanged,
    NoDigest,
    NotActivated,
    Unauthorized,
    Unreachable,
    Unsupported,
)
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.isapi.system import ACTIVATE_STATUS, CAPABILITIES, DEVICE_INFO, KNOCK
from webapp.protocols.link import Endpoint, Link
from webapp.protocols.talk import Call
from webapp.simulator.pretend import Behaviour, Pretend
from webapp.simulator.profiles import INTERCOM


def link(device, password="Kamera-123", timeout=2.0, **changes):
    endpoint = Endpoint(device.host, device.host, device.port, "admin", password, https=device.https)
    return Link(replace(endpoint, **changes), timeout)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_right_password_is_let_in(algorithm):
    with Pretend(algorithm=algorithm) as device, link(device) as line:
        assert line.ask(DEVICE_INFO).model == device.profile.model
        assert [login.status for login in device.logins] == [200]


def test_an_ipv6_device_and_letters_of_any_script():
    with (
        Pretend(host="::1", username="Jörg", password='pä"ß:\\x') as device,
        link(device, 'pä"ß:\\x', username="Jörg") as line,
    ):
        assert line.ask(DEVICE_INFO).serial == device.serial


def test_one_nonce_serves_all_calls_of_a_link():
    with Pretend() as device, link(device) as line:
        for call in (DEVICE_INFO, STATUS, CAPABILITIES):
            line.ask(call)
        assert [request.status for request in device.requests] == [401, 200, 200, 200]


def test_an_old_nonce_is_renewed_once():
    with Pretend() as device, link(device) as line:
        line.ask(DEVICE_INFO)
        device.desk.nonces.clear()
        line.ask(STATUS)
        assert [login.status for login in device.logins] == [200, 401, 200]
        assert device.tries_left == 5


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_wrong_password_is_sent_once(algorithm):
    with Pretend(algorithm=algorithm) as device, link(device, "wrong") as line:
        with pytest.raises(Unauthorized) as caught:
            line.ask(DEVICE_INFO)
        assert (caught.value.code, caught.value.tries_left, caught.value.locked_for) == ("wrong_password", 4, None)
        assert len(device.logins) == 1


def test_a_wrong_password_is_sent_once_even_to_a_device_that_always_says_stale():
    with Pretend() as device, link(device, "wrong") as line:
        device.desk.nonce_life = 0
        device.password = "wrong"  # right, and yet each nonce is too old
        with pytest.raises(Unauthorized):
            line.ask(DEVICE_INFO)
        assert [login.status for login in device.logins] == [401]


def test_a_password_changed_between_two_calls_is_sent_once_more():
    with Pretend() as device, link(device) as line:
        line.ask(DEVICE_INFO)
        device.password = "Another-1"
        with pytest.raises(Unauthorized):
            line.ask(STATUS)
        assert [login.status for login in device.logins] == [200, 401]


def test_the_last_wrong_try_locks_and_a_locked_device_is_not_tried():
    with Pretend(tries=2, lock_seconds=600) as device:
        codes = []
        for password in ("wrong", "wrong", "Kamera-123"):
            with link(device, password) as line, pytest.raises(Unauthorized) as caught:
                line.ask(DEVICE_INFO)
            codes.append(caught.value.code)
        assert codes == ["wrong_password", "locked", "locked"]
        assert 0 < caught.value.locked_for <= 600
        assert len(device.logins) == 2


def test_the_lock_is_read_without_a_login():
    with Pretend(behaviour=Behaviour.LOCKED) as device, link(device) as line:
        with pytest.raises(Unauthorized) as caught:
            line.ask(KNOCK)
        assert (caught.value.code, 1700 < caught.value.locked_for <= 1800) == ("locked", True)
        assert device.logins == []


@pytest.mark.parametrize("call", [KNOCK, DEVICE_INFO])
def test_a_device_without_a_password_yet(call):
    with Pretend(behaviour=Behaviour.INACTIVE) as device, link(device) as line:
        with pytest.raises(NotActivated):
            line.ask(call)
        assert line.ask(ACTIVATE_STATUS) is False
        assert device.logins == []


def test_what_a_model_has_not():
    with Pretend(INTERCOM) as device, link(device) as line, pytest.raises(Unsupported):
        line.ask(STATUS)


def test_an_anonymous_call_carries_nothing_even_after_a_login():
    with Pretend() as device, link(device) as line:
        line.ask(DEVICE_INFO)
        assert line.ask(KNOCK).digest
        assert [request.authorization for request in device.requests] == ["", "Digest", ""]


def test_a_web_page_and_a_redirect_get_no_password():
    with Pretend(behaviour=Behaviour.ROUTER) as device, link(device) as line:
        with pytest.raises(BadReply) as caught:
            line.ask(KNOCK)
        assert caught.value.code == "not_isapi"
    with Pretend(behaviour=Behaviour.REDIRECT) as device, link(device) as line:
        for call in (KNOCK, DEVICE_INFO):
            with pytest.raises(BadReply) as caught:
                line.ask(call)
            assert (caught.value.code, caught.value.location) == ("redirect", "http://192.0.2.1/login")
        assert device.logins == []


def test_a_body_is_delivered_once_with_its_login():
    call = Call("PUT", "/ISAPI/System/time", lambda reply: reply.status, b"<Time/>", "application/xml")
    with Pretend() as device, link(device) as line:
        line.ask(DEVICE_INFO)
        assert line.ask(call) == 403
        assert [request.method for request in device.requests] == ["GET", "GET", "PUT"]


def test_a_link_outlives_a_device_that_was_away():
    with Pretend() as device, link(device) as line:
        line.ask(DEVICE_INFO)
        device.stop()
        with pytest.raises(Unreachable) as caught:
            line.ask(STATUS)
        assert caught.value.code in {"refused", "reset"}
        device.start()
        assert line.ask(STATUS).up is not None


def test_touch_connects_and_sends_nothing():
    with Pretend() as device, link(device) as line:
        assert line.touch() >= 0
        device.stop()
        with pytest.raises(Unreachable) as caught:
            line.touch()
        assert caught.value.code == "refused"
        assert list(device.requests) == []


@pytest.mark.parametrize("behaviour", [Behaviour.SLOW, Behaviour.DEAD])
def test_a_slow_or_dead_device_is_given_up(behaviour):
    with Pretend(behaviour=behaviour) as device, link(device, timeout=0.2) as line:
        with pytest.raises(Unreachable) as caught:
            line.ask(KNOCK)
        assert caught.value.code == "timeout"


def test_a_deadline_spans_all_calls():
    with Pretend() as device, link(device) as line:
        line.deadline = monotonic() + 60
        line.ask(DEVICE_INFO)
        line.deadline = monotonic()
        before = len(device.requests)
        for act in (lambda: line.ask(STATUS), line.touch):
            with pytest.raises(Unreachable) as caught:
                act()
            assert caught.value.code == "timeout"
        assert len(device.requests) == before


def test_the_environment_does_not_lead_elsewhere(monkeypatch, tmp_path):
    for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login admin password Kamera-123\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with Pretend() as device, link(device) as line:
        line.ask(KNOCK)
        assert device.logins == []


def test_the_name_is_for_the_header_and_the_address_for_the_dialling():
    with Pretend() as device, link(device, host="cam.example.org") as line:
        assert line.ask(DEVICE_INFO).model == device.profile.model


def test_the_password_stands_in_no_repr():
    line = link(Pretend())
    assert "Kamera-123" not in repr(line)
    line.curl.close()


class TestHttps:
    """Devices sign their own certificates: the key met first is the one that gets the password."""

    @pytest.fixture
    def device(self):
        with Pretend(https=True) as device:
            yield device

    def test_the_first_contact_is_anonymous_and_shows_the_key(self, device):
        with link(device) as line:
            assert line.ask(KNOCK).digest
            assert line.key.startswith("sha256//")
            with pytest.raises(ValueError, match="anonymous"):
                line.ask(DEVICE_INFO)
            line.endpoint = replace(line.endpoint, pin=line.key)
            assert line.ask(DEVICE_INFO).serial == device.serial
        assert [request.authorization for request in device.requests] == ["", "", "Digest"]

    def test_another_key_gets_nothing(self, device):
        with link(device) as line:
            line.ask(KNOCK)
            pin = line.key
        device.swap_certificate()
        device.requests.clear()
        for call in (DEVICE_INFO, KNOCK):
            with link(device, pin=pin) as line, pytest.raises(KeyChanged) as caught:
                line.ask(call)
            assert caught.value.seen.startswith("sha256//")
            assert caught.value.seen != pin
        assert list(device.requests) == []

    def test_a_key_that_changes_between_two_calls_of_one_link(self, device):
        with link(device) as line:
            line.ask(KNOCK)
            line.endpoint = replace(line.endpoint, pin=line.key)
            line.ask(DEVICE_INFO)
            port = device.port
            device.stop()
            device.port = port
            device.start()  # with a new certificate
            device.requests.clear()
            with pytest.raises(KeyChanged):
                line.ask(STATUS)
            assert list(device.requests) == []

    def test_http_at_an_https_port(self, device):
        with link(device, https=False, timeout=1) as line, pytest.raises((BadReply, Unreachable)) as caught:
            line.ask(KNOCK)
        assert caught.value.code in {"not_web", "reset"}

    def test_https_at_an_http_port(self):
        with Pretend() as device, link(device, https=True, timeout=1) as line, pytest.raises(Unreachable) as caught:
            line.ask(KNOCK)
        assert caught.value.code == "tls"


def test_basic_alone_gets_no_password(hostile):
    seen = []

    def basic(connection):
        while head := connection.recv(4096):
            seen.append(head)
            connection.sendall(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')

    with Link(hostile(basic), 1) as line:
        with pytest.raises(NoDigest):
            line.ask(DEVICE_INFO)
        assert line.ask(KNOCK).isapi is False
    assert not any(b"authorization" in head.lower() for head in seen)
