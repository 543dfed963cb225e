"""Check that HOST and PORT can be served on; else one sentence to stderr, and exit with 1.

Usage: python free_port.py HOST PORT
"""

from __future__ import annotations

import errno
import socket
import sys


def bind(host: str, port: int) -> None:
    """Take and give back the port as gunicorn would. Raises OSError, socket.gaierror included."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)


def other_port(host: str, port: int) -> int:
    """A port near `port` that is free now; 8000 if there is none among the next fifty."""
    for other in range(port + 1, min(port + 50, 65536)):
        try:
            bind(host, other)
        except OSError:
            continue
        return other
    return 8000


def complaint(host: str, port: str) -> str:
    """Why nothing can be served there, as one sentence; empty if it can."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return f"PORT must be a number from 1 to 65535, and is {port!r}."
    try:
        bind(host, int(port))
    except socket.gaierror:
        return f"HOST is {host!r}, which is no address of this machine; leave it out to serve on all of them."
    except PermissionError:
        return f"Port {port} may be opened by root only; choose another: PORT=8000 script/server"
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return f"HOST is {host!r}, which cannot be served on: {error.strerror}."
        return (
            f"Port {port} is taken by another program; choose another: PORT={other_port(host, int(port))} script/server"
        )
    return ""


def main(host: str, port: str) -> int:
    text = complaint(host, port)
    if text:
        print(text, file=sys.stderr)
    return 1 if text else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
