"""Handing a site over, as the company does it: what it keeps, the invitation, its link (T4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import flash, request
from flask_babel import force_locale
from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused, TooMany
from webapp.common.htmx import go_on_to, show_letter, show_page, show_part
from webapp.common.i18n import _, date_and_time, language
from webapp.common.urls import base
from webapp.handover import words
from webapp.handover.forms import LANGUAGES, InviteForm
from webapp.handover.models import OwnerInvitation, Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import ANSWERABLE, Invited
from webapp.handover.views import bp
from webapp.handover.views.pieces import app_for_customers, choices, kept_nowhere
from webapp.notices import services as notices
from webapp.notices.words import told as told_of_mail
from webapp.qr.services import images
from webapp.sites import services as sites
from webapp.sites.models import Site

PAGE = "handover/invite.html"


def find(site_id: int) -> Site:
    """A site that can be handed over. Raises NotFound, Refused."""
    site = sites.find(current_user, site_id)
    invitations.require_invitable(site)
    return site


def new_form(site: Site, **more: Any) -> InviteForm:
    spoken = language() if language() in LANGUAGES else LANGUAGES[0]
    form = InviteForm(**{"language": spoken} | more)
    form.zone = site.zone
    form.there = choices(site) if current_user.may(Right.MANAGE_DEVICES) else ()
    return form


def wizard(site: Site, form: InviteForm) -> dict[str, Any]:
    """What the wizard shows; the effects are those of what is chosen now, as far as it makes sense."""
    wanted = chosen(form)
    return {"site": site, "form": form, "can_mail": notices.can_mail(), **effects_of(wanted, site)}


def chosen(form: InviteForm) -> Wanted:
    site = bool(form.site_information.data)
    wanted = form.wanted(site)
    return wanted if site else wanted._replace(kinds=())


def effects_of(wanted: Wanted, site: Site) -> dict[str, Any]:
    return {"yours": words.company_effects(wanted, site.zone), "theirs": words.owner_effects(wanted, site.zone)}


@bp.get("/sites/<id:site_id>/handover")
@may(Right.MANAGE_SITES)
def invite(site_id: int) -> Any:
    """The open invitation, else the way to a new one."""
    site = find(site_id)
    latest = invitations.latest(site)
    if latest and invitations.state_of(latest) in ANSWERABLE:
        return show_page("handover/invitation.html", **invitation_page(site, latest))
    return show_page(PAGE, before=latest and str(invitations.state_of(latest)), **wizard(site, new_form(site)))


@bp.get("/sites/<id:site_id>/handover/new")
@may(Right.MANAGE_SITES)
def invite_another(site_id: int) -> Any:
    """A new invitation in place of an open one: to another person, or with other permissions."""
    site = find(site_id)
    return show_page(PAGE, **wizard(site, new_form(site)))


@bp.get("/sites/<id:site_id>/handover/effects")
@may(Right.MANAGE_SITES)
def effects(site_id: int) -> Any:
    """What the choices would mean; asked for while they are made."""
    site = find(site_id)
    form = new_form(site, formdata=request.args)
    return show_part(PAGE, "handover/_effects.html", **wizard(site, form))


@bp.post("/sites/<id:site_id>/handover")
@may(Right.MANAGE_SITES)
@kept_nowhere
def send(site_id: int) -> Any:
    site = find(site_id)
    form = new_form(site)
    if not form.validate():
        return show_page(PAGE, **wizard(site, form)), 422
    try:
        made, token = invitations.invite(current_user, site, invited(form), form.wanted(form.site_information.data))
    except Refused as no:
        form.form_errors = [no.why]
        return show_page(PAGE, **wizard(site, form)), 409
    except TooMany as no:
        form.form_errors = [no.why]
        return show_page(PAGE, **wizard(site, form)), 429, {"Retry-After": str(no.retry_after)}
    return show_link(site, made, token)


def invited(form: InviteForm) -> Invited:
    """The one way that was chosen counts; what stands in the other field is left out."""
    email = form.email.data if form.how.data == "email" else ""
    phone = form.phone.data if form.how.data == "phone" else ""
    return Invited(form.name.data, email, phone, form.language.data)


def show_link(site: Site, made: OwnerInvitation, token: str) -> str:
    """The invitation with its link and code: here, in the mail, and nowhere else."""
    url = f"{base()}/handover/{token}"
    if made.email and notices.can_mail():
        mail(site, made, url)
    said = {"company": current_user.company_name, "site": site.name, "url": url}
    text = _("%(company)s hands %(site)s over to you: %(url)s", **said)
    shown = {"url": url, "svg": images.svg(url), "text": text, "sms": f"sms:{quote(made.phone)}?&body={quote(text)}"}
    return show_page("handover/invitation.html", **invitation_page(site, made), **shown)


def invitation_page(site: Site, made: OwnerInvitation) -> dict[str, Any]:
    posted = told_of_mail(notices.state(made.mail_id)) if made.mail_id else None
    state = invitations.state_of(made)
    kept = words.told_to_owner(Wanted.of(made.retained), current_user.company_name, site.zone)
    chip = words.INVITATIONS[str(state)]
    page = {"site": site, "invitation": made, "chip_of": chip, "kept": kept, "posted": posted}
    page |= {"can_mail": notices.can_mail(), "until": date_and_time(made.expires_at, site.zone)}
    return page | app_for_customers(made.company_id)


def mail(site: Site, made: OwnerInvitation, url: str) -> None:
    """In the language of the invited."""
    with force_locale(made.language or language()):
        letter = {
            "title": _("%(company)s hands %(site)s over to you", company=current_user.company_name, site=site.name),
            "lines": [
                _("Hello %(name)s,", name=made.name),
                _("%(who)s invites you to become the owner of this site.", who=made.maker_name),
                _("Open this link to see what that means, and to accept or decline. It holds for 14 days."),
            ],
            "link": url,
            "label": _("See the invitation"),
            "after": [_("If you do not know the company, ignore this message.")],
            "company": current_user.company_name,
        }
        text, html = show_letter(**letter)
    invitations.note_mail(made, notices.post(made.company_id, made.email, letter["title"], text, html))


@bp.post("/sites/<id:site_id>/handover/resend")
@may(Right.MANAGE_SITES)
@kept_nowhere
def resend(site_id: int) -> Any:
    site = find(site_id)
    return show_link(site, *invitations.resend(current_user, site))


@bp.get("/sites/<id:site_id>/handover/withdraw")
@may(Right.MANAGE_SITES)
def confirm_withdrawal(site_id: int) -> Any:
    site = find(site_id)
    made = invitations.require_unanswered(invitations.latest(site))
    return show_part("handover/asking.html", "handover/_withdraw.html", site=site, invitation=made)


@bp.post("/sites/<id:site_id>/handover/withdraw")
@may(Right.MANAGE_SITES)
def withdraw(site_id: int) -> Any:
    site = find(site_id)
    invitations.withdraw(current_user, site)
    flash(_("The invitation is withdrawn. Its link opens nothing any more."))
    return go_on_to("sites.show", site_id=site.id)
