"""An invitation as the invited sees it: who asks, what it means, accept or decline (T5). Looking uses nothing up."""

from __future__ import annotations

from typing import Any

from flask import flash
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import public
from webapp.common.errors import NotFound, Refused
from webapp.common.htmx import leave_to, show_page
from webapp.common.i18n import _, date_and_time, language
from webapp.handover import words
from webapp.handover.models import OwnerInvitation, Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import ANSWERABLE
from webapp.handover.views import bp
from webapp.handover.views.pieces import app_for_customers, choices
from webapp.owners.forms import JoinForm

PAGE = "handover/accept.html"


def find(token: str) -> OwnerInvitation:
    invitation = invitations.find(token)
    if invitation is None:
        raise NotFound
    return invitation


def show(token: str, invitation: OwnerInvitation, form: JoinForm, status: int = 200, why: str = "") -> Any:
    state = invitations.state_of(invitation)
    page: dict[str, Any] = {"token": token, "invitation": invitation, "site": invitation.site, "form": form}
    if state not in ANSWERABLE:
        return show_page("handover/over.html", why=invitations.over(state).why, state=str(state), **page), 409
    if not why and current_user.is_authenticated:
        why = against(invitation)
    page |= {"count": len(choices(invitation.site)), "kept": kept(invitation), "why": why, "state": str(state)}
    page |= {"until": date_and_time(invitation.expires_at, invitation.site.zone)}
    return show_page(PAGE, **page, **app_for_customers(invitation.company_id)), status


def kept(invitation: OwnerInvitation) -> list[tuple[str, str]]:
    return words.told_to_owner(Wanted.of(invitation.retained), invitation.company.name, invitation.site.zone)


def against(invitation: OwnerInvitation) -> str:
    """Why the one who is signed in cannot accept; "" when they can."""
    try:
        invitations.require_own_address(invitation, guard.me())
    except Refused as no:
        return no.why
    return ""


@bp.get("/handover/<token>")
@public
def answer(token: str) -> Any:
    invitation = find(token)
    given = JoinForm(formdata=None, name=invitation.name, email=invitation.email)
    return show(token, invitation, given)


@bp.post("/handover/<token>")
@public
def accept(token: str) -> Any:
    invitation, form = find(token), JoinForm()
    if invitations.state_of(invitation) not in ANSWERABLE:
        return show(token, invitation, form)
    try:
        return accept_as_signed_in(token) if current_user.is_authenticated else accept_as_new(token, invitation, form)
    except Refused as no:
        return show(token, find(token), form, 409, no.why)


def accept_as_signed_in(token: str) -> Any:
    """Raises Refused."""
    site = invitations.accept(token, guard.me())
    flash(_("You are the owner of %(site)s now.", site=site.name))
    return leave_to("sites.show", site_id=site.id)


def accept_as_new(token: str, invitation: OwnerInvitation, form: JoinForm) -> Any:
    """Raises Refused, TooMany."""
    if not form.validate():
        return show(token, invitation, form, 422)
    given = (form.name.data, form.email.data, invitation.phone, form.password.data or "", language())
    try:
        site, session = invitations.accept_as_new(token, *given, guard.address(), guard.agent())
    except Refused as no:
        if no.code not in {"sign_in_first", "email_taken", "other_address"}:
            raise
        form.email.errors = [no.why]
        return show(token, invitation, form, 409)
    guard.let_in(session)
    flash(_("You are the owner of %(site)s now.", site=site.name))
    return leave_to("sites.show", site_id=site.id)


@bp.post("/handover/<token>/decline")
@public
def decline(token: str) -> Any:
    invitation = find(token)
    if invitations.state_of(invitation) not in ANSWERABLE:
        return show(token, invitation, JoinForm(formdata=None))
    try:
        invitations.decline(token, guard.me() if current_user.is_authenticated else None)
    except Refused as no:
        return show(token, find(token), JoinForm(formdata=None), 409, no.why)
    return show_page("handover/over.html", why="", state="said_no", invitation=invitation)
