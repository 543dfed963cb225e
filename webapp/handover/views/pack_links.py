"""Links to a signed pack: made, ended, and what whoever has one sees."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_login import current_user

from webapp import config
from webapp.accounts.guard import for_owners, may, me, public
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused
from webapp.common.htmx import show_page
from webapp.common.i18n import _
from webapp.handover.services import pack_links, packs
from webapp.handover.services.pack_links import LinkState
from webapp.handover.views import bp
from webapp.handover.views.packs import PAGE, contents, pack_page, send_document, send_photo
from webapp.qr.services import images


@bp.post("/packs/<id:pack_id>/links")
@may(Right.MANAGE_SITES)
def pack_link_make(pack_id: int) -> Any:
    """A new link with its code: shown here and never again."""
    pack = packs.find_to_change(current_user, pack_id)
    try:
        link, token = pack_links.make(me(), pack)
    except Refused as no:
        return show_page(PAGE, refused=no.why, **pack_page(pack)), 409
    url = f"{(config.current().base_url or request.host_url).rstrip('/')}/pack/{token}"
    return show_page(PAGE, url=url, svg=images.svg(url), link=link, **pack_page(pack))


@bp.post("/packs/<id:pack_id>/links/<id:link_id>/revoke")
@for_owners
def pack_link_revoke(pack_id: int, link_id: int) -> Any:
    pack = packs.find(current_user, pack_id)
    pack_links.revoke(me(), pack, link_id)
    flash(_("The link is revoked. Nobody can use it any more."))
    return redirect(url_for("handover.pack_show", pack_id=pack.id), 303)


@bp.get("/pack/<token>")
@public
def pack_public(token: str) -> Any:
    link = pack_links.find(token)
    state = pack_links.state_of(link)
    if state != LinkState.OPEN:
        return show_page("handover/pack_ended.html", state=state), 409
    return show_page("handover/pack_public.html", token=token, link=link, **contents(link.pack))


@bp.get("/pack/<token>/photos/<id:photo_id>")
@public
def pack_public_photo(token: str, photo_id: int) -> Response:
    return send_photo(packs.photo_of(pack_links.find_open(token), photo_id))


@bp.get("/pack/<token>/pack.json")
@public
def pack_public_document(token: str) -> Response:
    return send_document(pack_links.find_open(token))
