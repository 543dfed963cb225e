"""Sharing a site with family: who sees it, inviting somebody by a link, accepting, ending it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import for_owners, public
from webapp.common.errors import Refused
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import go_on_to, leave_to, show_letter, show_page, show_part
from webapp.common.i18n import _, language
from webapp.common.urls import base
from webapp.handover.models import ShareInvitation
from webapp.handover.services import sharing
from webapp.handover.services.sharing import ShareState
from webapp.handover.views import bp
from webapp.handover.views.owner import SITE, own_site, site_page
from webapp.notices import services as notices
from webapp.owners.forms import JoinForm, ShareForm
from webapp.owners.words import when
from webapp.qr.services import images
from webapp.sites.models import Site

SHARE, JOIN = "owners/share.html", "owners/join.html"


@bp.get("/sites/<id:site_id>/family")
@for_owners
def family(site_id: int) -> Any:
    site = own_site(site_id)
    return show_part(SITE, "owners/_family.html", **site_page(site))


@bp.get("/sites/<id:site_id>/family/invite")
@for_owners
def show_share(site_id: int) -> Any:
    return share_page(own_site(site_id), ShareForm(formdata=None))


def share_page(site: Site, form: ShareForm) -> str:
    return show_page(SHARE, site=site, form=form, can_mail=notices.can_mail())


@bp.post("/sites/<id:site_id>/family/invite")
@for_owners
def share(site_id: int) -> Any:
    """The link with its code: shown here and never again."""
    site, form = own_site(site_id), ShareForm()
    if not form.validate():
        return share_page(site, form), 422
    try:
        made, token = sharing.invite(guard.me(), site, form.name.data, form.email.data or "")
    except Refused as no:
        form.form_errors = [no.why]
        return share_page(site, form), 409
    url = f"{base()}/family/{token}"
    sent = mail(site, made, url)
    shown = {"url": url, "svg": images.svg(url), "sent": sent, "until": when(made.expires_at, site.zone)}
    return keep_nowhere(show_page("owners/shared.html", site=site, made=made, **shown))


def mail(site: Site, made: ShareInvitation, url: str) -> bool:
    """Post the link to the invited, where an address is given and mail is set up."""
    if not made.email or not notices.can_mail():
        return False
    subject = _("%(who)s shares %(site)s with you", who=made.maker_name, site=site.name)
    letter = {
        "title": subject,
        "lines": [_("You can see whether the cameras and recorders there work. The link is good for 14 days.")],
        "link": url,
        "label": _("Look at it"),
        "after": [_("If you do not know what this is about, ignore this message.")],
    }
    text, html = show_letter(**letter)
    notices.post(None, made.email, subject, text, html)
    return True


@bp.post("/sites/<id:site_id>/family/invitations/<id:invitation_id>/withdraw")
@for_owners
def withdraw_share(site_id: int, invitation_id: int) -> Any:
    site = own_site(site_id)
    sharing.withdraw(guard.me(), site, invitation_id)
    return go_on_to("handover.family", site_id=site.id)


@bp.get("/sites/<id:site_id>/family/<id:share_id>/end")
@for_owners
def show_end_share(site_id: int, share_id: int) -> Any:
    site = own_site(site_id)
    found = sharing.find_share(guard.me(), site, share_id)
    return show_part("handover/asking.html", "owners/_end_share.html", site=site, share=found)


@bp.post("/sites/<id:site_id>/family/<id:share_id>/end")
@for_owners
def end_share(site_id: int, share_id: int) -> Any:
    site = own_site(site_id)
    ended = sharing.end(guard.me(), site, share_id)
    flash(_("%(name)s does not see the site any more.", name=ended.account.name))
    return leave_to("sites.show", site_id=site.id)


@bp.get("/family/<token>")
@public
def show_join(token: str) -> Any:
    return show(token, sharing.find(token))


def show(token: str, found: ShareInvitation, form: JoinForm | None = None, status: int = 200, why: str = "") -> Any:
    """Who shares what; how to accept it, or why that cannot be."""
    person = guard.me() if current_user.is_authenticated else None
    no = sharing.refusal(found, person)
    form = form or JoinForm(formdata=None, name=found.name, email=found.email)
    shown = {"found": found, "no": no.why if no else why, "final": no is not None, "person": person, "form": form}
    over = sharing.state_of(found) != ShareState.OPEN
    return show_page(JOIN, token=token, over=over, **shown), 409 if no else status


@bp.post("/family/<token>")
@public
def join(token: str) -> Any:
    found = sharing.find(token)
    if current_user.is_authenticated:
        return accept(token, found)
    if sharing.state_of(found) != ShareState.OPEN:
        return show(token, found)
    form = JoinForm()
    if not form.validate():
        return show(token, found, form, 422)
    typed = {"name": form.name.data, "email": form.email.data, "password": form.password.data or ""}
    try:
        site, session = sharing.accept_as_new(token, typed, language(), guard.address(), guard.agent())
    except Refused as no:
        form.form_errors = [no.why]
        return show(token, sharing.find(token), form, 409)
    guard.let_in(session)
    return redirect(url_for("sites.show", site_id=site.id), 303)


def accept(token: str, found: ShareInvitation) -> Any:
    try:
        site = sharing.accept(token, guard.me())
    except Refused as no:
        return show(token, sharing.find(token), status=409, why=no.why)
    flash(_("You see this site from now on."))
    return redirect(url_for("sites.show", site_id=site.id), 303)
