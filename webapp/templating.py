"""What every template may use, put together."""

from __future__ import annotations

from functools import partial
from typing import Any

import idna
from flask import Flask, current_app, url_for
from flask.globals import request_ctx
from flask_babel import format_date, format_datetime
from flask_login import current_user
from markupsafe import Markup

from webapp import config, demo
from webapp.accounts import words as account_words
from webapp.common import clock, i18n
from webapp.devices.rows import device_rows
from webapp.devices.words import type_name
from webapp.home import tabs
from webapp.sites.rows import site_rows


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        asset=app.extensions["assets"].url,
        icon=icon,
        ago=i18n.ago,
        plural=i18n.plural,
        local_time=local_time,
        local_day=local_day,
        role_name=account_words.role_name,
        device_name=account_words.device_name,
        device_rows=device_rows,
        site_rows=site_rows,
        device_url=partial(list_url, "devices.index"),
        site_url=partial(list_url, "sites.index"),
        type_name=type_name,
        demo_fleet=lambda: demo.read_fleet(config.current().data),
    )
    app.jinja_env.filters.update(idn=idn, place=place)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(frame)


def icon(name: str, css: str = "") -> Markup:
    """One drawing of static/icons.svg, hidden from screen readers: the words beside it carry the meaning."""
    url = current_app.extensions["assets"].url("icons.svg")
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>').format(css, url, name)


def frame() -> dict[str, Any]:
    """What the frame of a page shows: language, tabs, who is signed in."""
    common = {"lang": i18n.language(), "dir": i18n.direction()}
    linked = request_ctx.url_adapter is not None  # else the Host header is no name, and nothing leads anywhere
    signed_in = linked and current_user and current_user.is_authenticated
    return common | tabs.frame(current_user) if signed_in else common


def local_time(zone: str) -> str:
    """What time it is at a site, in the reader's wording."""
    return str(format_datetime(i18n.local(clock.now(), zone), "EEE HH:mm", rebase=False))


def local_day(moment: Any, zone: str) -> str:
    return str(format_date(i18n.local(moment, zone), rebase=False))


def list_url(endpoint: str, chosen: dict[str, str], **changes: Any) -> str:
    """A list with some of its filters changed; a change of filter begins at page 1."""
    values = {name: value for name, value in (chosen | changes).items() if value not in {None, ""}}
    if values.get("page") == 1:
        del values["page"]
    return url_for(endpoint, **values)


def idn(host: str) -> str:
    """A host as people write it: "xn--bckerei-5wa.example" is shown as its international name."""
    try:
        return str(idna.decode(host)) if "xn--" in host else host
    except (idna.IDNAError, UnicodeError):
        return host


def place(device: Any) -> str:
    host = f"[{device.host}]" if ":" in device.host else idn(device.host)
    return f"{host}:{device.port}"
