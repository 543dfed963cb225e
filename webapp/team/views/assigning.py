"""Who looks after a site."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused
from webapp.common.htmx import leave_to, show_part
from webapp.common.i18n import _
from webapp.sites import services as sites
from webapp.sites.models import Site
from webapp.team.forms import Pairs, pair_row
from webapp.team.services import assigning
from webapp.team.views import bp
from webapp.team.words import role_called, until


def show(site: Site, pairs: Pairs | None = None, status: int = 200) -> Any:
    by = guard.me()
    managers = assigning.site_managers(by, site)
    now = {one.id: one for one in managers if not one.everywhere}
    rows = [
        pair_row(one.id, one.name, role_called(one.role, one.own_name), site.zone, now.get(one.id), pairs)
        for one in sorted(assigning.offered_at(by), key=lambda one: one.id not in now)
    ]
    seen = pairs.seen if pairs else assigning.version_at(by, site)
    everywhere = [one for one in managers if one.everywhere]
    shown = {"site": site, "rows": rows, "pairs": pairs, "seen": seen, "everywhere": everywhere, "until": until}
    page = show_part("team/managers.html", "team/_assign.html", managers=managers, errors=status >= 400, **shown)
    return page, status


@bp.get("/sites/<id:site_id>/managers")
@may(Right.MANAGE_TEAM)
def managers(site_id: int) -> Any:
    return show(sites.find(guard.me(), site_id))


@bp.post("/sites/<id:site_id>/managers")
@may(Right.MANAGE_TEAM)
def assign(site_id: int) -> Any:
    by = guard.me()
    site = sites.find(by, site_id)
    pairs = Pairs(request.form, site.zone)
    wanted = pairs.wanted()
    if pairs.errors:
        return show(site, pairs, 422)
    try:
        assigning.assign_site(by, site, wanted, pairs.seen)
    except Refused as no:
        pairs.form_errors = [no.why]
        return show(site, pairs, 409)
    flash(_("It is saved who looks after %(site)s.", site=site.name))
    return leave_to("sites.show", site_id=site.id)
