"""One HTTP exchange by libcurl: what goes into a handle, what comes out, and what its errors mean.

No sign-in here: the Authorization header is handed in ready-made, or there is none.
"""

import base64
import errno
import hashlib
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO

import pycurl
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from webapp.protocols.errors import BadReply, DeviceError, KeyChanged, Unreachable
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object

LARGEST_HEADERS = 64 << 10  # bytes of all headers of one reply
HEADERS = [b"Accept-Encoding: identity"]


@value_object
class Endpoint:
    """Where a device is reached, and as whom."""

    host: str  # as the installer typed it, made canonical; goes into Host and TLS
    address: str  # the vetted IP address that is dialled; never looked up again
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    https: bool = False
    pin: str = ""  # "sha256//…" of the key met first; "" before the first contact


@dataclass(slots=True)
class Exchange:
    """What has come of one reply. libcurl itself keeps the limit of the body."""

    body: BytesIO = field(default_factory=BytesIO)
    head: bytearray = field(default_factory=bytearray)  # status lines and headers

    def keep_head(self, line: bytes) -> int | None:
        """0 makes libcurl give up; its own limit is five times ours, a hundred times with 100 Continue."""
        head = self.head
        head += line
        return 0 if len(head) > LARGEST_HEADERS else None


class Headers(Mapping[str, str]):
    """Of a reply, in lower case; repeated ones joined by ", ". Read when first asked for, since of most nobody asks."""

    def __init__(self, head: bytes | bytearray) -> None:
        self.head = head

    @cached_property
    def found(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self.head.decode("latin-1").split("\n"):
            name, colon, value = line.partition(":")
            if name.startswith("HTTP/"):  # a status line starts anew: 100 Continue comes first
                found.clear()
            elif colon:
                key, value = name.strip().lower(), value.strip()
                found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    def __getitem__(self, name: str) -> str:
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


@value_object
class Request:
    """One HTTP request of a call, ready to be sent."""

    call: Call
    authorization: bytes = b""  # the header's value; b"" for none
    proof: bool = False  # it carries a password that the device has not taken yet

    @property
    def last(self) -> bool:
        """Whether the device need not be asked again when its answer is there: a challenge is still to be met."""
        return self.call.last and bool(self.authorization)

    @property
    def once(self) -> bool:
        """Whether it needs a connection of its own: on a kept one that has died, libcurl sends it again by itself."""
        return self.proof or not self.call.may_repeat


def dial(curl: pycurl.Curl, to: Endpoint) -> None:
    """Make a handle ready for one device. It forgets all it held but its open connections."""
    curl.reset()
    place(curl, to)
    bounds(curl)
    keys(curl, to)


def load(curl: pycurl.Curl, to: Endpoint, request: Request, exchange: Exchange, seconds: float) -> None:
    """Make a dialled handle ready for one exchange.

    Over HTTPS a password is sent only to the pinned key: libcurl checks the pin before the request.
    """
    if to.https and not to.pin and request.authorization:
        raise ValueError("the first contact with an HTTPS device is anonymous")
    curl.setopt(pycurl.TIMEOUT_MS, max(1, int(seconds * 1000)))  # for the whole exchange, however slow the drip
    curl.setopt(pycurl.FRESH_CONNECT, request.once)
    curl.setopt(pycurl.FORBID_REUSE, request.last)
    curl.setopt(pycurl.WRITEFUNCTION, exchange.body.write)
    curl.setopt(pycurl.HEADERFUNCTION, exchange.keep_head)
    curl.setopt(pycurl.MAXFILESIZE, request.call.limit)
    ask(curl, to, request)


def ask(curl: pycurl.Curl, to: Endpoint, request: Request) -> None:
    """The request itself: line, headers, body."""
    call, headers = request.call, HEADERS
    host = f"[{to.host}]" if ":" in to.host else to.host
    curl.setopt(pycurl.URL, f"{'https' if to.https else 'http'}://{host}:{to.port}{call.path}")
    curl.setopt(pycurl.HTTPGET, True)  # undoes the body or the HEAD of the call before
    if request.authorization:
        headers = [*headers, b"Authorization: " + request.authorization]
    if call.body or call.method in {"POST", "PUT"}:
        curl.setopt(pycurl.POSTFIELDS, call.body)
        headers = [*headers, f"Content-Type: {call.content_type or 'application/xml'}".encode()]
    if call.method == "HEAD":
        curl.setopt(pycurl.NOBODY, True)
    curl.setopt(pycurl.CUSTOMREQUEST, call.method)
    curl.setopt(pycurl.HTTPHEADER, headers)


def place(curl: pycurl.Curl, to: Endpoint) -> None:
    """Names are for the URL, the connection goes to the vetted address."""
    address = f"[{to.address}]" if ":" in to.address else to.address
    curl.setopt(pycurl.PATH_AS_IS, True)
    curl.setopt(pycurl.CONNECT_TO, [f"::{address}:{to.port}"])
    curl.setopt(pycurl.DNS_CACHE_TIMEOUT, 0)  # a cached literal per device makes every check dearer
    curl.setopt(pycurl.PROXY, "")  # whatever the environment says
    curl.setopt(pycurl.NOPROXY, "*")


def bounds(curl: pycurl.Curl) -> None:
    """Which protocols, where not to."""
    curl.setopt(pycurl.NOSIGNAL, True)
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
    curl.setopt(pycurl.FOLLOWLOCATION, False)  # a device must not send us elsewhere
    curl.setopt(pycurl.USERAGENT, "Sitehand")


def keys(curl: pycurl.Curl, to: Endpoint) -> None:
    """Devices sign their own certificates, so the pin decides; old ones speak TLS 1.0 with short keys."""
    curl.setopt(pycurl.SSL_VERIFYPEER, False)
    curl.setopt(pycurl.SSL_VERIFYHOST, 0)
    if to.https:
        curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_0)  # the lowest that is taken
        curl.setopt(pycurl.SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0")
        curl.setopt(pycurl.OPT_CERTINFO, True)
    if to.pin:
        curl.setopt(pycurl.PINNEDPUBLICKEY, to.pin)


def hang_up(curl: pycurl.Curl) -> None:
    """Close the connection that the handle's last exchange has left open, if any: libcurl itself would keep it.

    A handle of a multi handle must still be in it. libcurl finds the connection dead and drops it, later.
    """
    number = curl.getinfo(pycurl.ACTIVESOCKET)
    if number < 0:
        return
    with suppress(OSError):
        kept = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, number)
        try:
            kept.shutdown(socket.SHUT_RDWR)
        finally:
            kept.detach()


