"""Asking a device who it is, step by step, so that what is in the way can be named (D9).

Nothing here knows who asks or what is done with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from webapp.common import clock
from webapp.devices.services.steps import Progress
from webapp.protocols.dial import Policy, resolve
from webapp.protocols.errors import BadReply, DeviceError, NoDigest, NotActivated, Unauthorized, Unreachable
from webapp.protocols.isapi.kinds import ENCODING, Kind, Recognised, recognise
from webapp.protocols.isapi.system import DEVICE_INFO, KNOCK, Knock
from webapp.protocols.link import Endpoint, Link
from webapp.protocols.talk import Call

NO_WEB = {"not_web", "reset", "tls", "bad_reply", "no_reply"}  # worth a try with the other scheme


class NotEncoding(DeviceError):
    """A device, but none that encodes video, so it cannot be added by its address (D6)."""

    code = "not_encoding"

    def __init__(self, found: Recognised) -> None:
        super().__init__(found.kind)
        self.found = found


class PlainOnly(DeviceError):
    """HTTPS was asked for, and the port speaks HTTP: nobody is moved to the weaker of the two unasked."""

    code = "plain_only"


class Silent(DeviceError):
    """The port is open, and nothing answers there in time."""

    code = "timeout"
    stage = "service"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask, as typed or as stored."""

    host: str
    port: int
    https: bool
    username: str
    password: str
    pin: str = ""  # of the key that is known already; "" at first contact


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it when all went well."""

    found: Recognised
    https: bool
    pin: str
    ms: int  # of the call that logged in


def ask(target: Target, progress: Progress, policy: Policy, timeout: float) -> Answer:
    """Resolve, connect, knock, log in once, recognise. Raises DeviceError of the first step that fails.

    `timeout` in seconds for each call: six of them at most, and no more than two at one step.
    """
    with progress.step("dns") as step:
        addresses = resolve(target.host, target.port, policy, timeout)
        step.facts = {"address": addresses[0]}
    endpoint = Endpoint(
        host=target.host,
        address=addresses[0],
        port=target.port,
        username=target.username,
        password=target.password,
        https=target.https,
        pin=target.pin,
    )
    with progress.step("tcp") as step:
        endpoint = connect(endpoint, addresses, timeout)
        step.facts = {"port": target.port, "address": endpoint.address}
    refusal = None
    with progress.step("service") as step:
        try:
            endpoint = knock(endpoint, timeout)
        except (Unauthorized, NotActivated, NoDigest) as error:
            refusal = error  # a device answers, so this step is well: it is the sign-in that cannot be
        step.facts = {"https": endpoint.https, "pin": endpoint.pin}
    return log_in(endpoint, progress, timeout, refusal)


def connect(endpoint: Endpoint, addresses: list[str], timeout: float) -> Endpoint:
    """The first of at most two addresses at which the port is open."""
    for number, address in enumerate(addresses[:2], 1):
        attempt = replace(endpoint, address=address)
        try:
            with Link(attempt, timeout / 2 if number < len(addresses[:2]) else timeout) as link:
                link.touch()
                return attempt
        except Unreachable:
            if number == len(addresses[:2]):
                raise
    raise Unreachable("no_such_name")


def knock(endpoint: Endpoint, timeout: float) -> Endpoint:
    """Find out, without the password, that an ISAPI device answers, and over which scheme. Reads the HTTPS key."""
    try:
        return knock_once(endpoint, timeout)
    except (BadReply, Unreachable) as error:
        if error.code not in NO_WEB:
            raise
        try:
            other = knock_once(replace(endpoint, https=not endpoint.https), timeout)
        except DeviceError:
            raise error from None
        if endpoint.https:
            raise PlainOnly from error
        return other


def knock_once(endpoint: Endpoint, timeout: float) -> Endpoint:
    with Link(endpoint, timeout) as link:
        try:
            shown: Knock = link.ask(KNOCK)
        except Unreachable as error:
            raise (Silent("knock") if error.code == "timeout" else error) from error
        if not shown.isapi:
            raise BadReply("not_isapi")
        if not shown.digest and not shown.open:
            raise NoDigest
        if endpoint.https and not (endpoint.pin or link.key):
            raise Unreachable("no_key")
        return replace(endpoint, pin=endpoint.pin or link.key) if endpoint.https else endpoint


def log_in(endpoint: Endpoint, progress: Progress, timeout: float, refusal: DeviceError | None = None) -> Answer:
    """Log in once and recognise the device: the steps "login" and "type" of one talk.

    `refusal` is what the knock has learnt already: then no password is sent.
    """
    talk, began = recognise(endpoint.username), clock.monotonic()
    with Link(endpoint, timeout) as link:
        link.deadline = began + 2 * timeout
        with progress.step("login"):
            if refusal:
                raise refusal
            first = next(talk)
            finished, result = advance(talk, link, first, until_login=True)
        ms = round((clock.monotonic() - began) * 1000)
        with progress.step("type") as step:
            found: Recognised = result if finished else advance(talk, link, result)[1]
            step.facts = {"kind": found.kind, "model": found.info.model}
            if found.kind not in ENCODING and found.kind != Kind.UNKNOWN:
                raise NotEncoding(found)
    return Answer(found, endpoint.https, endpoint.pin, ms)


def advance(talk: Any, link: Link, call: Call, until_login: bool = False) -> tuple[bool, Any]:
    """Carry a talk over a link: to its end (True, its result), or until the login is decided (False, the next call)."""
    try:
        while True:
            login = call is DEVICE_INFO
            try:
                answer = link.ask(call)
            except DeviceError as error:
                call = talk.throw(error)
            else:
                call = talk.send(answer)
                if until_login and login:
                    return False, call
    except StopIteration as done:
        return True, done.value
