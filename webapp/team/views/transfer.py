"""Handing the role of Installer Admin over: the offer, and its answer."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, session, url_for
from flask_login import current_user
from wtforms import PasswordField

from webapp.accounts import guard
from webapp.common.errors import Forbidden, Refused
from webapp.common.htmx import show_page, wants_part
from webapp.common.i18n import _
from webapp.team.forms import AcceptForm, OfferForm
from webapp.team.models import Answer
from webapp.team.services import choices, people, transferring
from webapp.team.views import bp
from webapp.team.words import role_called

OFFERED = "offered_admin"  # in the cookie: the reader has offered their role of Installer Admin


def show(form: OfferForm | AcceptForm | None = None, status: int = 200) -> Any:
    """To the Installer Admin: the form, or the offer that holds; to whom it is made: the form that takes it."""
    by = guard.me()
    offer = transferring.open_offer(by)
    mine = offer is not None and offer.taker_id == by.id
    if not by.is_admin and not mine:
        raise Forbidden(_("Only the Installer Admin can do this."))
    if form is None and (mine or not offer):
        form = AcceptForm() if mine else OfferForm()
    if isinstance(form, OfferForm):
        form.offer(transferring.takers(by), choices.offered(by))
    role = role_called(offer.role, offer.own_role.name if offer.own_role else "") if offer else ""
    return show_page("team/transfer.html", offer=offer, mine=mine, form=form, becomes=role), status


@bp.get("/team/admin")
def transfer() -> Any:
    return show()


def proves(field: PasswordField) -> bool:
    if transferring.knows_password(guard.me(), field.data):
        return True
    field.errors = [_("This is not your current password.")]
    return False


@bp.post("/team/admin/offer")
def offer_admin() -> Any:
    by, form = guard.me(), OfferForm()
    if not by.is_admin:
        raise Forbidden(_("Only the Installer Admin can do this."))
    if not form.validate() or not proves(form.password):
        return show(form, 422)
    try:
        made = transferring.offer(by, form.taker.data, choices.find(by, form.role.data))
    except Refused as no:
        (form.role if no.code == "unknown_role" else form.taker).errors = [no.why]
        return show(form, 409)
    session[OFFERED] = True
    flash(_("%(name)s has to confirm within three days. Until then nothing changes.", name=made.taker.name))
    return redirect(url_for("team.transfer"), 303)


@bp.post("/team/admin/accept")
def accept_admin() -> Any:
    by, form = guard.me(), AcceptForm()
    offer = transferring.open_offer(by)
    if offer is None or offer.taker_id != by.id:
        raise transferring.gone()
    if not form.validate() or not proves(form.password):
        return show(form, 422)
    transferring.accept(by)
    guard.renew()
    flash(_("You are the Installer Admin now."))
    return redirect(url_for("team.index"), 303)


@bp.post("/team/admin/withdraw")
def withdraw_admin() -> Any:
    transferring.answer(guard.me(), Answer.WITHDRAWN)
    session.pop(OFFERED, None)
    flash(_("The offer is withdrawn. Nothing has changed."))
    return redirect(url_for("team.transfer"), 303)


@bp.post("/team/admin/decline")
def decline_admin() -> Any:
    transferring.answer(guard.me(), Answer.DECLINED)
    flash(_("You have declined. Nothing has changed."))
    return redirect(url_for("team.index"), 303)


@bp.before_app_request
def tell_who_has_the_role() -> None:
    """Tell whoever has handed it over on their next page, once: who has it, and what they are themselves."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or getattr(view, "public", False) or request.method != "GET" or not session.get(OFFERED):
        return
    if wants_part() or not current_user.is_authenticated or current_user.viewer or current_user.is_admin:
        return
    session.pop(OFFERED)
    by = guard.me()
    admin, mine = people.page(by, "", 1).members[0], choices.of_account(people.find(by, by.id))
    role = role_called(mine.role, mine.own_name)
    flash(_("%(name)s is the Installer Admin now. Your role: %(role)s", name=admin.name, role=role), "info")
