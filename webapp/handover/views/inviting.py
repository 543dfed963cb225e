"""Handing a site over, as the company does it: what it keeps, the invitation, its link (T4)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, flash, request
from flask_babel import force_locale
from flask_login import current_user

from webapp.accounts.guard import may
from webapp.accounts.permissions import Right
from webapp.common.errors import Refused, TooMany
from webapp.common.headers import keep_nowhere
from webapp.common.htmx import go_on_to, leave_to, show_letter, show_page, show_part, wants_part
from webapp.common.i18n import _, date_and_time, language
from webapp.common.urls import base
from webapp.devices.services.lists import version
from webapp.handover import words
from webapp.handover.forms import LANGUAGES, InviteForm
from webapp.handover.models import Answer, OwnerInvitation, Wanted
from webapp.handover.models.places import name_of
from webapp.handover.services import invitations
from webapp.handover.services.invitations import ANSWERABLE, Invited
from webapp.handover.views import bp
from webapp.handover.views.pieces import app_for_customers, choices
from webapp.notices import services as notices
from webapp.notices.words import told as told_of_mail
from webapp.qr.services import images
from webapp.sites import services as sites
from webapp.sites.models import Site

PAGE = "handover/invite.html"


def find(site_id: int) -> Site:
    """A site that can be handed over. Raises NotFound, Refused."""
    site = sites.find_own(current_user, site_id)
    invitations.require_invitable(site)
    return site


def new_form(site: Site, **more: Any) -> InviteForm:
    spoken = language() if language() in LANGUAGES else LANGUAGES[0]
    form = InviteForm(**{"language": spoken, "how": "email" if notices.can_mail() else "qr"} | more)
    form.zone = site.zone
    form.there = choices(site) if current_user.may(Right.MANAGE_DEVICES) else ()
    return form


def wizard(site: Site, form: InviteForm) -> dict[str, Any]:
    """What the wizard shows; the effects are those of what is chosen now, as far as it makes sense."""
    wanted = chosen(form)
    return {"site": site, "form": form, "can_mail": notices.can_mail(), **effects_of(wanted, form.how_long, site)}


def chosen(form: InviteForm) -> Wanted:
    site = bool(form.site_information.data)
    wanted = form.wanted(site)
    return wanted if site else wanted._replace(kinds=())


def effects_of(wanted: Wanted, long: str, site: Site) -> dict[str, Any]:
    yours = words.company_effects(wanted, long)
    if helper := sites.subcontractor_of(site):
        yours.append(("cross", _("end the sharing: %(company)s sees nothing of the site any more.", company=helper)))
    return {"yours": yours, "theirs": words.owner_effects(wanted, site.zone)}


@bp.get("/sites/<id:site_id>/handover")
@may(Right.MANAGE_SITES)
def invite(site_id: int) -> Any:
    """The open invitation, what became of it, or the way to a new one."""
    site = sites.find_own(current_user, site_id)
    latest = invitations.latest(site)
    if wants_part() and "link" in request.args:
        return follow(site, latest)
    if site.owner_id is not None:
        return show_page("handover/answered.html", site=site, title=_("Invitation"), text=taken_over(site, latest))
    if latest and invitations.state_of(latest) in ANSWERABLE:
        return show_page("handover/invitation.html", **invitation_page(site, latest))
    return show_page(PAGE, **before(site, latest), **wizard(site, new_form(site)))


def follow(site: Site, latest: OwnerInvitation | None) -> Any:
    """For a page that waits: nothing, its card, or the whole page once the link it shows opens nothing any more."""
    waits = latest and site.owner_id is None and invitations.state_of(latest) in ANSWERABLE
    if not waits or latest is None or request.args["link"] != link_version(latest):
        return leave_to("handover.invite", site_id=site.id)
    page = invitation_page(site, latest)
    return ("", 204) if page["version"] == request.args.get("v") else show_page("handover/_invited.html", **page)


def link_version(made: OwnerInvitation) -> str:
    return f"{made.id}-{made.sent_at.timestamp():.6f}"


def taken_over(site: Site, latest: OwnerInvitation | None) -> str:
    said = {"owner": name_of(site.owner_id), "site": site.name}
    if latest and latest.answer == Answer.ACCEPTED and latest.answered_by_id == site.owner_id:
        return _("%(owner)s has accepted and owns %(site)s now.", **said)
    return _("%(owner)s owns %(site)s.", **said)


def before(site: Site, latest: OwnerInvitation | None) -> dict[str, Any]:
    """What became of the invitation before a new one."""
    if latest is None:
        return {}
    said = ""
    if latest.answer == Answer.DECLINED and latest.answered_at:
        said = words.answered(Answer.DECLINED, latest.name, latest.answered_at, site.zone)
    return {"before": str(invitations.state_of(latest)), "said": said}


@bp.get("/sites/<id:site_id>/handover/new")
@may(Right.MANAGE_SITES)
def invite_another(site_id: int) -> Any:
    """A new invitation in place of an open one: to another person, or with other permissions."""
    site = sites.find_own(current_user, site_id)
    if site.owner_id is not None:
        return leave_to("handover.invite", site_id=site.id)
    return show_page(PAGE, **wizard(site, new_form(site)))


@bp.get("/sites/<id:site_id>/handover/effects")
@may(Right.MANAGE_SITES)
def effects(site_id: int) -> Any:
    """What the choices would mean; asked for while they are made."""
    site = sites.find_own(current_user, site_id)
    if site.owner_id is not None:
        return leave_to("handover.invite", site_id=site.id)
    form = new_form(site, formdata=request.args)
    return show_part(PAGE, "handover/_effects.html", **wizard(site, form))


@bp.post("/sites/<id:site_id>/handover")
@may(Right.MANAGE_SITES)
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


def show_link(site: Site, made: OwnerInvitation, token: str) -> Response:
    """The invitation with its link and code: here, in the mail, and nowhere else."""
    url = f"{base()}/handover/{token}"
    if made.email and notices.can_mail():
        mail(site, made, url)
    said = {"company": current_user.company_name, "site": site.name, "url": url}
    text = _("%(company)s hands the security system of %(site)s over to you: %(url)s", **said)
    shown = {"url": url, "svg": images.svg(url), "text": text, "sms": f"sms:{quote(made.phone)}?&body={quote(text)}"}
    return keep_nowhere(show_page("handover/invitation.html", **invitation_page(site, made), **shown))


def invitation_page(site: Site, made: OwnerInvitation) -> dict[str, Any]:
    posted = told_of_mail(notices.state(made.mail_id)) if made.mail_id else None
    state = invitations.state_of(made)
    kept = words.told_to_owner(Wanted.of(made.retained), current_user.company_name, site.zone)
    chip = words.INVITATIONS[str(state)]
    page = {"site": site, "invitation": made, "chip_of": chip, "kept": kept, "posted": posted}
    page |= {"can_mail": notices.can_mail(), "until": date_and_time(made.expires_at, site.zone)}
    page |= {"link_version": link_version(made), "version": version(repr((state, posted)))}
    return page | app_for_customers(made.company_id)


def mail(site: Site, made: OwnerInvitation, url: str) -> None:
    """In the language of the invited."""
    with force_locale(made.language or language()):
        letter = {
            "title": _(
                "%(company)s hands the security system of %(site)s over to you",
                company=current_user.company_name,
                site=site.name,
            ),
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
def resend(site_id: int) -> Any:
    site = find(site_id)
    return show_link(site, *invitations.resend(current_user, site))


@bp.get("/sites/<id:site_id>/handover/withdraw")
@may(Right.MANAGE_SITES)
def confirm_withdrawal(site_id: int) -> Any:
    site = sites.find_own(current_user, site_id)
    made = invitations.latest(site)
    if site.owner_id is not None or made is None or made.answer != Answer.OPEN:
        return leave_to("handover.invite", site_id=site.id)
    return show_part("handover/asking.html", "handover/_withdraw.html", site=site, invitation=made)


@bp.post("/sites/<id:site_id>/handover/withdraw")
@may(Right.MANAGE_SITES)
def withdraw(site_id: int) -> Any:
    site = find(site_id)
    invitations.withdraw(current_user, site)
    flash(_("The invitation is withdrawn. Its link opens nothing any more."))
    return go_on_to("sites.show", site_id=site.id)
