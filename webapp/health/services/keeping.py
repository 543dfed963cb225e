"""Old history: hours become days, and what is old goes, the oldest first (Z36)."""

from __future__ import annotations

from datetime import timedelta

from webapp.common import clock
from webapp.db import transaction
from webapp.devices.models import DeviceEvent
from webapp.health.models import keeping

AGAIN = 2  # days that are made once more: a clock that jumped ahead has closed one before its end
HOURS_KEPT, DAYS_KEPT = 8 * 24, 400  # a week in full and a day to spare; a year and a month in days


def tidy() -> None:
    """Make days of the hours of all days that are over, then forget. Harmless whenever it is called."""
    now = clock.now()
    today = int(now.timestamp()) // 86_400
    first = keeping.first_hour()
    if first is not None:
        begin = max(first // 24, min(keeping.last_day() or 0, today - AGAIN))
        for day in range(begin, today):
            with transaction():
                keeping.roll_up(day)
    forget(today)


def forget(today: int) -> None:
    keeping.forget_hours(today * 24 - HOURS_KEPT)
    keeping.forget_days(today - DAYS_KEPT)
    DeviceEvent.forget(clock.now() - timedelta(days=DAYS_KEPT))
