"""The first page, and what a browser and an operator ask of any server."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask_babel import format_percent

from webapp import config
from webapp.accounts import guard
from webapp.accounts.guard import for_owners, public
from webapp.accounts.services import profile
from webapp.common import disk
from webapp.common.htmx import is_known, show_page, wants_part
from webapp.common.i18n import _, direction, language
from webapp.db import is_trouble, open_connection, pending_migrations
from webapp.devices.services import lists
from webapp.handover.services import owned
from webapp.health.services import rollup, whole
from webapp.home.services import drawn

bp = Blueprint("home", __name__)


@bp.get("/")
@for_owners
def show() -> Any:
    if guard.me().is_owner:
        return show_page("owners/home.html", **owned.home_page(guard.me()))
    shown = state()
    if is_known(shown["version"]):
        return "", 204  # a poll, and all that it shows is so still
    if wants_part():
        return render_template("home/_state.html", **shown)
    app = profile.end_user_app(guard.me().company_id, request.host_url)
    return render_template("home/show.html", **shown, app=app, svg=drawn(app.url))


def state() -> dict[str, Any]:
    """How everything fares that the person sees, with the version by which a poll is told that it is so still."""
    seen = rollup.overview(guard.me())
    full = disk.used(config.current().data)
    told = {
        "closed": 0 if seen.counts.devices else lists.count_closed_sites(guard.me()),
        "trouble": rollup.engine_trouble(seen.counts.watched),
        "available": whole.told(guard.me(), seen.counts),
        "full": format_percent(full) if full >= disk.NEARLY_FULL else "",
    }
    version = lists.version(repr((seen, told)), language())
    return told | {"short_time": rollup.short_time, "version": version, **seen._asdict()}


@bp.get("/healthz")
@public
def healthz() -> Any:
    """200 when database and schema are as they must be, else 503; JSON either way."""
    try:
        open_connection()
        pending = pending_migrations()
    except Exception as error:
        if not is_trouble(error):
            raise
        return jsonify(status="failing", database="unavailable"), 503
    if pending:
        return jsonify(status="failing", database="schema is behind: run flask migrate"), 503
    return jsonify(status="ok", database="ok")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Any:
    assets = current_app.extensions["assets"]
    sizes = [
        ("icon-192.png", "192x192", "any"),
        ("icon-512.png", "512x512", "any"),
        ("icon-maskable-512.png", "512x512", "maskable"),
    ]
    icons = [{"src": assets.url(f), "sizes": s, "type": "image/png", "purpose": p} for f, s, p in sizes]
    answer = jsonify(
        id="/",
        name="Sitehand",
        short_name="Sitehand",
        description=_("Sitehand looks after the cameras, recorders and alarm panels of your sites."),
        lang=language(),
        dir=direction(),
        start_url="/",
        scope="/",
        display="standalone",
        background_color="#f3f4f7",
        theme_color="#3538cd",
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/sw.js")
@public
def service_worker() -> Any:
    """From the root, so that it may serve the offline page for every address."""
    return Response(current_app.extensions["assets"].worker, mimetype="text/javascript")


@bp.get("/offline")
@public
def offline() -> Any:
    return show_page("errors/offline.html")
