"""What single devices get from the pool: each its own, once, and nothing after the talk."""

import gc
import os
import socket
import threading
from concurrent.futures import wait as wait_for
from dataclasses import replace

import pytest

from tests.protocols.errands import INFO, ask, outcome, place, pretend_devices, running_pool, stubborn, submit
from tests.protocols.test_hostile import always, drip, endless, ok, reset, silent
from webapp.protocols.errors import Unauthorized, Unreachable
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.isapi.system import DEVICE_INFO, KNOCK
from webapp.protocols.link import Endpoint
from webapp.protocols.pool import Pool
from webapp.protocols.talk import Call

CHALLENGE = ok(b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"', status="401 No")

pool = pytest.fixture(running_pool, name="pool")
devices = pytest.fixture(pretend_devices, name="devices")


@pytest.mark.parametrize(("script", "code"), [(silent, "timeout"), (reset, "not_web")])
def test_a_password_that_gets_no_answer_is_sent_once(pool, hostile, script, code):
    logins = []

    def swallow(connection):
        while head := connection.recv(4096):
            if b"\r\nAuthorization:" in head:
                logins.append(head)
                return script(connection) if script is silent else None
            connection.sendall(CHALLENGE)
        return None

    assert outcome(pool, hostile(swallow), stubborn(), timeout=0.3).result == [code] * 3
    assert len(logins) == 1


def test_hostile_devices_are_each_decided_beside_healthy_ones(pool, devices, hostile):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    bad = {
        "timeout": [hostile(silent), hostile(drip)],
        "reset": [hostile(reset)],
        "too_big": [hostile(endless)],
        "not_web": [hostile(always(b"SSH-2.0-x\r\n"))],
        "redirect": [hostile(always(ok(b"", "Location: http://169.254.169.254/", status="302 Found")))],
        "refused": [Endpoint("127.0.0.1", "127.0.0.1", port)],
    }
    expected = [(code, to) for code, places in bad.items() for to in places]
    futures = [submit(pool, to, ask(KNOCK), timeout=0.5) for _, to in expected]
    healthy = [submit(pool, place(device), ask(DEVICE_INFO)) for device in devices(10)]
    assert [future.result(30).error for future in healthy] == [None] * 10
    assert [future.result(30).error.code for future in futures] == [code for code, _ in expected]


class TestHttps:
    def test_the_key_that_the_first_call_shows_gets_the_password(self, pool, devices):
        (device,) = devices(1, https=True)
        found = outcome(pool, place(device), ask(KNOCK, DEVICE_INFO, STATUS))
        assert found.error is None
        assert found.key.startswith("sha256//")
        assert [request.authorization for request in device.requests] == ["", "", "Digest", "Digest"]

    def test_without_it_no_password_is_sent(self, pool, devices):
        (device,) = devices(1, https=True)
        assert outcome(pool, place(device), ask(DEVICE_INFO)).error.code == "no_key"
        assert list(device.requests) == []

    def test_another_key_gets_nothing(self, pool, devices):
        (device,) = devices(1, https=True)
        pin = outcome(pool, place(device), ask(KNOCK)).key
        assert outcome(pool, place(device, pin=pin), ask(DEVICE_INFO)).error is None
        device.swap_certificate()
        device.requests.clear()
        found = outcome(pool, place(device, pin=pin), ask(DEVICE_INFO))
        assert (found.error.code, list(device.requests)) == ("key_changed", [])
        assert found.error.seen not in {"", pin}

    def test_a_port_without_tls(self, pool, hostile):
        to = hostile(silent)
        found = outcome(pool, Endpoint(to.host, to.address, to.port, https=True), ask(KNOCK), timeout=0.4)
        assert (type(found.error), found.error.code) == (Unreachable, "tls")


def test_a_handle_forgets_the_device_before(devices):
    first, second = devices(2)
    first.username, first.password = "root", "Another-1"
    pool = Pool(threads=1, in_flight=1)
    pool.start()
    assert outcome(pool, place(first, username="root", password="Another-1"), ask(DEVICE_INFO)).error is None
    assert outcome(pool, place(second), ask(KNOCK)).error is None
    assert second.logins == []
    assert outcome(pool, place(second), ask(DEVICE_INFO)).error is None
    assert [login.status for login in second.logins] == [200]
    pool.stop(1)


def test_a_body_and_a_head_stay_with_their_calls(pool, hostile):
    heads = []

    def script(connection):
        while head := connection.recv(4096):
            heads.append(head)
            connection.sendall(ok(b"" if head.startswith(b"HEAD") else INFO))

    def anonymous(method, body=b""):
        return Call(method, "/", lambda reply: reply.status, body, anonymous=True)

    talk = ask(anonymous("PUT", b"<Time/>"), anonymous("GET"), anonymous("HEAD"), anonymous("GET"), anonymous("POST"))
    assert outcome(pool, hostile(script), talk).result == [200] * 5
    assert [head.split(b" ")[0] for head in heads] == [b"PUT", b"GET", b"HEAD", b"GET", b"POST"]
    assert [head.partition(b"\r\n\r\n")[2] for head in heads] == [b"<Time/>", b"", b"", b"", b""]


def test_a_device_is_hung_up_on_when_the_talk_is_over(pool, hostile):
    over = threading.Semaphore(0)

    def script(connection):
        while connection.recv(4096):
            connection.sendall(ok(INFO))
        over.release()

    assert outcome(pool, hostile(script), ask(KNOCK, KNOCK)).error is None
    assert over.acquire(timeout=30)


def test_the_last_calls_connection_goes_with_its_answer_but_not_with_the_challenge(pool, hostile):
    connections = []

    def script(connection):
        connections.append(asked := [])
        while head := connection.recv(4096):
            asked.append(b"Authorization" in head)
            connection.sendall(ok(INFO) if asked[-1] else CHALLENGE)

    last = replace(DEVICE_INFO, last=True)
    assert outcome(pool, hostile(script), ask(DEVICE_INFO, last, last)).error is None
    # The first password goes by a connection of its own; a nonce is not carried to another one.
    assert connections == [[False], [True, True], [False, True]]


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")  # noqa: PTH110
def test_ten_thousand_errands_leave_nothing_behind(pool, hostile, devices):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    def script(connection):
        while connection.recv(4096):
            connection.sendall(ok(INFO))

    alive = hostile(script).port

    def rounds(number):
        for _ in range(number):
            futures = [submit(pool, Endpoint(f"127.0.2.{n % 250 + 1}", "", port), ask(KNOCK)) for n in range(480)]
            futures += [submit(pool, Endpoint("127.0.0.1", "", alive), ask(KNOCK)) for _ in range(20)]
            assert wait_for(futures, 60).not_done == set()

    rounds(3)
    gc.collect()
    files, objects = len(os.listdir("/proc/self/fd")), len(gc.get_objects())  # noqa: PTH208
    rounds(20)
    assert len(os.listdir("/proc/self/fd")) <= files + 8  # noqa: PTH208
    gc.collect()
    assert len(gc.get_objects()) <= objects + 3000  # the device's own among them
    assert isinstance(outcome(pool, place(devices(1)[0], password="wrong"), ask(DEVICE_INFO)).error, Unauthorized)
