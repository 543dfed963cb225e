"""How a site stands between company and owner, kept true on every page that shows it; and giving back (T2, T7)."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, request
from flask_login import current_user

from webapp.accounts.guard import for_owners, may, me
from webapp.accounts.permissions import Right
from webapp.common.htmx import go_on_to, is_known, leave_to, show_part, wants_part
from webapp.common.i18n import _
from webapp.handover.services import authorization, looking, rental
from webapp.handover.services.standing import standing
from webapp.handover.views import bp
from webapp.sites import services as sites

AROUND = {"authorization", "permissions"}  # pages of which more than the card changes with the state


@bp.get("/sites/<id:site_id>/standing")
@for_owners
def show_standing(site_id: int) -> Any:
    """A poll that brings the version it shows is told when that is so still; a new state needs the whole page anew."""
    site = sites.find_own(current_user, site_id)
    found = standing(current_user, site)
    if is_known(found.version):
        return "", 204
    if wants_part() and request.args.get("page") in AROUND:
        return leave_to(f"handover.{request.args['page']}", site_id=site.id)
    if wants_part() and request.args.get("s") not in {None, str(found.status)}:
        response = make_response("", 204)
        response.headers["HX-Refresh"] = "true"
        return response
    return show_part("handover/standing.html", "handover/_standing.html", site=site, standing=found)


@bp.get("/sites/<id:site_id>/authorization/release")
@may(Right.MANAGE_SITES)
def confirm_release(site_id: int) -> Any:
    site = sites.find_own(current_user, site_id)
    authorization.require_release(current_user, site)
    looking.note(me(), site)
    shown = {"leaving": rental.leaving(current_user, site), "authorized": sites.is_open(current_user, site)}
    return show_part("handover/asking.html", "handover/_release.html", site=site, **shown)


@bp.post("/sites/<id:site_id>/authorization/release")
@may(Right.MANAGE_SITES)
def release(site_id: int) -> Any:
    site = sites.find_own(current_user, site_id)
    authorized = sites.is_open(current_user, site)
    authorization.release_early(current_user, site)
    said = _("Your company does not manage %(site)s any more.", site=site.name)
    flash(said if authorized else _("The rental of %(site)s has ended.", site=site.name))
    return go_on_to("sites.show", site_id=site.id)


@bp.post("/sites/<id:site_id>/permissions/<id:permission_id>/release")
@may(Right.MANAGE_DEVICES)
def release_permission(site_id: int, permission_id: int) -> Any:
    site = sites.find_own(current_user, site_id)
    authorization.release_early(current_user, permission_id)
    flash(_("The permission is given back."))
    return go_on_to("handover.permissions", site_id=site.id)
