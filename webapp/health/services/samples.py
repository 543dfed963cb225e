"""A check as two bytes: six bits for its minute in the hour, ten for how long it took."""

from __future__ import annotations

from typing import NamedTuple

STEP = 8  # ms; finer differences are not kept
DOWN = 1023
SLOWEST = 1022 * STEP - 1  # ms; slower ones are kept as this


class Sample(NamedTuple):
    minute: int  # of the hour
    ms: int | None  # None: down


def pack(minute: int, ms: int | None) -> bytes:
    value = DOWN if ms is None else min(max(ms, 0), SLOWEST) // STEP
    return (minute << 10 | value).to_bytes(2, "big")


def unpack(samples: bytes) -> list[Sample]:
    """The samples of an hour in the order of their minutes."""
    numbers = (samples[at] << 8 | samples[at + 1] for at in range(0, len(samples) - 1, 2))
    found = (Sample(number >> 10, None if number & DOWN == DOWN else (number & DOWN) * STEP) for number in numbers)
    return sorted(found, key=lambda sample: sample.minute)
