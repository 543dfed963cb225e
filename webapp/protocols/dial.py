"""From what a person types to an address that may be dialled: parse, vet, resolve.

Every check does all three again: names move, and an answer that was harmless yesterday can point inside today.
"""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import unquote

import idna

from webapp.protocols.errors import NotAllowed, Unreachable
from webapp.protocols.networks import (
    LOOPBACK,
    SPECIAL,
    TUNNELS,
    IPAddress,
    IPNetwork,
    Ranges,
    inside,
    is_global,
    is_own,
    unwrap,
)
from webapp.protocols.resolver import Lookup, answers

__all__ = ["Address", "BadAddress", "Policy", "resolve"]

LONGEST = 2000  # characters that are looked at; no address is near it
SCHEMES = {"http": False, "https": True, "rtsp": None, "rtsps": None}
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")  # as a last label: what inet_aton would take for a number
QUAD = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){3,}")
# Services that are no cameras, and that a stray HTTP request can hurt.
SYSTEM = {20, 21, 22, 23, 53, 69, 111, 123, 135, 137, 138, 139, 161, 179, 389, 445, 512, 513, 514, 515, 636, 873, 2049}
MAIL = {25, 110, 119, 143, 465, 587, 993, 995, 6667}
DESKTOPS = {3389, 5900, 5985, 5986}
CLUSTERS = {2375, 2376, 2379, 2380, 4369, 5672, 6443, 9092, 10250, 15672}
DATABASES = {1433, 1521, 3306, 5432, 5433, 5984, 6379, 6380, 9042, 9200, 9300, 11211, 27017, 27018}
DENIED_PORTS = frozenset(SYSTEM | MAIL | DESKTOPS | CLUSTERS | DATABASES)


