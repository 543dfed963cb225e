"""Days made of hours, and what is old enough to be forgotten."""

from __future__ import annotations

from webapp.db import database, marked
from webapp.health.models.history import DeviceDay, DeviceHour

# Nothing is written, nor locked, of a day that lacks nothing.
ROLL_UP = """
INSERT INTO device_day (day, device_id, n, up, ms_sum, ms_max)
SELECT CAST(? AS INTEGER), h.device_id, SUM(h.n), SUM(h.up), SUM(h.ms_sum), MAX(h.ms_max) FROM device_hour h
WHERE h.hour >= ? AND h.hour < ? GROUP BY h.device_id
HAVING SUM(h.n) > COALESCE((SELECT d.n FROM device_day d WHERE d.day = ? AND d.device_id = h.device_id), 0)
ON CONFLICT (day, device_id) DO UPDATE SET n = excluded.n, up = excluded.up, ms_sum = excluded.ms_sum,
  ms_max = excluded.ms_max
"""


def last_day() -> int | None:
    """The newest day that was made."""
    found = DeviceDay.select(DeviceDay.day).order_by(DeviceDay.day.desc()).first()
    return found.day if found else None


def first_hour() -> int | None:
    found = DeviceHour.select(DeviceHour.hour).order_by(DeviceHour.hour).first()
    return found.hour if found else None


def roll_up(day: int) -> None:
    """Make a day of its hours, or make it again if it was made of fewer checks than these tell of."""
    database.execute_sql(marked(ROLL_UP), (day, day * 24, day * 24 + 24, day))


def forget_hours(before: int) -> None:
    DeviceHour.delete().where(DeviceHour.hour < before).execute()


def forget_days(before: int) -> None:
    DeviceDay.delete().where(DeviceDay.day < before).execute()
