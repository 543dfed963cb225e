"""Languages, zones and how moments and figures are worded. The web side sets who is reading."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import current_app, g, has_request_context
from flask_babel import gettext, lazy_gettext, ngettext

from webapp.common import clock

_ = gettext
lazy = lazy_gettext
plural = ngettext

UNITS: dict[int, Any] = {
    31536000: "year",
    2592000: "month",
    604800: "week",
    86400: "day",
    3600: "hour",
    60: "minute",
    1: "second",
}
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
NAMES = {"en": "English", "de": "Deutsch", "ar": "العربية"}


def language() -> str:
    """The reader's language; "en" where nobody reads, as in a job."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = current_app.extensions["choose_language"]()
    return str(g.language)


def direction() -> str:
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """IANA zones that a place can be in, "Europe/Berlin", sorted; with UTC."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(regions))]


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def date_and_time(at: datetime, zone: str) -> str:
    """ "3 May 2026, 9:41 AM" at a place, in the reader's wording."""
    there, tongue = local(at, zone), language()
    return f"{format_date(there, 'medium', locale=tongue)}, {format_time(there, 'short', locale=tongue)}"


def ago(moment: datetime) -> str:
    """How long ago, in the words that app.js uses too: "12 sec. ago", rounded down to the largest unit."""
    seconds = max(0, int((clock.now() - moment).total_seconds()))
    if seconds == 0:
        return _("now")
    size, unit = next((size, unit) for size, unit in UNITS.items() if seconds >= size)
    passed = timedelta(seconds=-(seconds // size * size))
    return format_timedelta(passed, unit, threshold=1, add_direction=True, format="short", locale=language())


def compile_catalogues(source: Path, target: Path) -> None:
    """Compile each translation whose text is newer than its compiled form, so that no start runs without its words."""
    for text in source.glob("*/LC_MESSAGES/messages.po"):
        compiled = target / text.relative_to(source).with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime:
            write_catalogue(text, compiled)


def write_catalogue(text: Path, compiled: Path) -> None:
    compiled.parent.mkdir(parents=True, exist_ok=True)
    spare = compiled.with_suffix(f".{os.getpid()}")
    with text.open("rb") as plain, spare.open("wb") as file:
        write_mo(file, read_po(plain))
    spare.replace(compiled)  # whole at once: another process may be reading it
