"""What a code carries, as bytes: devices with how they are reached, and until when that holds.

The layout is published in docs/qr-format.md, so what is written here is never changed, only added to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

from webapp.common.text import UNSHOWABLE
from webapp.protocols.dial import canonical
from webapp.protocols.isapi.kinds import Kind

MOST_DEVICES = 255
LONGEST_NAME, LONGEST_USERNAME, LONGEST_PASSWORD = 128, 64, 128  # characters, as in the forms of a device
HTTPS, PASSWORD, HOST = 0b0001, 0b0010, 0b1100  # bits of a device's flags; two of them say what form the host has
NAME, IPV4, IPV6 = 0b0000, 0b0100, 0b1000
LONG = 0x80  # the first byte of a length that needs two
LATEST = 2**32 - 1  # seconds of Unix time, 2106

# A type is its place in this list: added to at the end alone. "" for unknown, and for what a newer maker knows.
TYPES = (
    "",
    Kind.NETWORK_CAMERA,
    Kind.SPEED_DOME,
    Kind.THERMAL_CAMERA,
    Kind.SOLAR_CAMERA,
    Kind.ENCODER,
    Kind.NVR,
    Kind.DVR,
    Kind.STORAGE_BOX,
    Kind.ALARM_PANEL,
    Kind.INTERCOM,
    Kind.DOORBELL,
    Kind.ACCESS_CONTROL,
    Kind.NETWORK_SWITCH,
    Kind.IP_SPEAKER,
)


class Broken(ValueError):
    """Bytes that are no record."""


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device as it is reached; type is a Kind's value or "", password None where it is left out."""

    name: str
    host: str  # an IP address or ASCII name in the spelling of dial.canonical()
    port: int
    https: bool
    username: str
    type: str
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Carried:
    """What one code holds. Times are aware, of whole seconds; expires is None for a code that holds for ever."""

    devices: tuple[DeviceRecord, ...]
    created: datetime
    expires: datetime | None = None


def pack(carried: Carried) -> bytes:
    """The record of 1 to 255 devices. Fractions of seconds are dropped; "unknown" is written as "".

    Raises ValueError for what does not fit: a name over 128 characters, a user name over 64, a password over 128, any
    of them with characters that cannot be shown, no name or user name, a host in another than its canonical spelling,
    a port outside 1 to 65535, a type that is no Kind's, times without zone, out of order or after 2106.
    """
    if not 1 <= len(carried.devices) <= MOST_DEVICES:
        raise ValueError(f"a code carries 1 to {MOST_DEVICES} devices")
    created, expires = seconds(carried.created), seconds(carried.expires)
    if carried.expires and expires <= created:
        raise ValueError("expires before it is created")
    head = created.to_bytes(4) + expires.to_bytes(4) + bytes([len(carried.devices)])
    return head + b"".join(map(pack_device, carried.devices))


def seconds(moment: datetime | None) -> int:
    if moment is None:
        return 0
    if moment.tzinfo is None or not 0 <= (stamp := int(moment.timestamp())) <= LATEST:
        raise ValueError("a time without zone, or outside 1970 to 2106")
    return stamp


def pack_device(device: DeviceRecord) -> bytes:
    """One device: type, flags, port, host, name, user name, password. Raises ValueError as pack() does."""
    form, host = pack_host(device.host)
    flags = form | (HTTPS if device.https else 0) | (PASSWORD if device.password else 0)
    return b"".join(
        (
            bytes([number_of(device.type), flags]),
            pack_port(device.port),
            host,
            pack_text(device.name, LONGEST_NAME),
            pack_text(device.username, LONGEST_USERNAME),
            pack_text(device.password, LONGEST_PASSWORD) if device.password else b"",
        )
    )


def number_of(kind: str) -> int:
    return 0 if kind == Kind.UNKNOWN else TYPES.index(kind)


def pack_port(port: int) -> bytes:
    if not 1 <= port <= 65535:
        raise ValueError("a port is 1 to 65535")
    return port.to_bytes(2)


def pack_host(host: str) -> tuple[int, bytes]:
    """The form of a host as flags, and its bytes."""
    if canonical(host) != host:
        raise ValueError("the host is not in its canonical spelling")
    try:
        address = ip_address(host)
    except ValueError:
        return NAME, pack_length(len(host)) + host.encode("ascii")
    return (IPV4 if address.version == 4 else IPV6), address.packed


def pack_text(text: str, longest: int) -> bytes:
    if not 1 <= len(text) <= longest or UNSHOWABLE.search(text):
        raise ValueError(f"a text is 1 to {longest} characters that can be shown")
    encoded = text.encode()
    return pack_length(len(encoded)) + encoded


def pack_length(length: int) -> bytes:
    return bytes([length]) if length < LONG else bytes([LONG | length >> 8, length & 0xFF])


def unpack(data: bytes) -> Carried:
    """Read a record; raises Broken, and nothing else, for any other bytes.

    pack() of the result gives the same bytes, but for types that a newer maker knows.
    """
    try:
        return read(Reader(data))
    except (ValueError, LookupError) as error:
        raise Broken("no record of a code") from error


@dataclass(slots=True)
class Reader:
    """Bytes that are taken from the front."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """The next bytes. Raises ValueError when there are fewer."""
        self.at += count
        if self.at > len(self.data):
            raise ValueError("the record ends early")
        return self.data[self.at - count : self.at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count))

    def text(self) -> str:
        return self.take(self.length()).decode()

    def length(self) -> int:
        first = self.number(1)
        return first if first < LONG else (first - LONG) << 8 | self.number(1)


def read(reader: Reader) -> Carried:
    created, expires = reader.number(4), reader.number(4)
    devices = tuple(read_device(reader) for _ in range(reader.number(1)))
    carried = Carried(devices, moment(created), moment(expires) if expires else None)
    if reader.at != len(reader.data) or not devices or (expires and expires <= created):
        raise ValueError("bytes left over, no device, or times out of order")
    return carried


def moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def read_device(reader: Reader) -> DeviceRecord:
    """The next device. Raises ValueError unless it would be written just so; a newer maker's type is told as ""."""
    begins = reader.at
    number, flags, port = reader.number(1), reader.number(1), reader.number(2)
    device = DeviceRecord(
        host=HOSTS[flags & HOST](reader),
        name=reader.text(),
        username=reader.text(),
        password=reader.text() if flags & PASSWORD else None,
        port=port,
        https=bool(flags & HTTPS),
        type=str(TYPES[number]) if number < len(TYPES) else "",
    )
    if pack_device(device)[1:] != reader.data[begins + 1 : reader.at]:
        raise ValueError("a device in another than its one spelling")
    return device


HOSTS: dict[int, Callable[[Reader], str]] = {
    NAME: Reader.text,
    IPV4: lambda reader: str(IPv4Address(reader.take(4))),
    IPV6: lambda reader: str(IPv6Address(reader.take(16))),
}
