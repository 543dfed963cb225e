"""One thread that holds hundreds of talks at once. A device that hangs costs it a few kilobytes, and no thread."""

import logging
import math
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

import pycurl

from webapp.protocols import curl as http
from webapp.protocols.curl import Exchange, Request
from webapp.protocols.dial import resolve
from webapp.protocols.errand import CutShort, Errand, Outcome, Visit
from webapp.protocols.errors import Unreachable
from webapp.protocols.networks import is_literal
from webapp.protocols.resolver import Crew, Lookup
from webapp.protocols.wire import Wire

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Names:
    """How names become addresses: in which threads, and by whose answers. Shared by the loops of a pool."""

    crew: Crew
    doubtful: Crew  # for names that were late the last time: many dead ones keep no healthy one waiting
    lookup: Lookup = socket.getaddrinfo
    late: set[str] = field(default_factory=set)

    def submit(self, host: str, look_up: Callable[[], None]) -> None:
        (self.doubtful if host in self.late else self.crew).submit(look_up)

    def address(self, errand: Errand) -> str:
        """The vetted address to dial. Waits for as long as the system does. Raises Unreachable or NotAllowed."""
        return resolve(errand.to.host, errand.to.port, errand.policy, math.inf, self.lookup)[0]


class Turns:
    """What the loops of a pool share: whose turn it is to work, and how many visits each address has.

    Loops work one after the other: Python lets only one run anyway, and threads that wrestle for it at each step need
    twice the CPU. All but `work` is for the one that works.
    """

    def __init__(self, per_host: int) -> None:
        self.work = threading.Lock()
        self.per_host = per_host
        self.holders: set[Visit] = set()
        self.busy: dict[str, int] = {}  # holders by address
        self.waiting: dict[str, deque[tuple[Visit, Callable[[], bool]]]] = {}

    def take(self, visit: Visit, call: Callable[[], bool]) -> bool:
        """Whether it may begin now; else `call` is called when it may, and says whether it still wants to."""
        address = visit.address
        if self.busy.get(address, 0) >= self.per_host:
            self.waiting.setdefault(address, deque()).append((visit, call))
            return False
        self.busy[address] = self.busy.get(address, 0) + 1
        self.holders.add(visit)
        return True

    def give_back(self, visit: Visit) -> None:
        if visit not in self.holders:
            return
        self.holders.discard(visit)
        address = visit.address
        self.busy[address] -= 1
        waiting = self.waiting.get(address, ())
        while waiting and self.busy[address] < self.per_host:
            following, call = waiting.popleft()
            if not following.over and call():
                self.take(following, call)
        if not waiting:
            self.waiting.pop(address, None)
        if not self.busy[address]:
            del self.busy[address]


