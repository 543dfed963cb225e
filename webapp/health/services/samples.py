"""An hour of checks as a byte for each minute, at its place; what is behind the last known minute is left out.

A byte is 0 for "no data", 255 for down, and else the time to answer: 1 to 41 are 0 ("under 1 ms") to 40 ms exactly,
each above is 2.5 % more than the one before, up to 254 for 8.2 s and all that is slower. A time that is read is wrong
by 1 ms or 1.6 % at most. A larger byte is the worse news: of two checks in a minute it is the one that stays.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

NOTHING, DOWN, SLOWEST = 0, 255, 254
EACH, FACTOR = 40, 1.0253  # ms up to which each has its byte; between two bytes above
# By byte, in ms; "no data" and down are 0 here.
TIMES = (0, *range(EACH + 1), *(round(EACH * FACTOR**step) for step in range(1, SLOWEST - EACH)), 0)
BOUNDS = [(one + more + 1) // 2 for one, more in pairwise(TIMES[1:DOWN])]  # ms from which the next byte is as near


class Tally(NamedTuple):
    """What some minutes tell."""

    n: int  # minutes of which something is known
    up: int
    ms: int  # sum of the times to answer of those
    slowest: int  # ms


def byte(ms: int | None) -> int:
    """None: down."""
    return DOWN if ms is None else bisect_right(BOUNDS, ms) + 1


def pack(minute: int, ms: int | None) -> bytes:
    """An hour of which this alone is known."""
    return bytes(minute) + bytes((byte(ms),))


def spread(kept: dict[int, bytes], hours: range) -> bytes:
    """A byte for each minute of hours (since 1970), of which `kept` has the samples."""
    return b"".join(kept.get(hour, b"").ljust(60, bytes((NOTHING,))) for hour in hours)


def halves(samples: bytes) -> tuple[bytes, bytes]:
    """The minutes of an hour's first and second half."""
    return samples[:30], samples[30:60]


def tally(minutes: bytes) -> Tally:
    known = minutes.replace(bytes((NOTHING,)), b"")
    up = known.replace(bytes((DOWN,)), b"")
    return Tally(len(known), len(up), sum(TIMES[one] for one in up), TIMES[max(up, default=NOTHING)])
