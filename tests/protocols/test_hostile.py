"""What answers on the Internet is not always a device, and not always polite: each oddity has its own error."""

import gzip
import socket
import ssl
import struct
import threading
from dataclasses import replace

import pytest

from webapp.protocols.errors import BadReply, DeviceError, Unauthorized, Unreachable
from webapp.protocols.isapi.system import DEVICE_INFO, KNOCK
from webapp.protocols.link import Link
from webapp.protocols.talk import Call
from webapp.simulator.certificate import self_signed

BODY = b"<DeviceInfo><model>X</model></DeviceInfo>"
PUT = Call("PUT", "/ISAPI/System/reboot", lambda reply: reply.status)


def always(data):
    """Read a request, send these bytes, hang up."""

    def script(connection):
        connection.recv(4096)
        connection.sendall(data)

    return script


def reset(connection):
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drip(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    pause = threading.Event()
    while True:
        connection.sendall(b"x")
        pause.wait(0.02)


def drip_headers(connection):
    connection.recv(4096)
    pause = threading.Event()
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000:
        connection.sendall(bytes([byte]))
        pause.wait(0.02)


def endless(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n<DeviceInfo>")
    while True:
        connection.sendall(b"x" * 65536)


def endless_headers(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Filler: " + b"x" * 8000 + b"\r\n")


def endless_continue(connection):
    connection.recv(4096)
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def silent(connection):
    threading.Event().wait(5)


def ok(body, *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


BOMB = gzip.compress(b"\0" * (8 << 20))


@pytest.mark.parametrize(
    ("script", "error", "code"),
    [
        pytest.param(drip, Unreachable, "timeout", id="drip"),
        pytest.param(drip_headers, Unreachable, "timeout", id="drip headers"),
        pytest.param(silent, Unreachable, "timeout", id="silent"),
        pytest.param(reset, Unreachable, "reset", id="reset"),
        pytest.param(endless, BadReply, "too_big", id="endless"),
        pytest.param(endless_headers, BadReply, "too_big", id="endless headers"),
        pytest.param(always(ok(BODY, *[f"X-{n}: {'x' * 1000}" for n in range(66)])), BadReply, "too_big", id="66 KB"),
        pytest.param(endless_continue, BadReply, "too_big", id="endless continue"),
        pytest.param(always(b""), BadReply, "not_web", id="hangs up"),
        pytest.param(always(b"SSH-2.0-OpenSSH_9.2\r\n"), BadReply, "not_web", id="ssh"),
        pytest.param(always(b"<html>hello</html>"), BadReply, "not_web", id="http 0.9"),
        pytest.param(always(b"HTTP/1.1 banana\r\n\r\n"), BadReply, "not_web", id="bad status"),
        pytest.param(always(ok(BODY)[:-5]), BadReply, "bad_reply", id="truncated"),
        pytest.param(always(ok(b"")), BadReply, "bad_reply", id="empty"),
        pytest.param(always(ok(b"\xff" * 500)), BadReply, "bad_reply", id="garbage"),
        pytest.param(always(ok(b"x" * (300 << 10))), BadReply, "too_big", id="large"),
        pytest.param(always(ok(BOMB, "Content-Encoding: gzip")), BadReply, "bad_reply", id="gzip bomb"),
        pytest.param(
            always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<a/>\r\n0\r\n\r\n"),
            BadReply,
            "bad_reply",
            id="bad chunk",
        ),
        pytest.param(
            always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n<a/>"),
            BadReply,
            "bad_reply",
            id="huge chunk",
        ),
        pytest.param(
            always(ok(b"", "Location: http://169.254.169.254/", status="302 Found")),
            BadReply,
            "redirect",
            id="redirect",
        ),
        pytest.param(always(ok(b"<html></html>", "Content-Type: text/html")), BadReply, "not_isapi", id="page"),
        pytest.param(
            always(ok(b"<html></html>", "Content-Type: text/html", status="404 No")), BadReply, "not_isapi", id="404"
        ),
        pytest.param(always(ok(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')), BadReply, "bad_reply", id="doctype"),
    ],
)
def test_it_has_its_own_error(hostile, script, error, code):
    with Link(hostile(script), 0.4) as line, pytest.raises(error) as caught:
        line.ask(KNOCK)
    assert caught.value.code == code


def test_tls_that_breaks_off(hostile):
    endpoint = replace(hostile(always(b"\x15\x03\x01\x00\x02\x02\x28")), https=True)
    with Link(endpoint, 0.5) as line, pytest.raises(Unreachable) as caught:
        line.ask(KNOCK)
    assert caught.value.code == "tls"


def test_an_http_port_that_waits_in_the_handshake(hostile):
    with Link(replace(hostile(silent), https=True), 0.3) as line, pytest.raises(Unreachable) as caught:
        line.ask(KNOCK)
    assert caught.value.code == "tls"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated:DeprecationWarning")
def test_a_camera_that_knows_only_tls_1_0(hostile):
    context = self_signed("old camera")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT@SECLEVEL=0")

    def script(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(ok(BODY))

    with Link(replace(hostile(script), https=True), 2) as line:
        assert line.ask(KNOCK).open
        assert line.key.startswith("sha256//")


@pytest.mark.parametrize("call", [DEVICE_INFO, PUT])
@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_device_that_hangs_up_on_the_password_gets_it_once(hostile, call, end):
    """libcurl sends a request again by itself when a kept connection turns out dead; a password must not be."""
    logins = []

    def script(connection):
        while head := connection.recv(4096):
            if b"\r\nAuthorization:" in head:
                logins.append(head)
                if end == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            connection.sendall(ok(b"", 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth"', status="401 No"))

    with Link(hostile(script), 1) as line, pytest.raises(DeviceError):
        line.ask(call)
    assert len(logins) == 1


def test_a_device_that_says_stale_for_ever_gets_the_password_once(hostile):
    logins = []

    def script(connection):
        while head := connection.recv(4096):
            logins.extend([head] if b"\r\nAuthorization:" in head else [])
            nonce = f'WWW-Authenticate: Digest realm="a", nonce="{len(logins)}", qop="auth", stale="TRUE"'
            connection.sendall(ok(b"", nonce, status="401 No"))

    with Link(hostile(script), 1) as line, pytest.raises(Unauthorized):
        line.ask(DEVICE_INFO)
    assert len(logins) == 1


def test_a_refused_put_is_not_sent_again(hostile):
    bodies = []

    def script(connection):
        for answer in (ok(BODY), None):  # the first call is answered, the connection kept, the second one cut
            head = connection.recv(4096)
            bodies.extend([head] if head.startswith(b"PUT") else [])
            if answer:
                connection.sendall(answer)

    with Link(hostile(script), 1) as line:
        line.ask(KNOCK)
        line.ask(PUT)
    assert len(bodies) == 1
