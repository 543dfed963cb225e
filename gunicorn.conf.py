"""How gunicorn serves Sitehand: `gunicorn -c gunicorn.conf.py wsgi:app`, as `script/server` does.

Read from the environment: HOST, PORT, for HTTPS the files TLS_CERT and TLS_KEY (PEM), and REQUEST_SECONDS.
"""

import os
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

_host = os.environ.get("HOST", "0.0.0.0")  # noqa: S104
_port = os.environ.get("PORT", "8000")

bind = [f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"]
certfile = os.environ.get("TLS_CERT") or None
keyfile = os.environ.get("TLS_KEY") or None

# A request that has not come and gone after this long is hung up on: a phone that lost its network in the middle of a
# form would hold its thread for good.
_patience = float(os.environ.get("REQUEST_SECONDS", "10"))


class PatientWorker(ThreadWorker):
    """gunicorn's threads, with a deadline for a connection's turn in one of them, TLS handshake included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadlines: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        self.deadlines[conn] = time.monotonic() + _patience
        try:
            return super().handle(conn)
        finally:
            del self.deadlines[conn]

    def murder_keepalived(self, force: bool = False) -> None:
        """Called about once a second, and when a stop has to be waited for."""
        super().murder_keepalived(force)
        now = time.monotonic()
        for conn, deadline in self.deadlines.copy().items():
            if deadline < now:
                with suppress(OSError):
                    socket.socket.shutdown(conn.sock, socket.SHUT_RDWR)


# One process: the engine beside the requests runs once, and a few threads more or less are as fast per core as 2 x 8.
workers = 1
worker_class = PatientWorker
threads = 24

# Phones keep a connection between taps; a kept one costs no thread. Seconds.
keepalive = 30
# Ctrl-C and TERM wait this long for requests under way. Seconds.
graceful_timeout = 10

# The longest URL and headers a browser sends us are far below these. Bytes, count, bytes.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Who is believed about X-Forwarded-* is decided in one place, by SITEHAND_TRUSTED_PROXIES in the app.
forwarded_allow_ips = ""

# The app writes its own log; here only what goes wrong.
accesslog = None
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Start what runs in the background, in the process that serves."""
    from webapp import engine

    engine.start(worker.wsgi.config["SETTINGS"])


def worker_exit(_server: Any, worker: Any) -> None:
    """Stop it with the process, unless it never came up."""
    if worker.booted:
        from webapp import engine

        engine.stop()
