"""When a device's turn comes: a pure function of its id and the monotonic clock, so nothing is claimed row by row.

A device's id modulo the interval is its second; what is asked beside its state follows from the number of the interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

LATEST = 5  # seconds; turns that are missed by more are skipped, never made up for
THOROUGH = 10  # intervals between two looks at disks, channels and clock
WHO = 60  # intervals between two looks at who it is
GOLDEN = (5**0.5 - 1) / 2  # its multiples, without their whole part, fall evenly wherever one stops

T = TypeVar("T")


def slots(since: float, now: float, interval: int) -> Iterator[int]:
    """The seconds of the interval whose turn has come after `since` (monotonic), up to `now`; not those long missed."""
    first = max(int(since), int(now) - min(LATEST, interval)) + 1
    return (second % interval for second in range(first, int(now) + 1))


def missed(since: float, now: float, interval: int) -> range:
    """The seconds (monotonic) that were skipped; modulo the interval they are slots."""
    return range(int(since) + 1, int(now) - min(LATEST, interval) + 1)


def lateness(since: float, now: float) -> float:
    """Seconds since the first turn after `since` was due, given now or skipped; 0 when none is."""
    return max(0.0, now - int(since) - 1)


def in_turn(due: Sequence[T], now: float, interval: int) -> Sequence[T]:
    """The devices of a moment, beginning with others each interval: where there is not room for all, each has its turn.

    With room for one in three, a device waits for about three intervals.
    """
    first = int(len(due) * (int(now) // interval * GOLDEN % 1))
    return [*due[first:], *due[:first]]


def is_thorough(device_id: int, now: float, interval: int) -> bool:
    return turn(device_id, now, interval) % THOROUGH == 0


def is_asked_who(device_id: int, now: float, interval: int) -> bool:
    return turn(device_id, now, interval) % WHO == 0


def turn(device_id: int, now: float, interval: int) -> int:
    """Which turn of the device this is; devices of the same second begin to count apart."""
    return int(now) // interval + device_id // interval
