"""Inviting somebody: the form, the link with its code, sending it again, withdrawing it."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused, TooMany
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import show_letter, show_page, show_part
from webapp.common.i18n import _
from webapp.common.urls import base
from webapp.notices import services as notices
from webapp.qr.services import images
from webapp.sites import services as sites
from webapp.team.forms import InviteForm, offer_roles
from webapp.team.models import TeamInvitation
from webapp.team.services import assigning, choices, inviting
from webapp.team.services.inviting import Letter
from webapp.team.views import bp
from webapp.team.words import role_called

PAGE, PART = "team/invite.html", "team/_invite.html"


def show(form: InviteForm, status: int = 200) -> Any:
    by, picked = guard.me(), form.sites.data or []
    offer_roles(form.role, choices.offered(by))
    offered = assigning.sites_to_choose(by, "", picked)
    context = {"form": form, "sites": offered, "sees": reach_of(form), "can_mail": notices.can_mail()}
    return show_part(PAGE, PART, **context), status


def reach_of(form: InviteForm) -> int | None:
    """How many sites somebody with the chosen role and sites will see; None before a role is chosen."""
    by = guard.me()
    try:
        choice = choices.find(by, form.role.data or "")
    except Refused:
        return None
    return choice.sites(by.company_id, len(assigning.sites_seen(by, form.sites.data or [])))


@bp.get("/team/invite")
@may(Right.MANAGE_TEAM)
def invite() -> Any:
    return show(InviteForm(request.args, meta={"csrf": True}))


@bp.post("/team/invite")
@may(Right.MANAGE_TEAM)
def send_invitation() -> Any:
    form, by = InviteForm(), guard.me()
    if not form.validate():
        return show(form, 422)
    try:
        choice = choices.find(by, form.role.data)
        made, token = inviting.invite(by, form.name.data, form.email.data, choice, form.sites.data or [], letter)
    except Refused as no:
        field = form.role if no.code == "unknown_role" else form.email
        (form.form_errors if no.code.startswith("too_many") else field.errors).append(no.why)
        return show(form, 409)
    except TooMany as no:
        form.form_errors = [no.why]
        page = make_response(show(form, 429))
        page.headers["Retry-After"] = str(no.retry_after)
        return page
    return show_link(made, token, reach_of(form))


def letter(made: TeamInvitation, token: str) -> Letter:
    by = guard.me()
    title = _("%(who)s invites you to %(company)s", who=by.name, company=by.company_name)
    told = {
        "title": title,
        "company": by.company_name,
        "lines": [
            _("%(who)s invites you to work with %(company)s in Sitehand.", who=by.name, company=by.company_name),
            _("Your role: %(role)s", role=role_called(made.role, made.own_role.name if made.own_role else "")),
        ],
        "link": f"{base()}/join/{token}",
        "label": _("Accept the invitation"),
        "after": [_("The link works once, for three days. If you do not know who this is, ignore this message.")],
    }
    text, html = show_letter(**told)
    return Letter(title, text, html)


def show_link(made: TeamInvitation, token: str, sees: int | None = None) -> Any:
    """The link with its code: shown here and never again."""
    url = f"{base()}/join/{token}"
    zone = sites.suggested_zone(guard.me()) or "UTC"
    shown = {"made": made, "url": url, "svg": images.svg(url), "sees": sees, "mailed": notices.can_mail(), "zone": zone}
    return keep_nowhere(show_page("team/invited.html", **shown))


@bp.post("/team/invitations/<id:invitation_id>/resend")
@may(Right.MANAGE_TEAM)
def resend(invitation_id: int) -> Any:
    by = guard.me()
    made = inviting.find(by, invitation_id)
    return show_link(*inviting.resend(by, made, letter))


@bp.post("/team/invitations/<id:invitation_id>/withdraw")
@may(Right.MANAGE_TEAM)
def withdraw(invitation_id: int) -> Any:
    made = inviting.find(guard.me(), invitation_id)
    inviting.withdraw(guard.me(), made)
    flash(_("The invitation of %(name)s is withdrawn. Its link does not work any more.", name=made.name))
    return redirect(url_for("team.index"), 303)
