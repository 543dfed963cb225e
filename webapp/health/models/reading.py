"""A device's history, read by its keys: what it costs does not grow with the number of devices.

A range of hours would be a walk over everybody's rows, so each hour and day is looked up by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from webapp.db import rows

HOURS = "SELECT hour, samples FROM device_hour WHERE device_id = ? AND hour IN"
HOUR_COUNTS = "SELECT hour, n, up FROM device_hour WHERE device_id = ? AND hour IN"
HOUR_FAULTS = "SELECT hour, n - up, ms_max FROM device_hour WHERE device_id = ? AND hour IN"
DAY_COUNTS = "SELECT day, n, up FROM device_day WHERE device_id = ? AND day IN"


class Count(NamedTuple):
    at: int  # hours or days since 1970
    n: int  # checks that told up or down
    up: int


class Faults(NamedTuple):
    hour: int  # since 1970
    failed: int  # checks
    slowest: int  # ms


def samples(device_id: int, hours: Sequence[int]) -> list[tuple[int, bytes]]:
    """(hour since 1970, its samples) of those hours of which something is known."""
    return [(hour, bytes(kept)) for hour, kept in keyed(HOURS, device_id, hours)]


def hour_counts(device_id: int, hours: Sequence[int]) -> list[Count]:
    return [Count(*row) for row in keyed(HOUR_COUNTS, device_id, hours)]


def hour_faults(device_id: int, hours: Sequence[int]) -> list[Faults]:
    return [Faults(*row) for row in keyed(HOUR_FAULTS, device_id, hours)]


def day_counts(device_id: int, days: Sequence[int]) -> list[Count]:
    return [Count(*row) for row in keyed(DAY_COUNTS, device_id, days)]


def keyed(sql: str, device_id: int, keys: Sequence[int]) -> list[tuple[int, ...]]:
    marks = ", ".join("?" * len(keys))
    return rows(f"{sql} ({marks})", [device_id, *keys]) if keys else []
