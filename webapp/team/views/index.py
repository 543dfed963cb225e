"""The company's people."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from webapp.accounts import guard
from webapp.accounts.permissions import Right
from webapp.common.htmx import show_part
from webapp.common.pages import PAGE, page_number
from webapp.health.services import rollup
from webapp.sites import services as sites
from webapp.team.services import people
from webapp.team.views import bp

SHOWN = ("", "invited", "disabled")


@bp.get("/team")
def index() -> Any:
    by, number = guard.me(), page_number(request.args)
    show = request.args.get("show", "")
    show = show if show in SHOWN else ""
    team = people.page(by, show, number)
    total = team.disabled if show == "disabled" else team.total
    if number > 1 and not team.members:
        return redirect(url_for("team.index", show=show or None), 303)
    shown = {"team": team, "show": show, "number": number, "pages": max(1, -(-total // PAGE))}
    if team.invited:
        shown |= {"zone": sites.suggested_zone(by) or "UTC", "short_time": rollup.short_time}
    return show_part("team/index.html", "team/_list.html", manages=by.may(Right.MANAGE_TEAM), **shown)
