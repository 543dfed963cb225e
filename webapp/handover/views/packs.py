"""Handover packs on pages: made, filled, signed on glass, printed (T11)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, send_file, url_for
from flask_login import current_user

from webapp.accounts.guard import for_owners, may, me
from webapp.accounts.permissions import Right
from webapp.accounts.services import profile
from webapp.common.errors import NotFound, Refused
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import show_page
from webapp.common.i18n import _, local
from webapp.common.text import file_name
from webapp.handover import listeners as _listeners  # noqa: F401  (listens once it is imported)
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.services import looking, pack_links, packs, photos, readings, strokes
from webapp.handover.services.snapshots import TESTS, Document
from webapp.handover.views import bp
from webapp.handover.views.pack_forms import MakePackForm, NotesForm, PhotoForm, SignForm
from webapp.sites import services as sites
from webapp.sites.models import Site

# Requests that carry more than a form: bytes in all, and of it in memory. A file is read in pieces of 64 KiB, each
# beside the end of the one before; pieces of a file count as memory too, though they go to the disk.
FILLING = ("handover.pack_photo_add", "handover.pack_photo_remove", "handover.pack_notes")
LARGER = {
    **dict.fromkeys(FILLING, (photos.LARGEST + (64 << 10), 256 << 10)),
    "handover.pack_sign": (512 << 10, 512 << 10),
}
CLOSED = "default-src 'none'; sandbox"  # a picture that is opened as a page may do nothing (Z28)
LOGO = (220, 72)  # pixels that a logo takes at most
PAGE = "handover/pack.html"


@bp.url_value_preprocessor
def take_more(endpoint: str | None, _values: Any) -> None:
    """Before the CSRF token is looked for, which reads the whole body: photos lie on the disk meanwhile."""
    if endpoint in LARGER:
        request.max_content_length, request.max_form_memory_size = LARGER[endpoint]


@bp.after_request
def keep_packs_nowhere(response: Response) -> Response:
    if (request.endpoint or "").startswith("handover.pack"):
        keep_nowhere(response)
    return response


@bp.app_template_global()
def site_packs(site: Site) -> list[HandoverPack]:
    """For templates/handover/_packs.html: what the reader sees of a site's packs."""
    return packs.of_site(me(), site)


def stamp(text: str | None, zone: str) -> str:
    """A moment of a document as "2026-11-23 14:03", at its site."""
    return local(datetime.fromisoformat(text), zone).strftime("%Y-%m-%d %H:%M") if text else ""


def logo_of(document: Document) -> dict[str, Any] | None:
    """The company's logo, if it is still the one of that day; its size is that of the page."""
    try:
        found = profile.logo(document["company"]["logo"])
    except NotFound:
        return None
    scale = min(LOGO[0] / found.width, LOGO[1] / found.height, 1)
    return {"token": found.token, "width": max(1, round(found.width * scale)), "height": round(found.height * scale)}


def look_at(pack_id: int) -> HandoverPack:
    """A pack that is shown now. Raises NotFound, Refused."""
    pack = packs.find(current_user, pack_id)
    looking.note(me(), pack.site)
    return pack


def contents(pack: HandoverPack) -> dict[str, Any]:
    """What handover/_pack.html shows."""
    document = readings.worded(packs.whole(pack))
    drawn = document.get("signature", {}).get("strokes", [])
    shown = {"pack": pack, "site": pack.site, "doc": document, "logo": logo_of(document), "stamp": stamp}
    return shown | {"drawing": strokes.path(drawn), "box": (strokes.WIDTH, strokes.HEIGHT)}


def pack_page(pack: HandoverPack, **more: Any) -> dict[str, Any]:
    """The page of a pack; `more` takes the place of what would stand there."""
    looking.note(me(), pack.site)
    page = contents(pack) | {"tests": TESTS, "may_fill": may_fill(pack), "may_share": may_share(pack)}
    ticked = {"notes": pack.notes, "tested": pack.tested.split(), "version": pack.version}
    page |= {"notes_form": NotesForm(formdata=None, data=ticked), "photo_form": PhotoForm(formdata=None)}
    return page | {"links": pack_links.of(pack), "may_end": may_share(pack) or current_user.is_owner} | more


def may_fill(pack: HandoverPack) -> bool:
    return not pack.signed_at and sites.may_edit(current_user, pack.site)


def may_share(pack: HandoverPack) -> bool:
    return pack.signed_at is not None and sites.may_edit(current_user, pack.site)


@bp.get("/sites/<id:site_id>/packs")
@for_owners
def pack_list(site_id: int) -> Any:
    site = sites.find_own(current_user, site_id)
    sites.require_open(current_user, site)
    return show_list(site, MakePackForm(formdata=None))


