"""What was measured of a device: the last day in half hours, how much of the time it was there, what has changed.

A minute without a check is "no data": monitoring was off, or the trouble was ours. It counts as neither up nor down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from webapp import config
from webapp.common import clock
from webapp.common.i18n import _
from webapp.devices.advice import advice
from webapp.devices.models import Device, DeviceEvent, Happening, Status
from webapp.devices.models.state import INTERVALS
from webapp.devices.words import STATUSES
from webapp.health import words
from webapp.health.models import reading
from webapp.health.services.samples import NOTHING, Tally, byte, halves, spread, tally
from webapp.health.services.shares import Share, of_device

BEAT, BEATS = 1800, 48  # seconds, and how many make a day
HOUR = 3600
WEEK = timedelta(days=7)
MOST_CHANGES, MOST_SPANS = 10, 3
ALIKE = 8  # bytes of samples: times to answer within so many, 8 ms or a fifth, are no news


class Beat(NamedTuple):
    """Half an hour, or what else a bar is made of. `ms` is the mean of the minutes that were up, None without any."""

    at: int  # seconds since 1970
    n: int  # minutes of which something is known
    up: int
    ms: int | None

    @property
    def mark(self) -> str:
        """ok, down (some of it, or all), or none: no data."""
        return "none" if not self.n else "ok" if self.up == self.n else "down"


@dataclass(frozen=True, slots=True)
class Past:
    """What the page shows of a device's history. Shares: up 0 to 1 or None for no data, known 0 to 1.

    They count every check, however many fall into a minute; the first hour of the last day counts as a whole.
    """

    beats: tuple[Beat, ...]
    mean: int | None  # ms in the last day
    slowest: int | None
    day: Share
    week: Share
    month: Share

    @property
    def shares(self) -> tuple[Share, Share, Share]:
        return self.day, self.week, self.month


class End(NamedTuple):
    at: datetime  # another status was found
    known: datetime  # until then checks have told of this one, without a gap


class Change(NamedTuple):
    when: str  # at the site
    tone: str
    title: str
    text: str = ""


def past(device: Device) -> Past:
    now = int(clock.now().timestamp())
    beats, mean, slowest = last_day(device.id, now)
    return Past(beats, mean, slowest, *of_device(device.id, now))


def last_day(device_id: int, now: int) -> tuple[tuple[Beat, ...], int | None, int | None]:
    """48 half hours, the present one last; mean and slowest answer in ms. `now` in seconds since 1970."""
    first = now // BEAT - BEATS + 1
    told = [tally(b"")] * BEATS
    for hour, kept in reading.samples(device_id, range(first // 2, now // HOUR + 1)):
        for beat, minutes in enumerate(halves(kept), 2 * hour - first):
            if 0 <= beat < BEATS:
                told[beat] = tally(minutes)
    beats = tuple(as_beat((first + at) * BEAT, one) for at, one in enumerate(told))
    if ever := sum(one.up for one in told):
        return beats, sum(one.ms for one in told) // ever, max(one.slowest for one in told)
    return beats, None, None


def as_beat(at: int, told: Tally) -> Beat:
    return Beat(at, told.n, told.up, told.ms // told.up if told.up else None)


def version(device: Device) -> tuple[object, ...]:
    """Differs whenever something happens in the last day; one more answer like those before is told each half hour."""
    now = int(clock.now().timestamp())
    hours = reading.hour_faults(device.id, range(now // HOUR - 24, now // HOUR + 1))
    slowest = byte(max((hour.slowest for hour in hours), default=0)) // ALIKE
    return now // BEAT, has_begun(device.id, now), len(hours), sum(hour.failed for hour in hours), slowest


def has_begun(device_id: int, now: int) -> bool:
    """Whether anything is known of the present half hour. `now` in seconds since 1970."""
    kept = dict(reading.samples(device_id, [now // HOUR])).get(now // HOUR, b"")
    return any(halves(kept)[now % HOUR // BEAT])


def answers(past: Past) -> tuple[str, str]:
    """How long the device took to answer in the last day, in short and as a sentence; "" when it never did."""
    if past.mean is None or past.slowest is None:
        return "", ""
    if not past.slowest:
        return took(0), _("Time to answer: %(all)s", all=took(0))
    mean, most = took(past.mean), took(past.slowest)
    sentence = _("Time to answer: %(mean)s on average, %(most)s at most", mean=mean, most=most)
    return _("%(mean)s, at most %(most)s", mean=mean, most=most), sentence


def took(ms: int) -> str:
    return f"{ms} ms" if ms else _("under 1 ms")


def in_words(past: Past, zone: str) -> str:
    """The bar of the last day for those who do not see it.

    One or two misses leave no sample, so that it was reached at every check is never known.
    """
    return seen(past.beats, BEAT, zone) or _("No data in the last 24 hours.")


def seen(beats: Sequence[Beat], length: int, zone: str) -> str:
    """Of beats of so many seconds, when checks failed and when nothing is known; "" when nothing is known at all."""
    marks = {beat.mark for beat in beats}
    if marks == {"none"}:
        return ""
    said = [_("Failed checks: %(times)s.", times=times(beats, length, "down", zone))] if "down" in marks else []
    said = said or [_("No outage seen.")]
    if "none" in marks:
        said.append(_("No data: %(times)s.", times=times(beats, length, "none", zone)))
    return " ".join(said)


def times(beats: Sequence[Beat], length: int, mark: str, zone: str) -> str:
    """When it was so: "10:30–11:00, 14:00–14:30"."""
    found = []
    for one, alike in groupby(beats, key=lambda beat: beat.mark):
        begin, *rest = alike
        if one == mark:
            end = (rest[-1] if rest else begin).at + length
            found.append(f"{words.at(moment(begin.at), zone)}–{words.at(moment(end), zone)}")
    more = len(found) - MOST_SPANS
    return ", ".join(found[:MOST_SPANS] + ([_("and %(num)s more", num=more)] if more > 0 else []))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def changes(device: Device) -> tuple[list[Change], int]:
    """What has happened in the last seven days, newest first, and how many older changes are left out."""
    events = DeviceEvent.of(device.id, clock.now() - WEEK, 200)
    over = ends(device, events)
    found = [change for event in events if (change := in_word(device, event, over.get(event.id)))]
    return found[:MOST_CHANGES], max(0, len(found) - MOST_CHANGES)


def ends(device: Device, events: Sequence[DeviceEvent]) -> dict[int, End]:
    """By the event that began it, newest first, when a status was over. Only being offline leaves samples."""
    statuses = [event for event in events if event.kind == Happening.STATUS]
    spans = {event: (event.at, later.at) for later, event in pairwise(statuses)}
    outages = [span for event, span in spans.items() if event.became == Status.OFFLINE]
    kept = dict(reading.samples(device.id, sorted({hour for span in outages for hour in hours_of(*span)})))
    return {
        event.id: End(ended, known_until(kept, began, ended) if event.became == Status.OFFLINE else ended)
        for event, (began, ended) in spans.items()
    }


def hours_of(began: datetime, ended: datetime) -> range:
    """Since 1970."""
    return range(int(began.timestamp()) // HOUR, int(ended.timestamp()) // HOUR + 1)


def known_until(kept: dict[int, bytes], began: datetime, ended: datetime) -> datetime:
    """The end, or the first minute of a gap in the samples in which nothing was checked."""
    hours, unknown = hours_of(began, ended), INTERVALS * max(60, config.current().check_interval)
    minutes = spread(kept, hours)
    first, last = began.minute, len(minutes) - 60 + ended.minute
    gap = minutes[first:last].find(bytes((NOTHING,)) * (unknown // 60))
    return ended if gap < 0 else began + timedelta(minutes=gap)


def in_word(device: Device, event: DeviceEvent, end: End | None) -> Change | None:
    say = SAID.get(event.kind)
    return say(device, event, end) if say else None


def status_change(device: Device, event: DeviceEvent, end: End | None) -> Change | None:
    """A trouble and how long it took; that it was over is said by this alone."""
    if event.became not in set(Status) - {Status.ONLINE}:
        return None
    tone, _icon, word = STATUSES[Status(event.became)]
    title = lasted(device, str(word), event.at, end) if end else str(word)
    typed = {"host": device.host, "port": device.port, "https": device.https, "username": device.username}
    return Change(when(device, event), tone, title, advice(event.reason, {}, typed).title if event.reason else "")


def lasted(device: Device, word: str, began: datetime, end: End) -> str:
    """No length is claimed of a time in which nothing was checked."""
    span, back = words.span((end.known - began).total_seconds()), words.day_and_time(end.at, device.site.zone)
    if end.known == end.at:
        return _("%(status)s for %(span)s", status=word, span=span)
    if end.known == began:
        return _("%(status)s, then no data until %(time)s", status=word, time=back)
    return _("%(status)s for at least %(span)s, then no data until %(time)s", status=word, span=span, time=back)


def when(device: Device, event: DeviceEvent) -> str:
    return words.day_and_time(event.at, device.site.zone)


def restart(device: Device, event: DeviceEvent, end: End | None) -> Change:
    return Change(when(device, event), "info", _("Restarted"))


def firmware(device: Device, event: DeviceEvent, end: End | None) -> Change:
    return Change(when(device, event), "info", _("Firmware %(was)s → %(became)s", was=event.was, became=event.became))


SAID: dict[str, Callable[[Device, DeviceEvent, End | None], Change | None]] = {
    Happening.STATUS: status_change,
    Happening.REBOOT: restart,
    Happening.FIRMWARE: firmware,
}
