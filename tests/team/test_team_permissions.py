"""Who may do what in the team: every changing route, by force."""

from __future__ import annotations

import pytest

from tests.factories import assign, make_company, make_employee, make_owner, make_role, make_site
from tests.team.things import invite, make_manager
from tests.test_routes import everything_stored, fill, routes
from webapp.accounts.models import CompanyRole
from webapp.accounts.permissions import Right, Role
from webapp.team.models import TeamInvitation

OPEN = {"team.index", "team.transfer", "team.view", "team.stop_viewing", "team.join", "team.show_join"}
OPEN |= {"team.offer_admin", "team.accept_admin", "team.withdraw_admin", "team.decline_admin"}


def of_the_team(app):
    return [(method, rule, view) for method, rule, view in routes(app) if rule.endpoint.startswith("team.")]


def test_every_route_that_is_not_named_here_wants_the_right(app):
    bare = {
        rule.endpoint for _method, rule, view in of_the_team(app) if getattr(view, "right", "") != Right.MANAGE_TEAM
    }
    assert bare == OPEN


@pytest.mark.parametrize("role", [Role.INSTALLER, Role.OBSERVER, "all but the team"])
def test_without_the_right_nothing_is_changed(app, admin, company, sign_in, role):
    invite(admin)
    site, bo = make_site(company), make_employee(company)
    own = make_role(company, "Own", *(set(Right) - {Right.MANAGE_TEAM}))
    given = {"role": Role.OWN, "own_role": own} if role == "all but the team" else {"role": role}
    one = make_employee(company, **given)
    if role != "all but the team":
        assign(site, one)
    person = sign_in(one.email)
    person.fetch_token()
    before = everything_stored()
    ids = {"account_id": bo.id, "site_id": site.id, "role_id": own.id, "invitation_id": TeamInvitation.get().id}
    for method, rule, _view in of_the_team(app):
        if method == "POST" and rule.endpoint not in {"team.join", "team.stop_viewing"}:
            for htmx in (False, True):
                reply = person.post(fill(rule, **ids), htmx=htmx, name="x", role="observer", seen="observer")
                wanted = (
                    {409}
                    if rule.endpoint in {"team.accept_admin", "team.withdraw_admin", "team.decline_admin"}
                    else {403}
                )
                assert reply.status_code in wanted, (rule.rule, reply.status_code)
    assert everything_stored() == before


def test_another_companys_things_and_no_things_are_alike(app, admin, sign_in, company):
    other = make_company("Southlight")
    theirs = make_manager(other, Right.MANAGE_ALL_SITES, name="Stranger")
    invite(sign_in(theirs.email), role=f"own-{make_role(other, 'Weak').id}")
    site = make_site(other)
    real = {"account_id": theirs.id, "site_id": site.id, "role_id": CompanyRole.get(CompanyRole.name == "Weak").id}
    real["invitation_id"] = TeamInvitation.get().id
    before, seen = everything_stored(), set()
    for method, rule, _view in of_the_team(app):
        if not rule.arguments or "token" in rule.arguments:
            continue
        for ids in (real, dict.fromkeys(real, 9 * 10**14)):
            path = fill(rule, **ids)
            reply = admin.get(path) if method == "GET" else admin.post(path, name="x", role="observer", seen="observer")
            assert reply.status_code == 404, f"{method} {path}: {reply.status_code}"
            seen.add(reply.text.partition("</main>")[0].partition("<main")[2])
    assert len(seen) == 1 and everything_stored() == before


def test_owners_are_kept_out(app, admin, sign_in, company):
    person = sign_in(make_owner(make_site(company)).email)
    person.fetch_token()
    before = everything_stored()
    for method, rule, _view in of_the_team(app):
        if "token" not in rule.arguments and rule.endpoint != "team.stop_viewing":
            path = fill(rule, site_id=1)
            reply = person.get(path) if method == "GET" else person.post(path)
            assert reply.status_code == 403, f"{method} {path}: {reply.status_code}"
    assert everything_stored() == before
