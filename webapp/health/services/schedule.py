"""When a device's turn comes: a pure function of its id and the monotonic clock, so nothing is claimed row by row.

A device's id modulo the interval is its second; what is asked beside its state follows from the number of the interval.
"""

from __future__ import annotations

from collections.abc import Iterator

LATEST = 5  # seconds; turns that are missed by more are skipped, never made up for
THOROUGH = 10  # intervals between two looks at disks, channels and clock
WHO = 60  # intervals between two looks at who it is


def slots(since: float, now: float, interval: int) -> Iterator[int]:
    """The seconds of the interval whose turn has come after `since` (monotonic), up to `now`; not those long missed."""
    first = max(int(since), int(now) - min(LATEST, interval)) + 1
    return (second % interval for second in range(first, int(now) + 1))


def missed(since: float, now: float, interval: int) -> int:
    """How many seconds of the schedule were skipped."""
    return max(0, int(now) - min(LATEST, interval) - int(since))


def is_thorough(device_id: int, now: float, interval: int) -> bool:
    return turn(device_id, now, interval) % THOROUGH == 0


def is_asked_who(device_id: int, now: float, interval: int) -> bool:
    return turn(device_id, now, interval) % WHO == 0


def turn(device_id: int, now: float, interval: int) -> int:
    """Which turn of the device this is; devices of the same second begin to count apart."""
    return int(now) // interval + device_id // interval
