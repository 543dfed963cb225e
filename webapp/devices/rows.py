"""The rows of the device list, rendered once for each state that they can show and then kept.

A row is a pure function of its tuple and the language, so the tuple is the key: nothing has to be told when it changes.
"""

from __future__ import annotations

from functools import lru_cache

from flask import render_template
from markupsafe import Markup

from webapp.common.i18n import _, lazy
from webapp.devices.models import Status
from webapp.devices.models.lists import DeviceRow
from webapp.devices.words import STATUSES, type_icon

KEPT = 4096


FILTERS = {
    "": lazy("All"),
    "down": lazy("Down"),
    "attention": lazy("To check"),
    "weak": lazy("Weak passwords"),
    "old_password": lazy("Old passwords"),
}


def filter_name(status: str) -> str:
    """What a filter of the list is called: mostly as the status that it keeps."""
    return str(FILTERS[status] if status in FILTERS else STATUSES[Status(status)][2])


def device_rows(rows: list[DeviceRow], reader: str, at_site: bool = True) -> Markup:
    """The rows of a list, each from memory unless it is new. `reader` is the language."""
    return Markup("".join([render_device(row, at_site, reader) for row in rows]))  # noqa: S704


@lru_cache(maxsize=KEPT)
def render_device(row: DeviceRow, at_site: bool, reader: str) -> Markup:
    tone, status_icon, word = STATUSES[Status(row.shown)]
    if row.group == 2 and row.password_strength == "weak":  # noqa: S105  (a verdict)
        tone, status_icon, word = "warn", "key", _("Weak password")
    elif row.group == 2 and row.due:
        tone, status_icon, word = "warn", "clock", _("Password due")
    elif row.group == 2:
        tone, status_icon, word = "warn", "unknown", _("Set type")
    shown = {"tone": tone, "status_icon": status_icon, "word": word, "glyph": type_icon(row.type)}
    return Markup(render_template("devices/_row.html", row=row, at_site=at_site, **shown))  # noqa: S704
