"""Which of many sockets have something to do, in libcurl's terms: POLL_… is waited for, CSELECT_… reported."""

import math
import select
import selectors
from contextlib import suppress

import pycurl

WAIT = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
REPORT = {
    selectors.EVENT_READ: pycurl.CSELECT_IN,
    selectors.EVENT_WRITE: pycurl.CSELECT_OUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}
Ready = list[tuple[int, int]]  # a socket's number, and CSELECT_IN, CSELECT_OUT or both


class Sockets:
    """Wherever Python runs."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.ready = self.selector.select

    def watch(self, number: int, event: int) -> None:
        """Wait for this from now on."""
        self.forget(number)
        self.selector.register(number, WAIT[event])

    def forget(self, number: int) -> None:
        if number in self.selector.get_map():
            self.selector.unregister(number)

    def wait(self, seconds: float | None) -> Ready:
        """Those that are ready, at the latest after so many seconds; None waits for ever."""
        return [(key.fd, REPORT[events]) for key, events in self.ready(seconds)]

    def close(self) -> None:
        self.selector.close()


if hasattr(select, "epoll"):
    MASK = {
        pycurl.POLL_IN: select.EPOLLIN,
        pycurl.POLL_OUT: select.EPOLLOUT,
        pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
    }
    SEEN = {select.EPOLLIN: pycurl.CSELECT_IN, select.EPOLLOUT: pycurl.CSELECT_OUT}


class Epoll:
    """The same on Linux, at a third of the price."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.known: set[int] = set()

    def watch(self, number: int, event: int) -> None:
        if number in self.known:
            try:
                self.epoll.modify(number, MASK[event])
                return
            except OSError:  # closed, and its number given out again
                pass
        self.epoll.register(number, MASK[event])
        self.known.add(number)

    def forget(self, number: int) -> None:
        if number in self.known:
            self.known.discard(number)
            with suppress(OSError):  # closed already
                self.epoll.unregister(number)

    def wait(self, seconds: float | None) -> Ready:
        both = pycurl.CSELECT_IN | pycurl.CSELECT_OUT  # for EPOLLHUP and EPOLLERR, which come unasked
        pause = -1 if seconds is None else math.ceil(seconds * 1000) / 1000
        return [(number, SEEN.get(seen, both)) for number, seen in self.epoll.poll(pause)]

    def close(self) -> None:
        self.epoll.close()
