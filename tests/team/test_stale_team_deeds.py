"""What was begun before somebody's role or account changed is judged by what they are now (R1, R3, R5)."""

from __future__ import annotations

import pytest

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import assign, make_employee, make_role, make_site
from tests.handover.made import principal
from tests.team.things import acts, invite, join, link_in, make_holder, make_manager
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.common.errors import NotFound, Refused
from webapp.sites.models import Assignment
from webapp.team.models import TeamInvitation
from webapp.team.services import assigning, choices, inviting, people, roles, transferring, viewing
from webapp.team.services.inviting import Letter


@pytest.fixture
def ada(company):
    return principal(Account.get(Account.email == "ada@example.com"))


@pytest.fixture
def tom(company):
    return make_employee(company, Role.INSTALLER, name="Tom")


@pytest.fixture
def boss(company):
    """Somebody with every right who is not the Installer Admin."""
    return principal(make_manager(company, *set(Right)))


DEEDS = {
    "disable": lambda by, account: people.disable(by, account),
    "delete": lambda by, account: people.delete(by, account, "Tom", None),
    "role": lambda by, account: people.change_role(by, account, choices.find(by, "observer")),
}


def admins(company):
    mine = (Account.company == company.id) & (Account.role == Role.INSTALLER_ADMIN)
    return [one.name for one in Account.select().where(mine, Account.disabled_at.is_null())]


@pytest.mark.parametrize("deed", DEEDS)
def test_who_has_just_become_the_installer_admin_stays(company, ada, tom, boss, deed):
    transferring.offer(ada, tom.id, choices.find(ada, "observer"))
    found = people.find_other(boss, tom.id)
    transferring.accept(principal(tom))
    with pytest.raises(Refused):
        DEEDS[deed](boss, found)
    assert admins(company) == ["Tom"]


RACED = {"disable": people.disable, "delete": lambda by, account: people.delete(by, account, account.name, None)}


@pytest.mark.parametrize("deed", RACED)
def test_at_once_there_is_always_an_installer_admin(company, ada, boss, deed):
    giver = ada
    for number in range(6):
        taker = make_employee(company, Role.INSTALLER, name=f"Tom {number}")
        transferring.offer(giver, taker.id, choices.find(giver, "observer"))
        found, to = people.find_other(boss, taker.id), principal(taker)
        told = at_once(lambda t=to: transferring.accept(t), lambda f=found: RACED[deed](boss, f))
        assert sum(one is None for one in told) == 1, told
        passed_on = told[0] is None
        assert admins(company) == [taker.name if passed_on else giver.name]
        giver = principal(Account.get_by_id(taker.id)) if passed_on else giver


def letter(_made, _token):
    return Letter("subject", "text", "<p>text</p>")


def test_who_loses_the_team_right_with_a_role_leaves_no_invitation_open(company, ada):
    desk = make_role(company, "Desk", Right.MANAGE_TEAM, Right.MANAGE_SITES)
    dora = principal(make_holder(desk, name="Dora"))
    inviting.invite(dora, "X", "x@example.com", choices.find(dora, "observer"), [], letter)
    roles.edit(ada, desk, "Front desk", frozenset({Right.MANAGE_TEAM, Right.MANAGE_SITES}))
    assert TeamInvitation.count_open(company.id) == 1
    roles.edit(ada, desk, "Front desk", frozenset({Right.MANAGE_SITES}))
    assert TeamInvitation.count_open(company.id) == 0


@pytest.mark.parametrize(("role", "whose"), [("observer", "Tom"), ("own", "Ada Admin")])
def test_those_of_a_former_installer_admin_are_their_successors(company, ada, tom, role, whose):
    """Unless they may look after the team still."""
    desk = make_role(company, "Desk", Right.MANAGE_TEAM)
    inviting.invite(ada, "Y", "y@example.com", choices.find(ada, "installer"), [], letter)
    transferring.offer(ada, tom.id, choices.find(ada, f"own-{desk.id}" if role == "own" else role))
    transferring.accept(principal(tom))
    assert TeamInvitation.get(TeamInvitation.answer == "open").maker_name == whose


def test_a_role_that_has_gone_is_given_to_nobody(company, ada, tom):
    desk = make_role(company, "Desk", Right.MANAGE_HEALTH)
    choice = choices.find(ada, f"own-{desk.id}")
    roles.delete(ada, desk)
    for deed in (
        lambda: people.change_role(ada, tom, choice),
        lambda: inviting.invite(ada, "Z", "z@example.com", choice, [], letter),
        lambda: transferring.offer(ada, tom.id, choice),
    ):
        with pytest.raises(Refused, match="cannot be given"):
            deed()
    assert acts("team.") == []


def test_nothing_is_assigned_to_whom_or_at_what_has_gone(company, ada, tom):
    site = make_site(company)
    people.delete(ada, tom, "Tom", None)
    with pytest.raises(NotFound):
        assigning.assign_person(ada, tom, {site.id: None}, assigning.version_of(ada, tom))
    with pytest.raises(NotFound):
        viewing.begin(ada, tom)
    bob = make_employee(company, name="Bob")
    seen = assigning.version_at(ada, site)
    site.delete_instance()
    with pytest.raises(NotFound):
        assigning.assign_site(ada, site, {bob.id: None}, seen)


@pytest.mark.parametrize("htmx", [False, True])
def test_what_slips_through_all_the_same_is_a_sentence(app, admin, htmx):
    from peewee import IntegrityError

    def fail():
        raise IntegrityError("FOREIGN KEY constraint failed")

    view, app.view_functions["team.index"] = app.view_functions["team.index"], fail
    try:
        reply = admin.get("/team", htmx=htmx)
    finally:
        app.view_functions["team.index"] = view
    assert reply.status_code == 409 and "changed or deleted meanwhile" in reply.text


def test_sites_that_the_deleter_does_not_see_are_passed_on_to_nobody(app, company, sign_in):
    mine, hidden = make_site(company, name="Mine"), make_site(company, name="Vault")
    manager, bob = make_manager(company, Right.MANAGE_SITES), make_employee(company, Role.OBSERVER, name="Bob")
    assign(mine, manager)
    assign(mine, bob)
    assign(hidden, bob)
    person, second = sign_in(manager.email), Person(app)
    join(second, link_in(invite(person, role="observer", email="second@example.com")))
    heir = Account.get(Account.email == "second@example.com")
    assert person.post(f"/team/{bob.id}/delete", name="Bob", heir=str(heir.id)).status_code == 303
    assert [one.site_id for one in Assignment.select().where(Assignment.account == heir.id)] == [mine.id]
    assert second.get(f"/sites/{hidden.id}").status_code == 404


def test_nobody_is_taken_from_a_site_by_somebody_with_fewer_rights(company, sign_in):
    site, manager = make_site(company), make_manager(company)
    strong = make_employee(company, Role.INSTALLER, name="Strong")
    for one in (manager, strong):
        assign(site, one)
    by = principal(manager)
    assigning.assign_site(by, site, {}, assigning.version_at(by, site))
    assert Assignment.select().where(Assignment.account == strong.id).count() == 1
    assert "Strong" not in [one.name for one in assigning.offered_at(by)]
    assert sign_in(strong.email, PASSWORD).get(f"/sites/{site.id}").status_code == 200
