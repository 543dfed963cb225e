"""The pieces of an owner's pages that ask for themselves what is new. The pages are at the addresses of every page."""

from __future__ import annotations

from typing import Any

from flask import request

from webapp.accounts import guard
from webapp.accounts.guard import for_owners
from webapp.common.errors import Forbidden
from webapp.common.htmx import is_known, leave_to, show_part
from webapp.common.i18n import _
from webapp.common.pages import page_number
from webapp.handover.services import holding, looking, owned
from webapp.handover.views import bp
from webapp.sites import services as sites
from webapp.sites.models import Site

HOME, SITE = "owners/home.html", "owners/site.html"


def seen_site(site_id: int) -> Site:
    """A site that the end user sees: their own, or one that is shared with them. Raises NotFound, Forbidden."""
    site = sites.find(guard.me(), site_id)
    if not guard.me().is_owner:
        raise Forbidden(_("This is for the owner of the site."))
    return site


def own_site(site_id: int) -> Site:
    """Raises NotFound, and Forbidden for family and the company's people."""
    site = seen_site(site_id)
    holding.require_owner(guard.me(), site)
    return site


def site_page(site: Site) -> dict[str, Any]:
    return owned.site_page(guard.me(), site, page_number(request.args))


@bp.get("/requests")
@for_owners
def requests() -> Any:
    """What companies ask of this owner, of all sites."""
    if not guard.me().is_owner:
        raise Forbidden(_("This is for the owner of the site."))
    page = owned.home_page(guard.me())
    if is_known(page["questions_version"]):
        return "", 204
    return show_part(HOME, "owners/_requests.html", **page)


@bp.get("/sites/<id:site_id>/requests")
@for_owners
def site_requests(site_id: int) -> Any:
    site = own_site(site_id)
    if is_known(owned.requests_page(guard.me(), site)["questions_version"]):
        return "", 204
    return show_part(SITE, "owners/_requests.html", **site_page(site))


@bp.get("/sites/<id:site_id>/access")
@for_owners
def access(site_id: int) -> Any:
    """Who may do what there."""
    site = seen_site(site_id)
    if is_known(owned.access_page(guard.me(), site)["access_version"]):
        return "", 204
    return show_part(SITE, "owners/_access.html", **site_page(site))


@bp.get("/sites/<id:site_id>/looks")
@for_owners
def looks(site_id: int) -> Any:
    """Who of the company looked at the devices there; for the owner alone."""
    site, page = own_site(site_id), page_number(request.args)
    found = looking.looks(site, page)
    if page > 1 and not found.rows:
        return leave_to("handover.looks", site_id=site.id)
    return show_part("owners/looks.html", "owners/_looks.html", site=site, found=found)
