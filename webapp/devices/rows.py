"""The rows of the device list, rendered once for each state that they can show and then kept; and the steps of a probe.

A row is a pure function of its tuple and the language, so the tuple is the key: nothing has to be told when it changes.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from webapp.common import clock
from webapp.common.i18n import _, lazy
from webapp.devices.advice import advice
from webapp.devices.models import Probe, Status
from webapp.devices.models.lists import DeviceRow
from webapp.devices.services import probing
from webapp.devices.words import FAILED, STATUSES, STEPS, type_icon, type_name

KEPT = 4096
SLOW = timedelta(seconds=10)  # after which a person is told that a check still goes on (H6)


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
    if row.group == 2 and row.trouble:
        tone, status_icon, word = "warn", "alert", str(TROUBLES[row.trouble])
    elif row.group == 2 and row.password_strength == "weak":  # noqa: S105  (a verdict)
        tone, status_icon, word = "warn", "key", _("Weak password")
    elif row.group == 2 and row.due:
        tone, status_icon, word = "warn", "clock", _("Password due")
    elif row.group == 2:
        tone, status_icon, word = "warn", "unknown", _("Set type")
    shown = {"tone": tone, "status_icon": status_icon, "word": word, "glyph": type_icon(row.type)}
    return Markup(render_template("devices/_row.html", row=row, at_site=at_site, **shown))  # noqa: S704


TROUBLES = {"disk": lazy("Disk trouble"), "camera": lazy("Camera offline"), "clock": lazy("Wrong clock")}
TONES = {"ok": ("ok", "check"), "failed": ("bad", "cross"), "running": ("run", "refresh")}


def probe_view(probe: Probe | None) -> dict[str, Any] | None:
    """What the card needs: token, running, code, five steps, advice; None without a probe."""
    if probe is None:
        return None
    cut_short, typed, facts = probing.is_cut_short(probe), probe.fields, probe.learnt
    code = "cut_short" if cut_short else probe.code
    return {
        "token": probe.token,
        "running": not code,
        "slow": not code and clock.now() - probe.created_at >= SLOW,
        "code": code,
        "steps": [step_view(step, facts) for step in json.loads(probe.steps)],
        "advice": advice(code, facts, typed) if code not in {"", "ok"} else None,
        "facts": facts,
        "url": url_for("devices.probe", token=probe.token),
    }


def step_view(step: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    tone, icon = TONES.get(step["state"], ("off", "dash"))
    name, done = STEPS[step["name"]]
    text = str(name)
    if step["state"] == "ok":
        told = step["facts"]
        scheme = "HTTPS" if told.get("https") else "HTTP"
        text = str(done) % (told | {"scheme": scheme, "type": type_name(told.get("kind", ""))})
    elif step["state"] == "failed":
        text = str(FAILED[step["name"]])
    return {"name": text, "tone": tone, "icon": icon, "ms": step["ms"], "text": step["facts"].get("model")}
