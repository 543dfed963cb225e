"""Conversations with a device, without any input or output of their own.

A Call is one request and how to read its reply. A Talk is a generator which yields
Calls, is sent what they parse to, and returns its result; a failed Call is thrown
into it as a DeviceError. Who carries the Calls is not its business: a blocking link
(`hold`), the health engine with thousands at once, the cloud gateway, or a test.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import field
from typing import Any, TypeVar

from webapp.protocols.errors import DeviceError
from webapp.protocols.values import value_object


@value_object
class Reply:
    status: int  # HTTP status
    content_type: str
    body: bytes  # never more than the call's limit
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case name; repeated ones joined by ", "
    key: str = ""  # of an HTTPS device: "sha256//…", as libcurl writes pins


@value_object
class Call:
    method: str
    path: str  # from the root, with its query: "/ISAPI/System/status"
    parse: Callable[[Reply], Any]  # raises DeviceError when the reply is not what was asked for
    body: bytes = b""
    content_type: str = ""
    anonymous: bool = False  # sent without user name and password
    limit: int = 256 << 10  # bytes of reply that are read
    last: bool = field(default=False, compare=False)  # none is meant to follow, so its connection may go with it
    repeatable: bool | None = None  # may a carrier send it twice; None: as HTTP has it, GET and HEAD may

    @property
    def may_repeat(self) -> bool:
        return self.method in {"GET", "HEAD"} if self.repeatable is None else self.repeatable


T = TypeVar("T")
Talk = Generator[Call, Any, T]


def hold(talk: Talk[T], ask: Callable[[Call], Any]) -> T:
    """Carry a whole talk over one link. Raises the DeviceError that the talk does not catch."""
    try:
        call = next(talk)
        while True:
            try:
                answer = ask(call)
            except DeviceError as error:
                call = talk.throw(error)
            else:
                call = talk.send(answer)
    except StopIteration as done:
        return done.value
