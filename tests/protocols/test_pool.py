"""Many talks at once, with devices good and bad, over real sockets."""

import select
import threading

import pytest

from tests.protocols.errands import (
    INFO,
    LOOPBACK,
    ask,
    errand,
    named,
    outcome,
    place,
    pretend_devices,
    running_pool,
    stubborn,
    submit,
)
from tests.protocols.test_hostile import ok
from webapp.protocols.errors import DeviceError
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.isapi.system import CAPABILITIES, DEVICE_INFO, KNOCK
from webapp.protocols.link import Endpoint
from webapp.protocols.pool import Errand, Pool
from webapp.protocols.talk import Call
from webapp.simulator.pretend import Behaviour

pool = pytest.fixture(running_pool, name="pool")
devices = pytest.fixture(pretend_devices, name="devices")


def test_many_devices_are_all_asked_at_once(pool, devices):
    fleet = devices(25)
    futures = [submit(pool, place(device), ask(DEVICE_INFO, STATUS, CAPABILITIES)) for device in fleet * 4]
    outcomes = [future.result(30) for future in futures]
    assert [found.error for found in outcomes] == [None] * 100
    assert [found.result[0].serial for found in outcomes] == [device.serial for device in fleet * 4]
    assert [found.address for found in outcomes] == [device.host for device in fleet * 4]
    assert [request.status for request in fleet[0].requests].count(401) == 4
    assert pool.in_flight == 0


def test_without_epoll_it_works_as_well(monkeypatch, devices):
    monkeypatch.delattr(select, "epoll", raising=False)
    pool = Pool(threads=1)
    pool.start()
    (device,) = devices(1)
    assert outcome(pool, place(device), ask(DEVICE_INFO, STATUS)).error is None
    pool.stop(1)


def test_a_wrong_password_is_sent_once_however_long_the_talk(pool, devices):
    (device,) = devices(1)
    assert outcome(pool, place(device, password="wrong"), stubborn()).result == ["wrong_password"] * 3
    assert len(device.logins) == 1


def test_an_address_gets_four_visits_at_once_and_waiting_costs_no_time(pool, hostile):
    inside, most, guard = [], [], threading.Lock()

    def count(connection):
        connection.recv(4096)
        with guard:
            inside.append(connection)
            most.append(len(inside))
        threading.Event().wait(0.2)
        with guard:
            inside.remove(connection)
        connection.sendall(ok(INFO))

    to = hostile(count)
    futures = [submit(pool, to, ask(KNOCK), timeout=1, deadline=1) for _ in range(30)]
    outcomes = [future.result(30) for future in futures]
    assert [found.error for found in outcomes] == [None] * 30
    assert max(most) == 4
    assert max(found.ms for found in outcomes) < 1000


def test_names_that_lead_to_one_address_share_its_turns(hostile):
    inside, most, guard = [], [], threading.Lock()

    def count(connection):
        connection.recv(4096)
        with guard:
            inside.append(connection)
            most.append(len(inside))
        threading.Event().wait(0.05)
        with guard:
            inside.remove(connection)
        connection.sendall(ok(INFO))

    port = hostile(count).port
    pool = named(lambda host: ["127.0.0.1"], in_flight=40)
    futures = [submit(pool, Endpoint(f"cam{n}.example.org", "", port), ask(KNOCK)) for n in range(40)]
    assert [future.result(30).error for future in futures] == [None] * 40
    assert max(most) == 4
    pool.stop(1)


def test_a_talk_that_breaks_harms_nobody(pool, devices):
    (device,) = devices(1)

    def broken(*calls):
        yield from ask(*calls)
        raise ZeroDivisionError

    def swallows():
        while True:
            try:
                yield DEVICE_INFO
            except DeviceError:
                continue

    def bad_parse(reply):
        raise KeyError

    talks = [broken(), broken(KNOCK), ask(Call("GET", "/", bad_parse, anonymous=True)), ask("no call")]
    talks += [ask(Call("GET", "/\ud800", bad_parse, anonymous=True))]
    errors = [outcome(pool, place(device), talk).error for talk in talks]
    kinds = [ZeroDivisionError, ZeroDivisionError, KeyError, AttributeError, UnicodeEncodeError]
    assert [type(error) for error in errors] == kinds
    assert isinstance(outcome(pool, place(device, password="wrong"), swallows(), deadline=0.5).error, RuntimeError)
    assert outcome(pool, place(device), ask(KNOCK)).error is None
    assert pool.in_flight == 0


def test_a_talk_without_calls_has_its_result(pool, devices):
    (device,) = devices(1)
    found = outcome(pool, place(device), ask())
    assert (found.result, found.error, found.address) == ([], None, "")


def test_what_fails_after_the_outcome_harms_nobody(pool, devices, caplog):
    (device,) = devices(1)
    made, future = errand(place(device), ask(KNOCK))

    def done(found):
        future.set_result(found)
        raise ZeroDivisionError

    assert pool.submit(Errand(made.talk, made.to, done, LOOPBACK, 3, 10))
    assert future.result(30).error is None
    assert outcome(pool, place(device), ask(KNOCK)).error is None
    assert "ZeroDivisionError" in caplog.text


def test_a_talk_has_a_deadline_over_all_its_calls(pool, devices):
    (device,) = devices(1, behaviour=Behaviour.SLOW, delay=0.15)

    def knocks():
        while True:
            yield KNOCK

    found = outcome(pool, place(device), knocks(), deadline=0.5)
    assert found.error.code == "timeout"
    assert 1 <= len(device.requests) <= 4
    assert found.ms >= 400


def test_more_than_the_limit_is_not_accepted(devices):
    (device,) = devices(1, behaviour=Behaviour.DEAD)
    pool = Pool(in_flight=3)
    assert not pool.submit(errand(place(device), ask(KNOCK))[0])  # not started
    pool.start()
    for _ in range(3):
        submit(pool, place(device), ask(KNOCK))
    assert not pool.submit(errand(place(device), ask(KNOCK))[0])
    assert pool.in_flight == 3
    pool.stop(0)
    assert pool.in_flight == 0
    assert not pool.submit(errand(place(device), ask(KNOCK))[0])


def test_a_stopped_pool_has_handed_over_every_outcome(devices):
    (dead,) = devices(1, behaviour=Behaviour.DEAD)
    let_go = threading.Event()
    pool = named(lambda host: let_go.wait(10) and [], in_flight=40)
    running = [submit(pool, place(dead), ask(KNOCK)) for _ in range(10)]  # four of them, and six that wait
    names = [submit(pool, place(dead, host=f"cam{n}.example.org"), ask(KNOCK)) for n in range(20)]
    while not dead.server.connections:
        threading.Event().wait(0.01)
    pool.stop(0)
    let_go.set()
    assert [future.result(0).error.code for future in running + names] == ["cut_short"] * 30
    assert pool.in_flight == 0


def test_stopping_lets_end_what_has_begun(devices):
    (slow,) = devices(1, behaviour=Behaviour.SLOW, delay=0.3)
    pool = Pool()
    pool.start()
    future = submit(pool, place(slow), ask(KNOCK))
    while not slow.server.connections:
        threading.Event().wait(0.01)
    pool.stop(20)
    assert future.result(0).error is None


def test_it_can_be_started_again(devices):
    (device,) = devices(1)
    pool = Pool()
    for _ in range(2):
        pool.start()
        assert outcome(pool, place(device), ask(KNOCK)).error is None
        pool.stop(1)
