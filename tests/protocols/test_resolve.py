"""Names, and the addresses that they lead to."""

import socket
import threading

import pytest

from webapp.protocols.dial import Policy, resolve
from webapp.protocols.errors import NotAllowed, Unreachable

LOOPBACK_ONLY = Policy.parse("127.20.0.0/16")


def names(*addresses):
    """A name server that always answers the same."""
    return lambda host, port, **_: [(0, 0, 6, "", (address, port)) for address in addresses]


def test_a_literal_stands_for_itself():
    assert resolve("127.20.0.1", 80, LOOPBACK_ONLY, 1) == ["127.20.0.1"]
    assert resolve("::ffff:127.20.0.1", 80, LOOPBACK_ONLY, 1) == ["127.20.0.1"]


def test_a_name_stands_for_its_answers_ipv4_first():
    found = resolve("cam.example.org", 80, Policy(), 1, names("2606:4700::1", "9.9.9.9", "8.8.8.8", "9.9.9.9"))
    assert found == ["9.9.9.9", "8.8.8.8", "2606:4700::1"]


@pytest.mark.parametrize(
    ("addresses", "code"),
    [(["127.0.0.1"], "loopback"), (["8.8.8.8", "10.0.0.1"], "mixed_answers"), (["fe80::1%2"], "local_only")],
)
def test_one_forbidden_answer_refuses_all(addresses, code):
    with pytest.raises(NotAllowed) as caught:
        resolve("cam.example.org", 80, Policy(), 1, names(*addresses))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no"), "no_such_name"),
        (socket.gaierror(socket.EAI_AGAIN, "later"), "dns_timeout"),
        (UnicodeError("label too long"), "no_such_name"),
        (OSError("no"), "no_such_name"),
    ],
)
def test_a_name_without_an_address_says_why(error, code):
    def lookup(*_, **__):
        raise error

    with pytest.raises(Unreachable) as caught:
        resolve("cam.example.org", 80, Policy(), 1, lookup)
    assert caught.value.code == code


def test_an_empty_answer_is_no_name():
    with pytest.raises(Unreachable) as caught:
        resolve("cam.example.org", 80, Policy(), 1, names())
    assert caught.value.code == "no_such_name"


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "*", "a..b", "127.0.0.1\0.example.com", "１２７.1"])
def test_spellings_that_only_the_system_understands_are_not_looked_up(host):
    with pytest.raises(Unreachable) as caught:
        resolve(host, 80, Policy.parse("127.0.0.0/8"), 1, names("127.0.0.1"))
    assert caught.value.code == "no_such_name"


def test_a_name_server_that_hangs_is_left_alone():
    let_go = threading.Event()

    def lookup(*_, **__):
        let_go.wait(10)
        return []

    with pytest.raises(Unreachable) as caught:
        resolve("cam.example.org", 80, Policy(), 0.05, lookup)
    for _ in range(10):  # more than there are threads: the rest wait for a free one, and give up as well
        with pytest.raises(Unreachable):
            resolve("cam.example.org", 80, Policy(), 0.01, lookup)
    let_go.set()
    assert caught.value.code == "dns_timeout"
    assert resolve("cam.example.org", 80, Policy(), 5, names("8.8.8.8")) == ["8.8.8.8"]
