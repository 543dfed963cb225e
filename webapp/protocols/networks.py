"""Which addresses are what. Our own tables: the flags of Python's `ipaddress` differ between its versions and
call several dangerous forms global (tunnels that carry 127.0.0.1, multicast, 192.0.0.192).

Source: IANA's special-purpose address registries for IPv4 and IPv6.
"""

import errno
import socket
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network


class Ranges:
    """Networks that are asked at every check whether an address is inside: by number, a tenth of their own price."""

    def __init__(self, networks: Iterable[IPNetwork]) -> None:
        self.networks = tuple(networks)
        self.spans = {version: spans(self.networks, version) for version in (4, 6)}

    def __contains__(self, address: IPAddress) -> bool:
        firsts, lasts = self.spans[address.version]
        number = int(address)
        at = bisect_right(firsts, number)
        return at > 0 and number <= lasts[at - 1]

    def __iter__(self) -> Iterator[IPNetwork]:
        return iter(self.networks)


def spans(networks: Iterable[IPNetwork], version: int) -> tuple[list[int], list[int]]:
    """The first and the last addresses of one version's networks, in order and without overlap."""
    merged = list(collapse_addresses(network for network in networks if network.version == version))  # type: ignore[type-var]
    return [int(one.network_address) for one in merged], [int(one.broadcast_address) for one in merged]


def networks(*texts: str) -> Ranges:
    return Ranges(map(ip_network, texts))


LOOPBACK = networks("127.0.0.0/8", "::1/128", "0.0.0.0/8", "::/128")  # 0.0.0.0 reaches this machine too
LINK_LOCAL = networks("169.254.0.0/16", "fe80::/10")
MULTICAST = networks("224.0.0.0/4", "ff00::/8", "255.255.255.255/32")
METADATA = networks(  # where clouds hand out their machines' secrets
    "169.254.169.254/32",
    "169.254.170.2/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "168.63.129.16/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
)
TUNNELS = networks(  # an IPv4 address in disguise, so never dialled: NAT64, 6to4, Teredo, IPv4-compatible, translated
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2002::/16",
    "2001::/32",
    "::/96",
    "::ffff:0:0:0/96",
    "192.88.99.0/24",
)
LOCAL = networks(  # private, shared, documentation, benchmark, reserved
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
)
SPECIAL = (METADATA, "metadata"), (LOOPBACK, "loopback"), (LINK_LOCAL, "local_only"), (MULTICAST, "local_only")
GLOBAL_V6 = networks("2000::/3")  # all that is routed today; fc00::/7, fec0::/10 and the rest are not


def inside(network: IPNetwork, special: IPNetwork) -> bool:
    """Whether a network lies wholly in another; False across IP versions."""
    if isinstance(network, IPv4Network):
        return isinstance(special, IPv4Network) and network.subnet_of(special)
    return isinstance(special, IPv6Network) and network.subnet_of(special)


def is_literal(host: str) -> bool:
    """Whether a host, in the one form that is stored, is an address; a name has to be looked up."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def unwrap(text: str) -> IPAddress:
    """The address that a packet would go to: ::ffff:10.0.0.1 is 10.0.0.1. Raises ValueError."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def is_global(address: IPAddress) -> bool:
    """Whether the whole Internet can route to it."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_V6:
        return False
    return not any(address in ranges for ranges in (LOOPBACK, LINK_LOCAL, MULTICAST, LOCAL))


def is_own(address: IPAddress) -> bool:
    """Whether an interface of this machine has the address. A socket can only be bound to one that has; no traffic."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError as error:
        return error.errno in {errno.ENOBUFS, errno.EMFILE, errno.ENFILE}
    return True
