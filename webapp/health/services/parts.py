"""What the device's page shows of its health, and its version: a poll that brings it back is told of nothing new."""

from __future__ import annotations

from typing import NamedTuple

from webapp.accounts.principal import Principal
from webapp.common.i18n import _, language
from webapp.devices.models import Device, Status
from webapp.devices.services.lists import version
from webapp.health import words
from webapp.health.models import Silence
from webapp.health.services import history, shares, silences, summary
from webapp.health.services.history import Change, Past
from webapp.health.services.summary import Known, Summary
from webapp.sites import services as sites


class Health(NamedTuple):
    """`past` is None while monitoring is off: then nothing old is shown."""

    version: str
    summary: Summary
    past: Past | None = None
    bar: str = ""  # the last day in words
    begin: str = ""  # when its first half hour began, at the site
    answers: tuple[str, str] = ("", "")  # how long it took to answer: in short, and as a sentence
    shares: tuple[tuple[str, str, str], ...] = ()  # label, figure, how much of the time is known
    changes: tuple[Change, ...] = ()
    more: int = 0  # older changes that are left out


def health(device: Device, rows: Known) -> Health:
    fares, mark = summarize(rows), health_version(device, rows)
    if rows.shown == Status.PAUSED:
        return Health(mark, fares)
    past, zone = history.past(device), device.site.zone
    changes, more = history.changes(device)
    return Health(
        version=mark,
        summary=fares,
        past=past,
        bar=history.in_words(past, zone),
        begin=words.day_and_time(history.moment(past.beats[0].at), zone),
        answers=history.answers(past),
        shares=shares.said(past.shares),
        changes=tuple(changes),
        more=more,
    )


def health_version(device: Device, rows: Known) -> str:
    """Of the part `health`: differs whenever something in it happens, but not with the age of its figures."""
    if rows.shown == Status.PAUSED:
        return version("paused", language())
    return version(repr((rows.marks, device.type, history.version(device))), language())


known, summarize = summary.known, summary.summarize


def maintenance(by: Principal, device: Device) -> str:
    """ "In maintenance until 14:30: new lens (by Ann)"; "" when none goes on. A subcontractor is told no names."""
    silence = silences.of(device)
    named = not sites.is_shared_with(by, device.site)
    return in_words(silence, device.site.zone, named) if silence else ""


def in_words(silence: Silence, zone: str, named: bool) -> str:
    until, who, reason = words.soon(silence.until, zone), silence.by_name, silence.reason
    if not named:
        said = _("In maintenance until %(time)s", time=until)
        return f"{said}: {reason}" if reason else said
    if reason:
        return _("In maintenance until %(time)s: %(reason)s (by %(who)s)", time=until, reason=reason, who=who)
    return _("In maintenance until %(time)s (by %(who)s)", time=until, who=who)
