"""A blocking link to one device: HTTP or HTTPS with digest authentication."""

import socket
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import pycurl

from webapp.protocols import curl as http
from webapp.protocols.curl import ERRNO, Endpoint, Exchange
from webapp.protocols.digest import Challenge
from webapp.protocols.errors import DeviceError, NoDigest, NotActivated, Unauthorized, Unreachable
from webapp.protocols.talk import Call, Reply

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
    challenge: Challenge | None = field(default=None, repr=False)
    proven: bool = False  # the device has taken the password

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

        A wrong password is sent once. Raises ValueError for a password over HTTPS without a pin: ask anonymously first.
        """
        if self.endpoint.https and not self.endpoint.pin and not call.anonymous:
            raise ValueError("the first contact with an HTTPS device is anonymous")
        end = self.end()
        return call.parse(self.exchange(call, end) if call.anonymous else self.signed(call, end))

    def signed(self, call: Call, end: float) -> Reply:
        """The reply to a call with the password.

        A kept nonce may have grown old: then, and only then, the device's "stale" gets a second try with a new one.
        """
        if self.challenge:
            reply = self.exchange(call, end, self.challenge)
            renewed = Challenge.strongest(reply.headers.get("www-authenticate", ""))
            if reply.status != 401 or not renewed or not renewed.stale:
                return self.settled(reply)
            self.challenge = renewed
        else:
            reply = self.exchange(call, end)
            if reply.status != 401:
                return reply
            self.challenge = challenged(call, reply)
        return self.settled(self.exchange(call, end, self.challenge))

    def settled(self, reply: Reply) -> Reply:
        """A nonce that was refused is not used again."""
        self.proven = reply.status != 401
        self.challenge = self.challenge if self.proven else None
        return reply

    def exchange(self, call: Call, end: float, challenge: Challenge | None = None) -> Reply:
        """One request and its reply. Raises DeviceError."""
        to = self.endpoint
        signature = challenge.answer(to.username, to.password, call.method, call.path) if challenge else b""
        exchange = Exchange(call.limit)
        once = not call.may_repeat or (challenge is not None and not self.proven)
        http.load(self.curl, to, call, exchange, self.left(end), signature, once)
        try:
            self.curl.perform()
        except pycurl.error as error:
            raise http.failure(self.curl, error, exchange) from error
        self.key = (to.https and http.peer_key(self.curl)) or self.key
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


def challenged(call: Call, reply: Reply) -> Challenge:
    """The challenge in a 401. Raises NoDigest; or Unauthorized (locked) and NotActivated, which then cost no login."""
    try:
        call.parse(reply)
    except Unauthorized as error:
        if error.code == "locked":
            raise
    except NotActivated:
        raise
    except DeviceError:
        pass
    if challenge := Challenge.strongest(reply.headers.get("www-authenticate", "")):
        return challenge
    raise NoDigest(reply.headers.get("www-authenticate", "")[:200] or "401 without a challenge")
