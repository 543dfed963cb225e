"""A device's last fifty checks, one mark for each.

A device has its turn once an interval, and a mark stands for its minutes, in whole ones. The strip ends with the newest
check of which something is known, as long as a status may be claimed of it, and says when that was; else it ends now.
"""

from __future__ import annotations

from typing import NamedTuple

from webapp import config
from webapp.common import clock
from webapp.common.i18n import language
from webapp.devices.models import Device
from webapp.devices.models.state import INTERVALS
from webapp.devices.services.lists import version
from webapp.health import words
from webapp.health.models import reading
from webapp.health.services import history
from webapp.health.services.history import Beat
from webapp.health.services.samples import NOTHING, spread, tally

MARKS = 50


class Strip(NamedTuple):
    version: str  # the same while no mark is
    beats: tuple[Beat, ...]  # the newest last
    begin: str  # when the first and the last were, at the site
    end: str
    text: str  # the marks in words; "" when nothing is known of any


def strip(device: Device) -> Strip | None:
    """None while monitoring is off: then nothing old is shown."""
    if not device.health_monitoring:
        return None
    length = minutes_of_turn()
    beats = marks(device.id, int(clock.now().timestamp()) // 60, length)
    begin, end = (words.at(history.moment(beat.at), device.site.zone) for beat in (beats[0], beats[-1]))
    said = history.seen(beats, length * 60, device.site.zone)
    text = f"{begin}–{end}. {said}" if said else ""
    return Strip(version(repr(beats), device.site.zone, language()), beats, begin, end, text)


def minutes_of_turn() -> int:
    """From one check to the next, in whole minutes."""
    return max(1, -(-config.current().check_interval // 60))


def marks(device_id: int, now: int, length: int) -> tuple[Beat, ...]:
    """`now` in minutes since 1970, `length` of a mark in minutes."""
    hours = range((now - (MARKS + INTERVALS) * length) // 60, now // 60 + 1)
    kept = dict(reading.samples(device_id, hours))
    minutes = spread(kept, hours)[: now - hours.start * 60 + 1]
    minutes = minutes[: len(minutes) - unknown(minutes[-INTERVALS * length :])]
    first = hours.start * 60 + len(minutes) - MARKS * length
    told = (minutes[at : at + length] for at in range(len(minutes) - MARKS * length, len(minutes), length))
    beats = [history.as_beat((first + number * length) * 60, tally(one)) for number, one in enumerate(told)]
    inner = (late(*three) for three in zip(beats, beats[1:], beats[2:], strict=False))
    return beats[0], *inner, beats[-1]


def late(before: Beat, beat: Beat, after: Beat) -> Beat:
    """A mark without a check between two with: the answer of its turn came when the next mark had begun."""
    missing = beat.mark == "none" and "none" not in {before.mark, after.mark}
    return after._replace(at=beat.at) if missing else beat


def unknown(latest: bytes) -> int:
    """How many minutes there are after the newest check; 0 without any."""
    until = len(latest.rstrip(bytes((NOTHING,))))
    return len(latest) - until if until else 0
