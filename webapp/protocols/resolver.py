"""Names to addresses within a time limit, which getaddrinfo has not.

Look-ups run in a few threads of our own. They are daemons: one that a dead name server holds for a minute neither
keeps the caller waiting nor the process from ending.
"""

import math
import socket
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from webapp.protocols.errors import Unreachable
from webapp.protocols.networks import unwrap

Lookup = Callable[..., list[Any]]  # socket.getaddrinfo
SILENT = {socket.EAI_AGAIN}  # the name server did not answer; all else means that there is no such name


class Crew:
    """At most so many threads at once; they end when there is nothing to do. Jobs must not raise."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.threads = 0
        self.jobs: deque[Callable[[], None]] = deque()
        self.guard = threading.Lock()

    def submit(self, job: Callable[[], None]) -> None:
        """Run a job as soon as a thread is free. Never waits."""
        with self.guard:
            self.jobs.append(job)
            if self.threads >= self.size:
                return
            self.threads += 1
        threading.Thread(target=self.work, name="resolver", daemon=True).start()

    def work(self) -> None:
        while job := self.next_job():
            job()

    def next_job(self) -> Callable[[], None] | None:
        with self.guard:
            if self.jobs:
                return self.jobs.popleft()
            self.threads -= 1
            return None


PEOPLE = Crew(8)  # for those who wait in front of a page


def answers(host: str, port: int, timeout: float, lookup: Lookup | None = None) -> list[str]:
    """All addresses of a name, IPv4 first, each once. Raises Unreachable (no_such_name, dns_timeout).

    With `math.inf` the look-up runs in the caller's own thread, for as long as the system takes.
    """
    ask = partial(lookup or socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        rows = ask() if timeout == math.inf else within(timeout, ask)
    except socket.gaierror as error:
        code = "dns_timeout" if error.errno in SILENT else "no_such_name"
        raise Unreachable(code, str(error)) from error
    except TimeoutError as error:
        raise Unreachable("dns_timeout", f"no answer in {timeout:.1f} s") from error
    except (OSError, ValueError) as error:  # UnicodeError is a ValueError
        raise Unreachable("no_such_name", str(error)) from error
    return addresses(rows)


def within(timeout: float, ask: Callable[[], list[Any]]) -> list[Any]:
    """What a look-up gives, or its exception. Raises TimeoutError, also when all threads stay busy."""
    future: Future[list[Any]] = Future()
    PEOPLE.submit(partial(run, future, ask))
    try:
        return future.result(max(0.0, timeout))
    finally:
        future.cancel()


def run(future: "Future[list[Any]]", ask: Callable[[], list[Any]]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(ask())
    except Exception as error:  # handed to the thread that waits
        future.set_exception(error)


def addresses(rows: list[Any]) -> list[str]:
    """The answers' addresses: IPv4 first, else in the name server's order."""
    found = dict.fromkeys(unwrap(str(row[4][0])) for row in rows)
    if not found:
        raise Unreachable("no_such_name", "no address")
    return [str(address) for address in sorted(found, key=lambda address: address.version)]
