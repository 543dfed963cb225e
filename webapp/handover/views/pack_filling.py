"""What is added to a pack until it is signed: notes, ticks, photos. One form, whichever of its buttons is used."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from webapp.accounts.guard import may, me
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused
from webapp.common.forms import Form
from webapp.common.htmx import show_page
from webapp.common.i18n import _
from webapp.handover.models import HandoverPack
from webapp.handover.services import packs
from webapp.handover.views import bp
from webapp.handover.views.pack_forms import NotesForm, PhotoForm
from webapp.handover.views.packs import PAGE, pack_page


@bp.post("/packs/<id:pack_id>/notes")
@may(Right.MANAGE_SITES)
def pack_notes(pack_id: int) -> Any:
    """The one form of a pack, by its button for the notes; a photo that was chosen meanwhile is not lost.

    `?then=sign`: by the button that lets the customer sign what is kept then.
    """
    pack, form, photo = packs.find_unsigned(current_user, pack_id), NotesForm(), PhotoForm()
    if wrong := keep_notes(pack, form, photo) or (keep_photo(pack, photo) if sent_photo() else None):
        return wrong
    if request.args.get("then") == "sign":
        return redirect(url_for("handover.pack_sign_form", pack_id=pack.id), 303)
    flash(_("The notes are saved."))
    return redirect(url_for("handover.pack_show", pack_id=pack.id), 303)


@bp.post("/packs/<id:pack_id>/photos")
@may(Right.MANAGE_SITES)
def pack_photo_add(pack_id: int) -> Any:
    """The same by its button for photos; notes and ticks that come along are kept."""
    pack, form, photo = packs.find_unsigned(current_user, pack_id), NotesForm(), PhotoForm()
    if wrong := (keep_notes(pack, form, photo) if "version" in request.form else None) or keep_photo(pack, photo):
        return wrong
    return redirect(url_for("handover.pack_show", pack_id=pack.id, _anchor="photos"), 303)


@bp.post("/packs/<id:pack_id>/photos/<id:photo_id>/delete")
@may(Right.MANAGE_SITES)
def pack_photo_remove(pack_id: int, photo_id: int) -> Any:
    """The same by a photo's own button: what was typed or chosen meanwhile is kept, then the photo goes."""
    pack, form, photo = packs.find_unsigned(current_user, pack_id), NotesForm(), PhotoForm()
    packs.photo_of(pack, photo_id)
    if wrong := keep_notes(pack, form, photo) if "version" in request.form else None:
        return wrong
    packs.remove_photo(me(), pack, photo_id)
    if wrong := keep_photo(pack, photo) if sent_photo() else None:
        return wrong
    return redirect(url_for("handover.pack_show", pack_id=pack.id, _anchor="photos"), 303)


def sent_photo() -> FileStorage | None:
    sent = request.files.get("photo")
    return sent if sent and sent.filename else None


def keep_notes(pack: HandoverPack, form: NotesForm, photo: PhotoForm) -> Any:
    """The page with what is wrong; None when they are written."""
    if not form.validate():
        return fill_page(pack, 422, notes_form=form, photo_form=photo)
    try:
        packs.write_notes(me(), pack, form.notes.data, form.tested.data or [], form.seen_version)
    except Refused as no:
        pack = packs.find_unsigned(current_user, pack.id)
        form.version.data = str(pack.version)  # saved once more, it takes the place of the other's
        form.form_errors = [no.why]
        return fill_page(pack, 409, notes_form=form, photo_form=photo)
    return None


def keep_photo(pack: HandoverPack, form: PhotoForm) -> Any:
    """The same of a photo."""
    sent = sent_photo()
    if not form.validate():
        return refuse_photo(pack, form, 422)
    if sent is None:
        form.photo.errors = [_("Choose a photo.")]
        return refuse_photo(pack, form, 422)
    try:
        packs.add_photo(me(), pack, sent.stream, form.caption.data)  # type: ignore[arg-type]
    except Refused as no:
        late = no.code in {"signed", "too_many_photos"}
        form.form_errors, form.photo.errors = ([no.why], []) if late else ([], [no.why])
        return refuse_photo(pack, form, 409 if late else 422)
    return None


def refuse_photo(pack: HandoverPack, form: PhotoForm, status: int) -> Any:
    return fill_page(packs.find_unsigned(current_user, pack.id), status, photo_form=form)


def fill_page(pack: HandoverPack, status: int, **forms: Form) -> Any:
    return (show_page(PAGE, errors=True, **pack_page(pack, **forms)), status)
