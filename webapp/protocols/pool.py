"""Thousands of devices by a few threads: the health checks' carrier of talks."""

import math
import socket
import threading
from functools import partial
from time import monotonic

from webapp.protocols.errand import CutShort, Errand, Outcome, Visit
from webapp.protocols.loop import Loop, Names, Turns
from webapp.protocols.resolver import Crew, Lookup

__all__ = ["CutShort", "Errand", "Outcome", "Pool"]

LOOK_UPS = 16  # names that are looked up at once, and as many again that were late the last time
OTHER_FILES = 512  # that the rest of the process may have open


class Pool:
    """Carries errands, each to its outcome. For any thread.

    `in_flight` errands at most are accepted and not yet decided; `per_host` talks at once go to one address, and the
    others' clocks wait with them. `lookup` is for tests.
    """

    def __init__(
        self, threads: int = 4, in_flight: int = 512, per_host: int = 4, lookup: Lookup = socket.getaddrinfo
    ) -> None:
        self.size = threads
        self.most = in_flight
        self.share = math.ceil(in_flight / threads)  # errands of one thread
        self.per_host = per_host
        self.lookup = lookup
        self.taken = 0
        self.guard = threading.Lock()  # of the count, and of whether errands are taken
        self.open = False
        self.loops: list[Loop] = []
        self.threads: list[threading.Thread] = []

    @property
    def in_flight(self) -> int:
        """Errands that are accepted and not yet decided."""
        return self.taken

    def start(self) -> None:
        allow_open_files(2 * self.most + OTHER_FILES)
        names = Names(Crew(LOOK_UPS), Crew(LOOK_UPS), self.lookup)
        turns = Turns(self.per_host)
        self.loops = [Loop(self.share, names, turns) for _ in range(self.size)]
        self.threads = [
            threading.Thread(target=loop.run, name=f"pool-{number}", daemon=True)
            for number, loop in enumerate(self.loops)
        ]
        for thread in self.threads:
            thread.start()
        with self.guard:
            self.open = True

    def submit(self, errand: Errand) -> bool:
        """Accept an errand; False when too many are under way, or the pool is stopped. Never waits."""
        with self.guard:
            if not self.open or self.taken >= self.most:
                return False
            self.taken += 1
            loop = self.choose()
            loop.load += 1
        if loop.post(partial(loop.accept, Visit(errand, partial(self.free, loop)))):
            return True
        self.free(loop)
        return False

    def stop(self, seconds: float) -> None:
        """Accept nothing more, give what is under way this long, then cut it short. All outcomes are handed over."""
        with self.guard:
            self.open = False
        until = monotonic() + seconds
        for loop in self.loops:
            loop.post(partial(loop.stop, until))
        for thread in self.threads:
            thread.join()
        self.threads = []

    def choose(self) -> Loop:
        """The first loop that has not its share: as few threads as do the work cost the least."""
        return next((loop for loop in self.loops if loop.load < self.share), self.loops[-1])

    def free(self, loop: Loop) -> None:
        with self.guard:
            self.taken -= 1
            loop.load -= 1


def allow_open_files(needed: int) -> None:
    """Raise the soft limit of open files where it is lower, as far as the hard one lets us."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