class Loop:
    """Everything but `post` is for its own thread."""

    def __init__(self, most: int, names: Names, turns: Turns) -> None:
        self.wire = Wire(most)
        self.names = names
        self.turns = turns
        self.load = 0  # visits that the pool has given it, counted by the pool
        self.guard = threading.Lock()  # of `closed`, against a last post
        self.closed = False
        self.inbox: deque[Callable[[], None]] = deque()
        self.visits: set[Visit] = set()
        self.naming: dict[Visit, float] = {}  # whose name is looked up, and until when
        self.ready: deque[Visit] = deque()  # to begin
        self.talking: dict[pycurl.Curl, Visit] = {}
        self.stop_at = math.inf
        self.stopping = False

    def post(self, act: Callable[[], None]) -> bool:
        """Have something done in this loop's thread; False when it has ended. For any thread."""
        with self.guard:
            if self.closed:
                return False
            self.inbox.append(act)
            first = len(self.inbox) == 1
        if first:
            self.wire.wake()
        return True

    def run(self) -> None:
        """Until it is stopped and done. Nothing that happens in one visit ends it."""
        while not self.stopping or (self.visits and monotonic() < self.stop_at):
            try:
                self.turn()
            except Exception:
                log.exception("a loop of the pool stumbled")
        with self.guard:
            self.closed = True
        with self.turns.work:
            self.receive()
            self.cut(list(self.visits))
        self.wire.close()

    def turn(self) -> None:
        until = 0.0 if self.inbox or self.ready else min(self.stop_at, min(self.naming.values(), default=math.inf))
        events = self.wire.wait(until)
        with self.turns.work:
            for finished in self.wire.handle(events):
                self.take(*finished)
            self.receive()
            self.give_up_names()
            while self.ready:
                self.begin(self.ready.popleft())

    def receive(self) -> None:
        while self.inbox:
            self.inbox.popleft()()

    def stop(self, until: float) -> None:
        """Cut what has not begun; let the rest go on until then (monotonic)."""
        self.stopping, self.stop_at = True, until
        self.cut([visit for visit in self.visits if not visit.began])

    def cut(self, visits: list[Visit]) -> None:
        for curl in [curl for curl, visit in self.talking.items() if visit in visits]:
            self.wire.end(curl)
            self.release(curl)
        for visit in visits:
            self.finish(visit, visit.close(CutShort()))

    def accept(self, visit: Visit) -> None:
        """Find out where to, and whether that is allowed."""
        self.visits.add(visit)
        host = visit.address or visit.errand.to.host
        if not is_literal(host):
            self.naming[visit] = monotonic() + visit.errand.timeout
            self.names.submit(host, partial(self.look_up, visit))
            return
        try:
            visit.place(str(visit.errand.policy.vet(host, visit.errand.to.port)))
        except Exception as error:
            visit.obstacle = error
        self.queue(visit)

    def look_up(self, visit: Visit) -> None:
        """In a thread of the crew, which the system may hold for long."""
        if visit not in self.naming:
            return
        began, found, obstacle = monotonic(), "", None
        try:
            found = self.names.address(visit.errand)
        except Exception as error:
            obstacle = error
        self.post(partial(self.named, visit, found, obstacle, monotonic() - began))

    def named(self, visit: Visit, address: str, obstacle: Exception | None, seconds: float) -> None:
        if self.naming.pop(visit, None) is None:
            return  # given up meanwhile
        visit.named_in, visit.obstacle = seconds, obstacle
        late = isinstance(obstacle, Unreachable) and obstacle.code == "dns_timeout"
        (self.names.late.add if late else self.names.late.discard)(visit.errand.to.host)
        if not obstacle:
            visit.place(address)
        self.queue(visit)

    def give_up_names(self) -> None:
        now = monotonic()
        for visit in [visit for visit, until in self.naming.items() if until <= now]:
            del self.naming[visit]
            self.names.late.add(visit.errand.to.host)
            visit.named_in = visit.errand.timeout
            visit.obstacle = Unreachable("dns_timeout", f"no answer in {visit.errand.timeout:.1f} s")
            self.queue(visit)

    def queue(self, visit: Visit) -> None:
        """Let it begin when it is its address's turn."""
        if visit.obstacle or self.turns.take(visit, partial(self.post, partial(self.ready.append, visit))):
            self.ready.append(visit)

    def begin(self, visit: Visit) -> None:
        if visit.over:
            return
        step = visit.begin()
        if isinstance(step, Outcome):
            self.finish(visit, step)
            return
        curl = self.wire.lend()
        self.talking[curl] = visit
        self.send(curl, visit, step, dial=True)

    def send(self, curl: pycurl.Curl, visit: Visit, request: Request, dial: bool) -> None:
        to = visit.signing.to
        visit.exchange = Exchange()
        try:
            if dial:
                http.dial(curl, to)
            http.load(curl, to, request, visit.exchange, visit.left())
            self.wire.start(curl)
        except Exception as error:  # a call that cannot be sent at all
            self.release(curl)
            self.finish(visit, visit.close(error))

    def take(self, curl: pycurl.Curl, number: int, detail: str) -> None:
        """An exchange has ended: let the talk go on, or be over."""
        visit = self.talking[curl]
        to = visit.signing.to
        try:
            step = self.answer(curl, visit, number, detail)
        except Exception as error:
            step = visit.close(error)
        if isinstance(step, Outcome) or step.once:
            http.hang_up(curl)
        self.wire.end(curl)
        if isinstance(step, Outcome):
            self.release(curl)
            self.finish(visit, step)
        else:
            self.send(curl, visit, step, dial=visit.signing.to is not to)

    def answer(self, curl: pycurl.Curl, visit: Visit, number: int, detail: str) -> Request | Outcome:
        to, exchange = visit.signing.to, visit.exchange
        assert exchange  # noqa: S101 - it was sent
        if number:
            return visit.fail(http.failure(curl, number, detail, exchange))
        if to.https:
            visit.key = to.pin or http.peer_key(curl)
            visit.signing.pin(visit.key)
        return visit.go_on(http.read(curl, exchange, visit.key))

    def release(self, curl: pycurl.Curl) -> None:
        del self.talking[curl]
        self.wire.take_back(curl)

    def finish(self, visit: Visit, outcome: Outcome) -> None:
        """Let the next one to this address begin, and hand the outcome over."""
        if visit.over:
            return
        self.visits.discard(visit)
        self.naming.pop(visit, None)
        self.turns.give_back(visit)
        visit.settle(outcome)
