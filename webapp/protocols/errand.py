"""One talk with one device, as the pool is given it, carries it, and hands it back."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

from webapp.protocols.curl import Endpoint, Exchange, Request
from webapp.protocols.dial import Policy
from webapp.protocols.errors import DeviceError, Unreachable
from webapp.protocols.signing import FEWEST_LEFT, Requests, Signing
from webapp.protocols.talk import Reply, Talk
from webapp.protocols.values import value_object

log = logging.getLogger(__name__)


class CutShort(DeviceError):
    """We stopped before the device was done: our trouble, which says nothing of the device."""

    code = "cut_short"


@value_object
class Outcome:
    """What came of an errand."""

    result: Any = None  # what the talk returned
    error: Exception | None = None  # a DeviceError, or whatever else the talk raised; then there is no result
    ms: int = 0  # of the talk, with the look-up of its name, and without any wait for a turn
    key: str = ""  # pin of the HTTPS peer, "sha256//…"
    address: str = ""  # that was dialled; "" when none was


@value_object
class Errand:
    """A talk to be held with a device. Held once, since a talk is a generator."""

    talk: Talk[Any]
    to: Endpoint  # its address may be "": then the host is looked up
    done: Callable[[Outcome], None]  # called once, in a thread of the pool: to be quick
    policy: Policy  # which addresses may be dialled
    timeout: float  # seconds for each call, with the look-up of the name
    deadline: float  # seconds for all calls together, from the first one on
    trusted: bool = False  # the device took this password lately, so twice by libcurl's own retry would do no harm


@dataclass(slots=True, eq=False)
class Visit:
    """An errand under way. Belongs to one loop, and to one thread."""

    errand: Errand
    freed: Callable[[], None]  # called when its place in the pool is free again, before `done`
    signing: Signing = field(init=False)
    requests: Requests[Any] = field(init=False)
    obstacle: Exception | None = None  # why nothing can be dialled: each call fails with it
    named_in: float = 0.0  # seconds that the look-up took
    began: float = 0.0  # monotonic, the look-up counted in; 0.0 before
    exchange: Exchange | None = None  # the present one
    key: str = ""
    over: bool = False

    def __post_init__(self) -> None:
        spared = FEWEST_LEFT - self.errand.trusted  # nobody stands by: a password is never worth a lock
        self.signing = Signing(self.errand.to, self.errand.trusted, spared)
        self.requests = self.signing.talk(self.errand.talk)

    @property
    def address(self) -> str:
        return self.signing.to.address

    def place(self, address: str) -> None:
        """Say which vetted address is dialled."""
        if self.signing.to.address != address:
            self.signing.to = replace(self.signing.to, address=address)

    def begin(self) -> Request | Outcome:
        """Start the talk's clock. Gives the first request, or the outcome of a talk that needs none."""
        self.began = monotonic() - self.named_in
        return self.drive(self.requests.send, None)

    def go_on(self, reply: Reply) -> Request | Outcome:
        return self.drive(self.requests.send, reply)

    def fail(self, error: Exception) -> Request | Outcome:
        return self.drive(self.requests.throw, error)

    def drive(self, step: Callable[[Any], Request], what: Any) -> Request | Outcome:
        """The next request that may be sent, or the outcome. Whatever the talk raises becomes its outcome."""
        try:
            request = step(what)
            while obstacle := self.in_the_way():
                request = self.requests.throw(obstacle)
        except StopIteration as end:
            return self.outcome(result=end.value)
        except Exception as error:
            return self.close(error)
        return request

    def in_the_way(self) -> Exception | None:
        """Why no further request can be sent, or None."""
        return self.obstacle or (None if self.left() > 0 else Unreachable("timeout", "no time left"))

    def left(self) -> float:
        """Seconds for the next exchange."""
        now, errand = monotonic(), self.errand
        ends = self.began + errand.deadline
        if self.named_in and self.exchange is None:
            ends = min(ends, self.began + errand.timeout)
        return min(errand.timeout, ends - now)

    def outcome(self, result: Any = None, error: Exception | None = None) -> Outcome:
        ms = round((monotonic() - self.began) * 1000) if self.began else 0
        return Outcome(result, error, ms, self.key, self.address if self.exchange else "")

    def close(self, error: Exception) -> Outcome:
        """Give up, whatever stage the talk is at, without telling it why."""
        for generator in (self.requests, self.errand.talk):
            try:
                generator.close()
            except Exception:
                log.exception("a talk did not let itself be closed")
        return self.outcome(error=error)

    def settle(self, outcome: Outcome) -> None:
        """Hand the outcome over, once."""
        self.over = True
        self.freed()
        try:
            self.errand.done(outcome)
        except Exception:
            log.exception("what was to be done with an outcome failed")
