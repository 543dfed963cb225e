"""What runs in the background of a serving process, put together: started and stopped by gunicorn's hooks."""

from __future__ import annotations

import threading

import structlog
from flask import Flask

from webapp.common import jobs
from webapp.db import in_connection
from webapp.devices.services import probing

log = structlog.get_logger("engine")
SWEEP = 60  # seconds
_stopping = threading.Event()


def start(app: Flask) -> None:
    """Begin to sweep; jobs begin with the first that a request hands over."""
    _stopping.clear()
    threading.Thread(target=sweep, name="sweep", daemon=True).start()


def sweep() -> None:
    """Every minute: forget what tests of connections have kept too long."""
    while not _stopping.wait(SWEEP):
        try:
            in_connection(probing.wipe)
        except Exception:
            log.exception("sweep failed")


def stop() -> None:
    """Let running jobs end, so that a stopping server leaves no test half-told."""
    _stopping.set()
    jobs.stop()
