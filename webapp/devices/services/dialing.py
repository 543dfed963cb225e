"""Where devices may be, for this installation: decision 9, with the settings put in."""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from webapp import config
from webapp.protocols.dial import Policy
from webapp.protocols.networks import IPAddress


def policy() -> Policy:
    settings = config.current()
    return policy_for(settings.allowed_networks, settings.database)


@lru_cache(maxsize=8)
def policy_for(allowed_networks: str, database_url: str) -> Policy:
    return Policy.parse(allowed_networks, database_addresses(database_url))


def database_addresses(url: str) -> frozenset[IPAddress]:
    """Where the database server is: never to be asked as if it were a camera (Z5)."""
    host = urlsplit(url).hostname if not url.startswith("sqlite") else None
    if not host:
        return frozenset()
    try:
        return frozenset(ip_address(answer[4][0]) for answer in socket.getaddrinfo(host, None))
    except (OSError, ValueError):
        return frozenset()
