"""What runs in the background of a serving process, put together: started and stopped by gunicorn's hooks."""

from __future__ import annotations

from flask import Flask

from webapp.common import jobs


def start(app: Flask) -> None:
    """Nothing runs by itself yet: threads begin with the first job that a request hands over."""


def stop() -> None:
    """Let running jobs end, so that a stopping server leaves no test half-told."""
    jobs.stop()