def show_list(site: Site, form: MakePackForm) -> str:
    return show_page("handover/packs.html", site=site, form=form, may_make=sites.may_edit(current_user, site))


@bp.post("/sites/<id:site_id>/packs")
@may(Right.MANAGE_SITES)
def pack_make(site_id: int) -> Any:
    site = sites.find_for(current_user, site_id, sites.Operation.EDIT)
    form = MakePackForm()
    try:
        pack = packs.make(me(), site, form.addresses.data)
    except Refused as no:
        form.form_errors = [no.why]
        return show_list(site, form), 409
    return redirect(url_for("handover.pack_show", pack_id=pack.id), 303)


@bp.get("/packs/<id:pack_id>")
@for_owners
def pack_show(pack_id: int) -> Any:
    return show_page(PAGE, **pack_page(packs.find(current_user, pack_id)))


@bp.get("/packs/<id:pack_id>/photos/<id:photo_id>")
@for_owners
def pack_photo(pack_id: int, photo_id: int) -> Response:
    pack = look_at(pack_id)
    return send_photo(packs.photo_of(pack, photo_id))


def send_photo(photo: PackPhoto) -> Response:
    """The file as what it is, and nothing but that."""
    response = send_file(photos.path(photo), mimetype=photo.kind, conditional=False, etag=False)
    response.headers["Content-Security-Policy"] = CLOSED  # beside the one of every answer: both hold
    response.headers["Content-Disposition"] = f"inline; filename=photo-{photo.id}.{photo.kind.partition('/')[2]}"
    response.headers.pop("Last-Modified", None)
    return response


@bp.get("/packs/<id:pack_id>/delete")
@may(Right.MANAGE_SITES)
def pack_ask_discard(pack_id: int) -> Any:
    pack = packs.find_unsigned(current_user, pack_id)
    return show_page("handover/pack_discard.html", pack=pack, site=pack.site)


@bp.post("/packs/<id:pack_id>/delete")
@may(Right.MANAGE_SITES)
def pack_discard(pack_id: int) -> Any:
    pack = packs.find_unsigned(current_user, pack_id)
    packs.discard(me(), pack)
    flash(_("The pack is deleted."))
    return redirect(url_for("handover.pack_list", site_id=pack.site_id), 303)


@bp.get("/packs/<id:pack_id>/sign")
@may(Right.MANAGE_SITES)
def pack_sign_form(pack_id: int) -> Any:
    pack = packs.find_unsigned(current_user, pack_id)
    name = packs.whole(pack)["owner"]
    return show_signing(pack, filled(pack, signer=name))


def show_signing(pack: HandoverPack, form: SignForm) -> str:
    looking.note(me(), pack.site)
    return show_page("handover/pack_sign.html", form=form, **contents(pack))


def filled(pack: HandoverPack, **values: Any) -> SignForm:
    return SignForm(formdata=None, data={"version": pack.version} | values)


@bp.post("/packs/<id:pack_id>/sign")
@may(Right.MANAGE_SITES)
def pack_sign(pack_id: int) -> Any:
    pack, form = packs.find_unsigned(current_user, pack_id), SignForm()
    drawn = read_drawing(form)
    if form.errors:
        return show_signing(pack, form), 422
    try:
        packs.sign(me(), pack, form.signer.data, drawn, form.seen_version)
    except Refused as no:
        return refuse_signing(pack_id, form, no), 409
    flash(_("The pack is signed. Give the owner the link."))
    return redirect(url_for("handover.pack_show", pack_id=pack.id), 303)


def read_drawing(form: SignForm) -> strokes.Strokes:
    """The signature; of who cannot draw a tick stands for it. Leaves what is wrong in the form."""
    form.validate()
    if not form.strokes.data:
        if not form.received.data:
            form.received.errors = [_("Sign with a finger, or tick that you have received this.")]
        return []
    try:
        return strokes.read(form.strokes.data)
    except Refused as no:
        form.received.errors = [no.why]
        form.strokes.data = ""
        return []


def refuse_signing(pack_id: int, form: SignForm, no: Refused) -> str:
    """What has been changed meanwhile is to be looked at, and signed anew."""
    pack = packs.find_unsigned(current_user, pack_id)
    again = filled(pack, signer=form.signer.data)
    again.form_errors = [no.why]
    return show_signing(pack, again)


@bp.get("/packs/<id:pack_id>/pack.json")
@for_owners
def pack_document(pack_id: int) -> Response:
    return send_document(look_at(pack_id))


def send_document(pack: HandoverPack) -> Response:
    """The very text whose SHA-256 stands on the pack."""
    response = Response(pack.document.encode(), mimetype="application/json")
    name = file_name("pack", str(pack.id), f"{pack.made_at:%Y-%m-%d}")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.json"
    return response
