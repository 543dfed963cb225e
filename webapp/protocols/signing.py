"""Signing in by digest, without any input or output of its own: what is sent for a call, and what is sent again.

Carriers drive it: they send each Request, hand in its Reply, or throw in the DeviceError that came instead.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from webapp.protocols.curl import Endpoint, Request
from webapp.protocols.digest import Challenge
from webapp.protocols.errors import DeviceError, NearLock, NoDigest, Unauthorized, is_final
from webapp.protocols.talk import Call, Reply, Talk

FEWEST_LEFT = 2  # tries of a password that is not proved, which are left to people
MOST_CALLS = 1000  # of one talk; one that asks on though every call fails at once would never let go of its thread

T = TypeVar("T")
Requests = Generator[Request, Reply, T]


class Unpinned(DeviceError, ValueError):
    """A password over HTTPS before the device's key is known; nothing was sent. Ask anonymously first."""

    code = "no_key"


@dataclass(slots=True)
class Signing:
    """What one talk knows of its login. A password that was refused, or not answered, is sent no second time."""

    to: Endpoint
    trusted: bool = False  # it took this password lately: it need not be proved on a connection of its own
    spared: int = 0  # tries that are not used up: with so few left, or fewer, no password is sent (Z22)
    challenge: Challenge | None = field(default=None, repr=False)
    sent: bool = False  # the password has left us
    proven: bool = False  # the device has taken it
    refusal: DeviceError | None = None

    def pin(self, key: str) -> None:
        """Hold the device to this key, "sha256//…", for the rest of the talk. The first one stays."""
        if key and not self.to.pin:
            self.to = replace(self.to, pin=key)

    def talk(self, talk: Talk[T]) -> Requests[T]:
        """All requests of a talk; returns its result. Raises the DeviceError that the talk does not catch."""
        try:
            call = next(talk)
            for _ in range(MOST_CALLS):
                try:
                    answer = yield from self.call(call)
                except DeviceError as error:
                    call = talk.throw(error)
                else:
                    call = talk.send(answer)
        except StopIteration as done:
            return done.value
        raise RuntimeError("a talk that never ends")

    def call(self, call: Call) -> Requests[Any]:
        """The requests of one call; returns what its reply parses to. Raises DeviceError."""
        if call.anonymous:
            return call.parse((yield Request(call)))
        if self.to.https and not self.to.pin:
            raise Unpinned("the first contact with an HTTPS device is anonymous")
        if self.refusal:
            raise self.refusal.with_traceback(None)
        try:
            return call.parse((yield from self.signed(call)))
        except Unauthorized as error:
            if not self.sent and not is_final(error):  # "401" inside a reply that asks for nothing
                raise NoDigest("refused without a challenge") from error
            self.refusal = error
            raise

    def signed(self, call: Call) -> Requests[Reply]:
        """The reply to a call with the password.

        A kept nonce may have grown old: then, and only then, the device's "stale" gets a second try with a new one.
        """
        if self.challenge:
            reply = yield from self.send(call, self.challenge)
            renewed = Challenge.strongest(reply.headers.get("www-authenticate", "")) if reply.status == 401 else None
            if not renewed or not renewed.stale:
                return self.settled(call, reply)
            self.challenge = renewed
        else:
            reply = yield Request(call)
            if reply.status != 401:
                return reply
            self.challenge = challenged(call, reply, self.spared)
        return self.settled(call, (yield from self.send(call, self.challenge)))

    def send(self, call: Call, challenge: Challenge) -> Requests[Reply]:
        """One request with the password; on a connection of its own while that is unproven."""
        self.sent = True
        signature = challenge.answer(self.to.username, self.to.password, call.method, call.path)
        try:
            return (yield Request(call, signature, proof=not (self.proven or self.trusted)))
        except DeviceError as error:
            if not self.proven:  # the device may have read and counted it
                self.refusal = error
            raise

    def settled(self, call: Call, reply: Reply) -> Reply:
        """A nonce that was refused is not used again, nor after the last call, as it may be its connection's."""
        self.proven = reply.status != 401
        self.challenge = self.challenge if self.proven and not call.last else None
        return reply


def challenged(call: Call, reply: Reply, spared: int) -> Challenge:
    """The challenge in a 401. Raises NoDigest; or, before any login, Unauthorized (locked), NearLock, NotActivated."""
    try:
        call.parse(reply)
    except DeviceError as error:
        if is_final(error):
            raise
        left = getattr(error, "tries_left", None)
        if left is not None and left <= spared:
            raise NearLock(f"{left} tries left") from error
    if challenge := Challenge.strongest(reply.headers.get("www-authenticate", "")):
        return challenge
    raise NoDigest(reply.headers.get("www-authenticate", "")[:200] or "401 without a challenge")
