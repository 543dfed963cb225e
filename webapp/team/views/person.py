"""One employee: the page, their role, their sites."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from werkzeug.datastructures import MultiDict

from webapp.accounts import guard
from webapp.accounts.guard import may
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right
from webapp.accounts.services import second_factor
from webapp.common.errors import Refused
from webapp.common.htmx import leave_to, show_page, show_part
from webapp.common.i18n import _
from webapp.notices import services as notices
from webapp.team import words
from webapp.team.forms import GiveRoleForm, Pairs, number, offer_roles, pair_row
from webapp.team.services import assigning, choices, people
from webapp.team.views import bp

PAGE = "team/show.html"


def person_page(account: Account) -> dict[str, Any]:
    by, choice = guard.me(), choices.of_account(account)
    own, hidden = assigning.of_person(by, account)
    return {
        "account": account,
        "role": words.role_called(choice.role, choice.own_name),
        "sees_all": choice.sees_all,
        "sees": people.sites_now(account),
        "assigned": own,
        "hidden": hidden,
        "until": words.until,
        "sessions": len(people.live_sessions(account)),
        "seen_at": people.last_seen(account),
        "may_act": people.may_act_on(by, account),
        "may_view": by.is_admin and account.id != by.id and not account.disabled_at,
        "can_mail": notices.can_mail(),
        "factor": second_factor.held(account.id),
    }


@bp.get("/team/<id:account_id>")
@may(Right.MANAGE_TEAM)
def show(account_id: int) -> Any:
    return show_page(PAGE, **person_page(people.find(guard.me(), account_id)))


def show_role(account: Account, form: GiveRoleForm, status: int = 200) -> Any:
    """The form with how many sites the person will see by the chosen role."""
    by = guard.me()
    offer_roles(form.role, choices.offered(by))
    form.seen.data = form.role.data
    try:
        choice = choices.find(by, form.role.data or "")
    except Refused:
        choice = choices.of_account(account)
    now, then = people.sites_now(account), people.sites_with(account, choice)
    shown = {"account": account, "form": form, "now": now, "then": then, "rights": words.right_names(choice.rights)}
    return show_part("team/role_of.html", "team/_role_of.html", **shown), status


@bp.get("/team/<id:account_id>/role")
@may(Right.MANAGE_TEAM)
def choose_role(account_id: int) -> Any:
    account = people.find_other(guard.me(), account_id)
    form = GiveRoleForm(request.args) if "role" in request.args else GiveRoleForm(formdata=None)
    if "role" not in request.args:
        form.role.data = choices.of_account(account).key
    return show_role(account, form)


@bp.post("/team/<id:account_id>/role")
@may(Right.MANAGE_TEAM)
def give_role(account_id: int) -> Any:
    """What it changes is shown before it is saved."""
    by, form = guard.me(), GiveRoleForm()
    account = people.find_other(by, account_id)
    if not form.validate():
        return show_role(account, form, 422)
    try:
        choice = choices.find(by, form.role.data)
        if form.seen.data != choice.key:
            return show_role(account, form)
        people.change_role(by, account, choice)
    except Refused as no:
        form.role.errors = [no.why]
        return show_role(account, form, 409)
    called = words.role_called(choice.role, choice.own_name)
    flash(_("%(name)s has the role %(role)s now.", name=account.name, role=called))
    return leave_to("team.show", account_id=account.id)


def show_sites(account: Account, pairs: Pairs | None = None, status: int = 200) -> Any:
    """The tick list: what is assigned, then what is ticked, then what the search finds."""
    by, query = guard.me(), request.values.get("q", "")[:100]
    now = assigning.now_of(by, account)
    sites = assigning.sites_to_choose(by, query, {*now, *(pairs.picked if pairs else ())})
    rows = [pair_row(site.id, site.name, site.place, site.zone, now.get(site.id), pairs) for site in sites]
    seen = (pairs and pairs.seen) or assigning.version_of(by, account)
    shown = {"account": account, "rows": rows, "pairs": pairs, "seen": seen, "query": query, "most": assigning.MOST}
    shown |= {"sees": sum(row["picked"] for row in rows) + assigning.of_person(by, account)[1]}
    shown |= {"found": any(not (row["kept"] or row["picked"]) for row in rows)}
    return show_part("team/sites.html", "team/_sites.html", errors=status >= 400, **shown), status


@bp.get("/team/<id:account_id>/sites")
@may(Right.MANAGE_TEAM)
def choose_sites(account_id: int) -> Any:
    account = people.find(guard.me(), account_id)
    people.require_other(guard.me(), account)
    assigning.require_assignable(account)
    return show_sites(account, read_pairs(request.args) if request.args.get("for") or "pick" in request.args else None)


def read_pairs(typed: MultiDict[str, str]) -> Pairs:
    sites = assigning.sites_seen(guard.me(), map(number, typed.getlist("pick")))
    return Pairs(typed, {site.id: site.zone for site in sites})


@bp.post("/team/<id:account_id>/sites")
@may(Right.MANAGE_TEAM)
def assign_sites(account_id: int) -> Any:
    by = guard.me()
    account = people.find(by, account_id)
    people.require_other(by, account)
    pairs = read_pairs(request.form)
    wanted = pairs.wanted()
    if pairs.errors:
        return show_sites(account, pairs, 422)
    try:
        assigning.assign_person(by, account, wanted, pairs.seen)
    except Refused as no:
        pairs.form_errors = [no.why]
        return show_sites(account, pairs, 409)
    flash(_("The sites of %(name)s are saved.", name=account.name))
    return leave_to("team.show", account_id=account.id)
