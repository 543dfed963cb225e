"""Small servers for what no honest device does."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from webapp.protocols.link import Endpoint

Script = Callable[[socket.socket], None]


@contextmanager
def serving(script: Script) -> Iterator[int]:
    """Run a script on every connection, each in a thread; gives the port. All connections are cut at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def run(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            script(connection)
        with contextlib.suppress(OSError):
            connection.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=run, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        for one in [listener, *connections]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def hostile() -> Iterator[Callable[[Script], Endpoint]]:
    """Start a script behind a port, and get the Endpoint that leads to it."""
    with contextlib.ExitStack() as stack:

        def start(script: Script) -> Endpoint:
            port = stack.enter_context(serving(script))
            return Endpoint("127.0.0.1", "127.0.0.1", port, "admin", "Kamera-123")

        yield start