class BadAddress(ValueError):
    """What was typed is no address of a device; the text is for the log and never holds what was typed.

    code: not_an_address | numeric_spelling | zone_id | bad_port
    """

    def __init__(self, code: str = "not_an_address", text: str = "") -> None:
        super().__init__(text or code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Address:
    """What a person typed or pasted, taken apart; None and "" for what was not there."""

    host: str  # ASCII, lower case; IPv6 compressed and without brackets
    port: int | None = None
    https: bool | None = None
    username: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read an address, a host name, or a pasted http, https or rtsp link. Raises BadAddress, and nothing else.

        The port of an rtsp link is the video port, so it is left out.
        """
        text = printable(text)
        scheme, mark, rest = text.partition("://")
        if mark and scheme.lower() not in SCHEMES:
            raise BadAddress("not_an_address", "scheme")
        authority, *beyond = re.split(r"[/?#\\]", rest if mark else text, maxsplit=1)
        if beyond and "@" in beyond[0] and "@" not in authority:
            raise BadAddress("not_an_address", "a sign of a path inside what may be a password")
        userinfo, _, place = authority.rpartition("@")
        username, _, password = userinfo.partition(":")
        host, port = split_port(place)
        video = mark and scheme.lower().startswith("rtsp")
        return cls(
            host=canonical(host),
            port=None if video else port,
            https=SCHEMES[scheme.lower()] if mark else None,
            username=decoded(username),
            password=decoded(password),
        )


def printable(text: str) -> str:
    """The text without blanks around it. Raises BadAddress for anything that no address has in it."""
    if len(text) > LONGEST or not (text := text.strip()) or not text.isprintable() or " " in text:
        raise BadAddress("not_an_address", "empty, too long, or with blanks or controls inside")
    return text


def decoded(part: str) -> str:
    """A user name or password with its %xx undone. Raises BadAddress when controls come out."""
    part = unquote(part)
    if not part.isprintable():
        raise BadAddress("not_an_address", "controls in user name or password")
    return part


def split_port(place: str) -> tuple[str, int | None]:
    """("cam.example.org:8443") to ("cam.example.org", 8443); a bare IPv6 address has no port."""
    if place.startswith("["):
        host, bracket, tail = place[1:].partition("]")
        if not bracket or ":" not in host or (tail and not tail.startswith(":")):
            raise BadAddress("not_an_address", "brackets")
        return host, number(tail[1:])
    if place.count(":") > 1:
        return place, None
    host, _, port = place.partition(":")
    return host, number(port)


def number(port: str) -> int | None:
    if not port:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) or not 1 <= int(port) <= 65535:
        raise BadAddress("bad_port")
    return int(port)


def canonical(host: str) -> str:
    """An IP address or host name in the one form that is stored, compared and dialled. Raises BadAddress."""
    if ":" in host:
        return canonical_v6(host)
    name = to_ascii(host)
    if QUAD.fullmatch(name) and host.isascii():
        return canonical_v4(name)
    labels = name.split(".")
    if NUMERIC.fullmatch(labels[-1]):
        raise BadAddress("numeric_spelling")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise BadAddress("not_an_address", "host name")
    return name


def to_ascii(host: str) -> str:
    """Lower case, punycode, without the root's dot at the end."""
    if host.isascii():
        return host.lower().removesuffix(".")
    if len(host) > 253:
        raise BadAddress("not_an_address", "host name too long")
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower().removesuffix(".")
    except (ValueError, IndexError) as error:  # UnicodeError is a ValueError
        mapped = "".join(str(int(c)) if c.isdigit() and c.isdecimal() else c for c in host)
        code = "numeric_spelling" if mapped.isascii() and NUMERIC.fullmatch(mapped.split(".")[-1]) else "not_an_address"
        raise BadAddress(code, "international name") from error


def canonical_v4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError as error:
        raise BadAddress("not_an_address", "IPv4") from error


def canonical_v6(text: str) -> str:
    if "%" in text:
        raise BadAddress("zone_id")
    try:
        return str(unwrap(str(IPv6Address(text))))
    except ValueError as error:
        raise BadAddress("not_an_address", "IPv6") from error


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be dialled: the global Internet, the networks that the operator lists, and never the rest.

    A special address (loopback, link-local, multicast, cloud metadata, our own, the database's) opens only to a
    listed network that lies wholly inside its special range: "0.0.0.0/0" opens none of them, "127.20.0.0/16" a part.
    Source: specification, decision 9.
    """

    allowed: tuple[IPNetwork, ...] = ()
    refused: frozenset[IPAddress] = frozenset()  # single addresses such as the database's
    listed: Ranges = field(init=False, repr=False, compare=False)
    opened: tuple[Ranges, ...] = field(init=False, repr=False, compare=False)  # of each special range, in their order

    def __post_init__(self) -> None:
        opened = (Ranges(own for own in self.allowed if lies_in(own, special)) for special, _code in SPECIAL)
        object.__setattr__(self, "opened", tuple(opened))
        object.__setattr__(self, "listed", Ranges(self.allowed))

    @classmethod
    def parse(cls, text: str, refused: frozenset[IPAddress] = frozenset()) -> "Policy":
        """Read "127.20.0.0/16, 10.0.0.0/8" (commas or blanks). Raises ValueError with a sentence for the operator."""
        listed = []
        for part in re.split(r"[\s,;]+", text.strip()):
            try:
                listed += [ip_network(part)] if part else []
            except ValueError as error:
                raise ValueError(f"{part!r} is not a network such as 10.0.0.0/8: {error}.") from error
        return cls(tuple(listed), refused)

    def vet(self, ip: str, port: int) -> IPAddress:
        """The address, if it and the port may be dialled. Raises NotAllowed."""
        if not 1 <= port <= 65535 or port in DENIED_PORTS:
            raise NotAllowed("port_denied", f"port {port}")
        try:
            address = unwrap(ip)
        except ValueError as error:
            raise NotAllowed("local_only", "no IP address") from error
        if code := self.objection(address):
            raise NotAllowed(code, f"{address} is {code}")
        return address

    def objection(self, address: IPAddress) -> str:
        """Why an address may not be dialled, or ""."""
        for (special, code), opened in zip(SPECIAL, self.opened, strict=True):
            if address in special and address not in opened:
                return code
        outside = address not in LOOPBACK
        if outside and address in TUNNELS:
            return "local_only"
        if (address in self.refused or (outside and is_own(address))) and ip_network(address) not in self.allowed:
            return "own_address"
        return "" if address in self.listed or is_global(address) else "local_only"


def lies_in(network: IPNetwork, special: Ranges) -> bool:
    return any(inside(network, wide) for wide in special)


def resolve(host: str, port: int, policy: Policy, timeout: float, lookup: Lookup | None = None) -> list[str]:
    """The vetted IP addresses of a host, IPv4 first; the caller dials one of them and looks nothing up again.

    One forbidden answer refuses them all, else a name could be moved between two tries. `timeout` is in seconds.
    Raises NotAllowed or Unreachable.
    """
    found = literal_or_answers(host, port, timeout, lookup)
    refusals = []
    for ip in found:
        try:
            policy.vet(ip, port)
        except NotAllowed as refusal:
            refusals.append(refusal)
    if refusals and len(refusals) < len(found):
        raise NotAllowed("mixed_answers", f"{len(refusals)} of {len(found)} answers: {refusals[0]}")
    if refusals:
        raise refusals[0]
    return found


def literal_or_answers(host: str, port: int, timeout: float, lookup: Lookup | None) -> list[str]:
    """An address for itself, a name for its answers; spellings that only getaddrinfo understands are no names."""
    try:
        host = canonical(host)
    except BadAddress as error:
        raise Unreachable("no_such_name", error.code) from error
    try:
        return [str(unwrap(host))]
    except ValueError:
        return answers(host, port, timeout, lookup)
