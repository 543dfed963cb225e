"""Names to addresses within a time limit, which getaddrinfo has not.

Look-ups run in at most eight threads of our own. They are daemons: one that a dead name server
holds for a minute neither keeps the caller waiting nor the process from ending.
"""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any

from webapp.protocols.errors import Unreachable
from webapp.protocols.networks import unwrap

Lookup = Callable[..., list[Any]]  # socket.getaddrinfo

SLOTS = threading.BoundedSemaphore(8)
SILENT = {socket.EAI_AGAIN}  # the name server did not answer; all else means that there is no such name


def answers(host: str, port: int, timeout: float, lookup: Lookup | None = None) -> list[str]:
    """All addresses of a name, IPv4 first, each once. Raises Unreachable (no_such_name, dns_timeout)."""
    until = monotonic() + timeout
    if not SLOTS.acquire(timeout=max(0.0, timeout)):
        raise Unreachable("dns_timeout", "all look-ups are busy")
    future: Future[list[Any]] = Future()
    threading.Thread(target=run, args=(future, lookup or socket.getaddrinfo, host, port), daemon=True).start()
    try:
        rows = future.result(max(0.0, until - monotonic()))
    except socket.gaierror as error:
        code = "dns_timeout" if error.errno in SILENT else "no_such_name"
        raise Unreachable(code, str(error)) from error
    except TimeoutError as error:
        raise Unreachable("dns_timeout", f"no answer in {timeout:.1f} s") from error
    except (OSError, ValueError) as error:  # UnicodeError is a ValueError
        raise Unreachable("no_such_name", str(error)) from error
    return addresses(rows)


def run(future: "Future[list[Any]]", lookup: Lookup, host: str, port: int) -> None:
    try:
        future.set_result(lookup(host, port, type=socket.SOCK_STREAM))
    except Exception as error:  # handed to the thread that waits
        future.set_exception(error)
    finally:
        SLOTS.release()


def addresses(rows: list[Any]) -> list[str]:
    """The answers' addresses: IPv4 first, else in the name server's order."""
    found = dict.fromkeys(unwrap(str(row[4][0])) for row in rows)
    if not found:
        raise Unreachable("no_such_name", "no address")
    return [str(address) for address in sorted(found, key=lambda address: address.version)]
