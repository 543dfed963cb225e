"""Names in the pool: looked up beside the loops, vetted, and never waited for too long."""

import socket
import threading

import pytest

from tests.protocols.errands import ask, named, outcome, place, pretend_devices, running_pool, stubborn, submit
from webapp.protocols.dial import Policy
from webapp.protocols.isapi.system import DEVICE_INFO, KNOCK

pool = pytest.fixture(running_pool, name="pool")
devices = pytest.fixture(pretend_devices, name="devices")


class TestNames:
    def test_a_name_is_looked_up_and_its_address_dialled(self, devices):
        (device,) = devices(1)
        pool = named(lambda host: [device.host])
        found = outcome(pool, place(device, host="cam.example.org"), ask(DEVICE_INFO))
        assert (found.error, found.address) == (None, device.host)
        pool.stop(1)

    def test_a_name_server_that_hangs_delays_no_address(self, devices):
        (device,) = devices(1)
        let_go = threading.Event()
        pool = named(lambda host: let_go.wait(20) and [])
        names = [submit(pool, place(device, host=f"c{n}.example.org"), ask(KNOCK), timeout=0.5) for n in range(60)]
        assert outcome(pool, place(device), ask(KNOCK)).error is None
        assert [future.result(30).error.code for future in names] == ["dns_timeout"] * 60
        assert len(device.requests) == 1
        let_go.set()
        pool.stop(1)

    def test_many_dead_names_keep_a_healthy_one_waiting_once_at_most(self, devices):
        (device,) = devices(1)
        rounds = [threading.Event()]
        pool = named(lambda host: [device.host] if host == "well.example.org" else rounds[-1].wait(20) and [])

        def ask_dead() -> list:
            return [submit(pool, place(device, host=f"c{n}.example.org"), ask(KNOCK), timeout=0.5) for n in range(60)]

        assert {future.result(30).error.code for future in ask_dead()} == {"dns_timeout"}
        rounds.append(threading.Event())
        rounds[0].set()
        again = ask_dead()
        found = outcome(pool, place(device, host="well.example.org"), ask(KNOCK), timeout=0.5)
        assert found.error is None
        assert {future.result(30).error.code for future in again} == {"dns_timeout"}
        rounds[1].set()
        pool.stop(1)

    def test_the_talk_is_told_and_may_go_on(self, devices):
        def fail(host):
            raise socket.gaierror(socket.EAI_NONAME, "no")

        (device,) = devices(1)
        pool = named(fail)
        assert outcome(pool, place(device, host="cam.example.org"), stubborn()).result == ["no_such_name"] * 3
        pool.stop(1)

    @pytest.mark.parametrize(("answers", "code"), [(["127.0.1.1", "10.0.0.1"], "mixed_answers"), ([], "no_such_name")])
    def test_a_forbidden_answer_is_not_dialled(self, devices, answers, code):
        (device,) = devices(1)
        pool = named(lambda host: answers)
        found = outcome(pool, place(device, host="cam.example.org"), ask(KNOCK))
        assert (found.error.code, found.address, list(device.requests)) == (code, "", [])
        pool.stop(1)

    def test_nor_is_a_forbidden_address(self, pool, devices):
        (device,) = devices(1)
        for address in ("", device.host):
            found = outcome(pool, place(device, address=address), ask(KNOCK), policy=Policy())
            assert (found.error.code, found.address) == ("loopback", "")
        assert list(device.requests) == []
