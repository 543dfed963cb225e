"""Many exchanges at once in one thread: libcurl's multi handle, with the sockets and the alarm that it asks for."""

import math
import select
import socket
from contextlib import suppress
from time import monotonic

import pycurl

from webapp.protocols.sockets import Epoll, Sockets

Finished = tuple[pycurl.Curl, int, str]  # a handle, libcurl's error or 0, and its text


class Wire:
    """Not for two threads, except `wake`. At rest it holds no connection."""

    def __init__(self, most: int) -> None:
        self.most = most  # connections and spare handles that are kept
        self.multi: pycurl.CurlMulti | None = None
        self.spare: list[pycurl.Curl] = []
        self.lent = 0  # handles
        self.alarm = math.inf  # when libcurl wants to be called, monotonic
        self.sockets: Sockets | Epoll = Epoll() if hasattr(select, "epoll") else Sockets()
        self.inside, self.outside = socket.socketpair()
        self.inside.setblocking(False)
        self.outside.setblocking(False)
        self.sockets.watch(self.inside.fileno(), pycurl.POLL_IN)

    def lend(self) -> pycurl.Curl:
        """A handle that remembers nothing."""
        self.lent += 1
        return self.spare.pop() if self.spare else pycurl.Curl()

    def take_back(self, curl: pycurl.Curl) -> None:
        self.lent -= 1
        if len(self.spare) < self.most:
            curl.reset()
            self.spare.append(curl)
        else:
            curl.close()

    def start(self, curl: pycurl.Curl) -> None:
        """Begin the exchange that the handle is loaded with."""
        if self.multi is None:
            self.multi = pycurl.CurlMulti()
            self.multi.setopt(pycurl.M_SOCKETFUNCTION, self.watch)
            self.multi.setopt(pycurl.M_TIMERFUNCTION, self.set_alarm)
            self.multi.setopt(pycurl.M_MAXCONNECTS, self.most)
        self.multi.add_handle(curl)

    def end(self, curl: pycurl.Curl) -> None:
        """Take a handle out; an exchange that still runs breaks off."""
        if self.multi is not None:
            self.multi.remove_handle(curl)

    def wait(self, until: float) -> list[tuple[int, int]]:
        """Sockets with something to do, for `handle`; empty when the time (monotonic) came first."""
        if not self.lent:
            self.rest()
        pause = min(until, self.alarm) - monotonic()
        return self.sockets.wait(None if pause == math.inf else max(0.0, pause))

    def handle(self, sockets: list[tuple[int, int]]) -> list[Finished]:
        """Let libcurl go on. Gives the exchanges that have finished."""
        for number, events in sockets:
            if number == self.inside.fileno():
                self.drain()
            elif self.multi is not None:
                self.multi.socket_action(number, events)
        self.ring()
        return self.finished()

    def wake(self) -> None:
        """Let `wait` return at once. For any thread."""
        with suppress(BlockingIOError):  # full: it will wake anyway
            self.outside.send(b"\0")

    def drain(self) -> None:
        with suppress(BlockingIOError):
            self.inside.recv(4096)

    def ring(self) -> None:
        if self.multi is not None and self.alarm <= monotonic():
            self.alarm = math.inf
            self.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> list[Finished]:
        done: list[Finished] = []
        queued = 1
        while self.multi is not None and queued:
            queued, well, badly = self.multi.info_read()
            done += [(curl, 0, "") for curl in well]
            done += badly
        return done

    def watch(self, event: int, number: int, *_: object) -> None:
        """libcurl's word which socket it waits for."""
        if event == pycurl.POLL_REMOVE:
            self.sockets.forget(number)
        elif event != pycurl.POLL_NONE:
            self.sockets.watch(number, event)

    def set_alarm(self, milliseconds: int) -> None:
        self.alarm = math.inf if milliseconds < 0 else monotonic() + milliseconds / 1000

    def rest(self) -> None:
        """Drop the connections that libcurl keeps."""
        if self.multi is None:
            return
        self.multi.close()
        self.multi, self.alarm = None, math.inf

    def close(self) -> None:
        self.rest()
        for curl in self.spare:
            curl.close()
        self.spare.clear()
        self.sockets.close()
        self.inside.close()
        self.outside.close()