def read(curl: pycurl.Curl, exchange: Exchange, key: str) -> Reply:
    return Reply(
        status=curl.getinfo(pycurl.RESPONSE_CODE),
        content_type=(curl.getinfo_raw(pycurl.CONTENT_TYPE) or b"").decode("latin-1"),
        body=exchange.body.getvalue(),
        headers=Headers(exchange.head),
        key=key,
    )


def peer_key(curl: pycurl.Curl) -> str:
    """The pin of the last TLS peer's key, "sha256//…"; "" for plain HTTP and for keys that nobody can read."""
    try:
        leaf = dict(curl.getinfo_raw(pycurl.INFO_CERTINFO)[0])[b"Cert"]
        public = x509.load_pem_x509_certificate(leaf).public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # a hostile certificate may fail anywhere, and "unreadable" is the answer to all
        return ""
    return f"sha256//{base64.b64encode(hashlib.sha256(spki).digest()).decode()}"


ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
}
TLS = {
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SSL_CIPHER,
    pycurl.E_SSL_CERTPROBLEM,
    pycurl.E_SSL_SHUTDOWN_FAILED,
}
NOT_WEB = {pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_FTP_WEIRD_SERVER_REPLY, pycurl.E_GOT_NOTHING, pycurl.E_HTTP2}
BROKEN = {pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR}


def failure(curl: pycurl.Curl, number: int, detail: str, exchange: Exchange) -> DeviceError:
    """What libcurl's error means to the person who waits."""
    text, os_error = f"libcurl {number}: {detail}", curl.getinfo(pycurl.OS_ERRNO)
    if number == pycurl.E_FILESIZE_EXCEEDED or len(exchange.head) > LARGEST_HEADERS:
        return BadReply("too_big", text)
    if number == pycurl.E_SSL_PINNEDPUBKEYNOTMATCH:
        return KeyChanged(text, seen=peer_key(curl))
    if number == pycurl.E_OPERATION_TIMEDOUT:
        return Unreachable("tls" if in_handshake(curl) else "timeout", text)
    if number == pycurl.E_COULDNT_CONNECT:
        return Unreachable(ERRNO.get(os_error, "no_route"), text)
    if number in TLS:
        return Unreachable("tls", text)
    if number in BROKEN and os_error in ERRNO:
        return Unreachable(ERRNO[os_error], text)
    return BadReply("not_web" if number in NOT_WEB else "bad_reply", text)


def in_handshake(curl: pycurl.Curl) -> bool:
    """Whether the TCP connection stood, but no TLS came of it: an HTTP port that waits for the rest of a request."""
    https = curl.getinfo(pycurl.EFFECTIVE_URL).lower().startswith("https:")
    return https and curl.getinfo(pycurl.CONNECT_TIME) > 0 and not curl.getinfo(pycurl.APPCONNECT_TIME)
