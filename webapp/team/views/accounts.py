"""Acts upon an employee's account: disabling, enabling, deleting, a new password, two-factor sign-in."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right
from webapp.accounts.words import reset_letter
from webapp.common.errors import Refused
from webapp.common.htmx import leave_to, show_letter, show_part
from webapp.common.i18n import _, plural
from webapp.common.urls import base
from webapp.notices import services as notices
from webapp.team.forms import DeletePersonForm
from webapp.team.services import assigning, people
from webapp.team.services.people import Effects
from webapp.team.views import bp
from webapp.team.views.person import person_page

PAGE = "team/show.html"
NAMED = 5  # of the sites that are left alone


def lost(effects: Effects, kept_back: list[str] | None = None) -> list[str]:
    """What ends, a sentence each. `kept_back`: what an heir does not get; None without one."""
    live, links, sent = effects.sessions, effects.links, effects.invitations
    told = [plural("%(num)s session ends now.", "%(num)s sessions end now.", live)] if live else []
    told += left_alone(effects) if kept_back is None else kept_back
    told += [plural("%(num)s link that was made ends.", "%(num)s links that were made end.", links)] if links else []
    told += [plural("%(num)s invitation they sent ends.", "%(num)s invitations they sent end.", sent)] if sent else []
    return told


def left_alone(effects: Effects) -> list[str]:
    shown, count = effects.names[:NAMED], effects.alone
    if not count:
        return []
    return [
        plural(
            "%(num)s site is left with nobody assigned: %(names)s",
            "%(num)s sites are left with nobody assigned: %(names)s",
            count,
            names=", ".join([*shown, "…"] if count > len(shown) else shown),
        )
    ]


def passed_on(account: Account, heir_id: int | None) -> tuple[str, list[str] | None]:
    """What an heir gets, and what they do not: sites that the deleter does not see are not theirs to pass on."""
    heir = next((one for one in people.heirs(guard.me(), account) if one.id == heir_id), None)
    if heir is None:
        return "", None
    sites, hidden = assigning.of_person(guard.me(), account)
    count, kept_back = sum(one.live for one in sites), []
    if hidden:
        kept_back.append(
            plural(
                "%(num)s site that you do not see goes to nobody.",
                "%(num)s sites that you do not see go to nobody.",
                hidden,
            )
        )
    goes = plural("%(num)s site goes to %(heir)s.", "%(num)s sites go to %(heir)s.", count, heir=heir.name)
    return goes if count else "", kept_back


@bp.get("/team/<id:account_id>/disable")
@may(Right.MANAGE_TEAM)
def confirm_disable(account_id: int) -> Any:
    account = people.find_other(guard.me(), account_id)
    effects = lost(people.effects(guard.me(), account))
    return show_part(PAGE, "team/_disable.html", effects=effects, **person_page(account))


@bp.post("/team/<id:account_id>/disable")
@may(Right.MANAGE_TEAM)
def disable(account_id: int) -> Any:
    account = people.find_other(guard.me(), account_id)
    people.disable(guard.me(), account)
    flash(_("%(name)s is disabled and cannot sign in any more.", name=account.name))
    return leave_to("team.show", account_id=account.id)


@bp.post("/team/<id:account_id>/enable")
@may(Right.MANAGE_TEAM)
def enable(account_id: int) -> Any:
    account = people.find_other(guard.me(), account_id)
    people.enable(guard.me(), account)
    flash(_("%(name)s can sign in again.", name=account.name))
    return leave_to("team.show", account_id=account.id)


def show_delete(account: Account, form: DeletePersonForm, status: int = 200) -> Any:
    form.offer_heirs(people.heirs(guard.me(), account))
    goes, kept_back = passed_on(account, form.heir_id)
    told = lost(people.effects(guard.me(), account), kept_back)
    shown = {"form": form, "goes": goes, "effects": [*told, _("This cannot be undone.")]}
    return show_part(PAGE, "team/_delete.html", **shown, **person_page(account)), status


@bp.get("/team/<id:account_id>/delete")
@may(Right.MANAGE_TEAM)
def confirm_delete(account_id: int) -> Any:
    """With `?heir=` as it would be with their sites passed on."""
    form = DeletePersonForm(request.args, meta={"csrf": True})
    return show_delete(people.find_other(guard.me(), account_id), form)


@bp.post("/team/<id:account_id>/delete")
@may(Right.MANAGE_TEAM)
def delete(account_id: int) -> Any:
    by, form = guard.me(), DeletePersonForm()
    account = people.find_other(by, account_id)
    if not form.validate():
        return show_delete(account, form, 422)
    goes, _kept_back = passed_on(account, form.heir_id)
    try:
        people.delete(by, account, form.name.data, form.heir_id)
    except Refused as no:
        field = form.heir if no.code == "no_heir" else form.name
        field.errors = [no.why]
        return show_delete(account, form, 422 if no.code == "name_differs" else 409)
    flash(f"{_('%(name)s is deleted.', name=account.name)} {goes}".strip())
    return leave_to("team.index")


@bp.post("/team/<id:account_id>/reset-password")
@may(Right.MANAGE_TEAM)
def reset_password(account_id: int) -> Any:
    account = people.find_other(guard.me(), account_id)
    if not notices.can_mail():
        raise Refused(_("This server sends no mail."), "no_mail")
    letter = reset_letter() | {"company": guard.me().company_name}
    text, html = show_letter(**letter)
    people.mail_reset(guard.me(), account, base(), letter["title"], text, html)
    flash(_("A link for a new password is on its way to %(name)s.", name=account.name))
    return leave_to("team.show", account_id=account.id)


@bp.post("/team/<id:account_id>/reset-second-factor")
@may(Right.MANAGE_TEAM)
def reset_second_factor(account_id: int) -> Any:
    account = people.find_other(guard.me(), account_id)
    people.reset_second_factor(guard.me(), account)
    flash(_("%(name)s signs in with the password alone until two-factor sign-in is set up again.", name=account.name))
    return leave_to("team.show", account_id=account.id)
