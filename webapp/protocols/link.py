"""A blocking link to one device: HTTP or HTTPS with digest authentication."""

import socket
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import pycurl

from webapp.protocols import curl as http
from webapp.protocols.curl import ERRNO, Endpoint, Exchange, Request
from webapp.protocols.errors import Unreachable
from webapp.protocols.signing import Signing
from webapp.protocols.talk import Call, Reply, hold

__all__ = ["Endpoint", "Link"]


@dataclass(slots=True)
class Link:
    """One device for as long as one talk lasts; closed with it. Not for two threads.

    `endpoint` may be replaced between calls, to pin the key that an anonymous first call has shown.
    """

    endpoint: Endpoint
    timeout: float = 8.0  # seconds for one call as a whole
    deadline: float | None = None  # on time.monotonic(), for all calls together
    key: str = ""  # pin of the last HTTPS peer
    curl: pycurl.Curl = field(default_factory=pycurl.Curl, repr=False)
    signing: Signing = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.signing = Signing(self.endpoint)

    def __enter__(self) -> "Link":
        return self

    def __exit__(self, *_: object) -> None:
        self.curl.close()

    def touch(self) -> float:
        """Connect, send nothing, hang up: the milliseconds it took. Raises Unreachable."""
        start = monotonic()
        try:
            socket.create_connection((self.endpoint.address, self.endpoint.port), self.left(self.end())).close()
        except TimeoutError as error:
            raise Unreachable("timeout", str(error)) from error
        except OSError as error:
            raise Unreachable(ERRNO.get(error.errno or 0, "no_route"), str(error)) from error
        return (monotonic() - start) * 1000

    def ask(self, call: Call) -> Any:
        """Send a Call and parse its reply. Raises DeviceError.

        A wrong password is sent once. Raises Unpinned for a password over HTTPS without a pin: ask anonymously first.
        """
        self.signing.to = self.endpoint
        requests: Any = self.signing.call(call)
        exchange: Any = partial(self.exchange, end=self.end())
        return hold(requests, exchange)

    def exchange(self, request: Request, end: float) -> Reply:
        """One request and its reply. Raises DeviceError."""
        exchange = Exchange()
        seconds = self.left(end)
        if request.once:
            http.hang_up(self.curl)
        http.dial(self.curl, self.endpoint)
        http.load(self.curl, self.endpoint, request, exchange, seconds)
        try:
            self.curl.perform()
        except pycurl.error as error:
            number, detail = error.args
            raise http.failure(self.curl, number, detail, exchange) from error
        self.key = (self.endpoint.https and http.peer_key(self.curl)) or self.key
        return http.read(self.curl, exchange, self.key)

    def end(self) -> float:
        end = monotonic() + self.timeout
        return end if self.deadline is None else min(end, self.deadline)

    def left(self, end: float) -> float:
        """Seconds until then. Raises Unreachable when none are left."""
        seconds = end - monotonic()
        if seconds <= 0:
            raise Unreachable("timeout", "no time left")
        return seconds
