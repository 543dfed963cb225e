"""Days made of hours, and what is old enough to be forgotten."""

from __future__ import annotations

from webapp.db import database, is_sqlite
from webapp.health.models.history import DeviceDay, DeviceHour

ROLL_UP = """
INSERT INTO device_day (day, device_id, n, up, ms_sum, ms_max)
SELECT {day}, device_id, SUM(n), SUM(up), SUM(ms_sum), MAX(ms_max) FROM device_hour
WHERE hour >= {mark} AND hour < {mark} GROUP BY {day}, device_id
ON CONFLICT (day, device_id) DO NOTHING
"""


def last_day() -> int | None:
    """The newest day that was made."""
    found = DeviceDay.select(DeviceDay.day).order_by(DeviceDay.day.desc()).first()
    return found.day if found else None


def first_hour() -> int | None:
    found = DeviceHour.select(DeviceHour.hour).order_by(DeviceHour.hour).first()
    return found.hour if found else None


def roll_up(first: int, beyond: int) -> None:
    """Make the days from `first` to before `beyond` of their hours; harmless for days that were made."""
    sql = ROLL_UP.format(day="hour / 24", mark="?" if is_sqlite() else "%s")
    database.execute_sql(sql, (first * 24, beyond * 24))


def forget_hours(before: int) -> None:
    DeviceHour.delete().where(DeviceHour.hour < before).execute()


def forget_days(before: int) -> None:
    DeviceDay.delete().where(DeviceDay.day < before).execute()
