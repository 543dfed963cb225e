"""The log: one JSON line an event, whatever somebody else put into it (Z9, Z19)."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from webapp.common import logs


@pytest.fixture
def written():
    """Gives what has been logged, line by line."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.configure("INFO")
    root.handlers[0].setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().split("\n") if line]
    root.handlers[:] = before
    root.setLevel(level)


def test_an_event_is_one_line_with_time_and_level(written):
    structlog.get_logger("jobs").warning("job failed", job="x")
    (line,) = written()
    assert (line["event"], line["level"], line["logger"], line["job"]) == ("job failed", "warning", "jobs", "x")
    assert line["timestamp"].endswith("Z")


def test_a_line_break_in_a_value_starts_no_new_line(written):
    structlog.get_logger("web").warning("seen", name='x\n{"event": "forged"}\r\n\x1b[31m\u2028')
    logging.getLogger("other").warning("x\nforged %s", "y\nz")
    assert [line["event"] for line in written()] == ["seen", "x\nforged y\nz"]


@pytest.mark.parametrize(
    "name", ["password", "new_password", "Token", "api_secret", "Authorization", "cookie", "setup_code"]
)
def test_fields_of_secrets_are_removed(written, name):
    structlog.get_logger("web").warning("seen", **{name: "Kamera-123"})
    assert written()[0][name] == logs.GONE


def test_who_signs_in_is_taken_out_of_addresses(written):
    structlog.get_logger("web").warning("dialled https://root:Kamera-123@cam.example/x")
    assert written()[0]["event"] == "dialled https://[removed]@cam.example/x"


def test_what_is_below_the_level_is_not_written(written):
    structlog.get_logger("web").debug("detail")
    logging.getLogger("x").info("kept")
    assert [line["event"] for line in written()] == ["kept"]
