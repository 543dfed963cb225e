"""Logs as JSON, one line an event, without secrets (Z9, Z19)."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAME = re.compile(r"pass|secret|token|authorization|cookie|credential|_code$|^code$", re.I)
USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")
GONE = "[removed]"


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take secrets out of an event by the names of its fields, and credentials out of URLs in its texts."""
    for name, value in event.items():
        event[name] = clean(value, name)
    return event


def clean(value: Any, name: object = "") -> Any:
    """A value without its secrets, however deep they lie; `name` is that of the field which holds it."""
    if SECRET_NAME.search(str(name)):
        return GONE
    if isinstance(value, str):
        return USER_IN_URL.sub(f"{GONE}@", value)
    if isinstance(value, dict):
        return {key: clean(inner, key) for key, inner in value.items()}
    return [clean(inner) for inner in value] if isinstance(value, list | tuple | set) else value


def configure(level: str) -> None:
    """Send structlog's and the standard library's events through one redacting JSON formatter to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
