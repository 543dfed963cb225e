"""A probe as it goes: the card that polls it, and what is said when it is over."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, flash, url_for
from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.htmx import leave_to, show_part, wants_part
from webapp.common.i18n import _
from webapp.devices import words
from webapp.devices.advice import advice
from webapp.devices.models import Probe
from webapp.devices.models.probe import Intent
from webapp.devices.services import probing
from webapp.devices.views import bp
from webapp.sites import services as sites

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
        "code": code,
        "steps": [step_view(step, facts) for step in json.loads(probe.steps)],
        "advice": advice(code, facts, typed) if code not in {"", "ok"} else None,
        "facts": facts,
        "url": url_for("devices.probe", token=probe.token),
    }


def step_view(step: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    tone, icon = TONES.get(step["state"], ("off", "dash"))
    name, done = words.STEPS[step["name"]]
    text = str(name)
    if step["state"] == "ok":
        told = step["facts"]
        scheme = "HTTPS" if told.get("https") else "HTTP"
        text = str(done) % (told | {"scheme": scheme, "type": words.type_name(told.get("kind", ""))})
    elif step["state"] == "failed":
        text = str(words.FAILED[step["name"]])
    return {"name": text, "tone": tone, "icon": icon, "ms": step["ms"], "text": step["facts"].get("model")}


@bp.get("/probes/<token>")
@may(Right.MANAGE_DEVICES)
def probe(token: str) -> Any:
    """The card in its present state; leads on to the device when that has been added."""
    found = probing.find(current_user, token)
    if found.intent == Intent.CHECK:
        abort(404)  # the device's own page shows its checks
    if found.intent == Intent.ADD and found.code == "ok":
        flash(_("%(device)s is added.", device=found.fields["name"]))
        return leave_to("devices.show", device_id=found.device_id)
    if not wants_part():
        return leave_to("devices.new_address", site_id=found.site_id, probe=token)
    site = sites.find(current_user, found.site_id)
    return show_part("", "devices/_probe.html", site=site, probe=probe_view(found))
