"""What the tests of the pool share: devices, talks, and a pool that gives futures of outcomes."""

from concurrent.futures import Future
from contextlib import ExitStack

from webapp.protocols.dial import Policy
from webapp.protocols.errors import DeviceError
from webapp.protocols.isapi.status import STATUS
from webapp.protocols.isapi.system import DEVICE_INFO
from webapp.protocols.link import Endpoint
from webapp.protocols.pool import Errand, Pool
from webapp.simulator.pretend import Pretend

LOOPBACK = Policy.parse("127.0.0.0/8, ::1/128")
INFO = b"<DeviceInfo><model>X</model></DeviceInfo>"


def running_pool():
    pool = Pool()
    pool.start()
    yield pool
    pool.stop(1)


def pretend_devices():
    """Start pretend devices, each at an address of its own."""
    with ExitStack() as stack:

        def start(number, **more):
            return [stack.enter_context(Pretend(host=f"127.0.1.{last}", **more)) for last in range(1, number + 1)]

        yield start


def place(device, **changes):
    endpoint = {"host": device.host, "address": "", "port": device.port, "username": "admin", "password": "Kamera-123"}
    return Endpoint(**{**endpoint, "https": device.https, **changes})


def ask(*calls):
    """A talk that gives all answers."""
    found = []
    for call in calls:
        found.append((yield call))  # noqa: PERF401 - a comprehension cannot yield
    return found


def errand(to, talk, timeout=3.0, deadline=10.0, policy=LOOPBACK):
    """An errand, and the future of its outcome, which takes only one."""
    future = Future()
    return Errand(talk, to, future.set_result, policy, timeout, deadline), future


def submit(pool, *args, **more):
    made, future = errand(*args, **more)
    assert pool.submit(made)
    return future


def outcome(pool, *args, **more):
    return submit(pool, *args, **more).result(30)


def named(answer, **more):
    """A pool with a name server of its own."""
    pool = Pool(lookup=lambda host, port, **_: [(0, 0, 6, "", (ip, port)) for ip in answer(host)], **more)
    pool.start()
    return pool


def stubborn():
    """A talk that goes on whatever it is told."""
    codes = []
    for call in (DEVICE_INFO, STATUS, DEVICE_INFO):
        try:
            yield call
        except DeviceError as error:
            codes.append(error.code)
    return codes
