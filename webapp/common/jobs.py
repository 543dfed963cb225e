"""Work that a request starts and does not wait for: a few threads of this process.

Truth is in the database: a job gets ids, reads its row, writes its row, and may run twice. What a crash cut short is
seen there as overdue. Nothing runs before the first `enqueue`, so importing the app starts no thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from webapp.db import in_connection

log = structlog.get_logger("jobs")
THREADS = 48
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def enqueue(job: Callable[..., None], *ids: Any) -> None:
    """Run job(*ids) soon in a background thread with a database connection of its own."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(THREADS, thread_name_prefix="job")
        _pool.submit(run, job, *ids)


def run(job: Callable[..., None], *ids: Any) -> None:
    try:
        in_connection(lambda: job(*ids))
    except Exception:
        log.exception("job failed", job=job.__qualname__)


def stop(forget: bool = True) -> None:
    """Finish what runs, forget what waits (or finish that too); a later `enqueue` starts afresh."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool:
        pool.shutdown(wait=True, cancel_futures=forget)
