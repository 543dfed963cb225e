"""Whoever was invited registers by the link, once (Z14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_company, make_employee, make_role, make_site
from tests.team.things import acts, invite, join, link_in
from webapp.accounts.models import Account, CompanyRole, Session
from webapp.accounts.permissions import Right, Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.sites.models import Assignment, Site


@pytest.fixture
def link(admin, company):
    return link_in(invite(admin))


def test_the_page_says_who_invites_to_what(anyone, link):
    page = anyone.get(link)
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    for text in ("Northlight Security", "Installer", "Ada Admin", "bo@example.com", 'value="Bo Begin"'):
        assert text in page.text
    assert anyone.get(link).status_code == 200, "looking uses nothing up"


def test_they_register_and_are_signed_in(anyone, sign_in, link):
    reply = join(anyone, link, name="Bo B. Begin")
    assert (reply.status_code, reply.location) == (303, "/")
    assert anyone.get("/").status_code == 200
    account = Account.get(Account.email == "bo@example.com")
    assert (account.name, account.role, account.company_id) == ("Bo B. Begin", Role.INSTALLER, 1)
    assert acts() == ["team.invited", "team.joined"]
    entry = AuditEntry.get(AuditEntry.action == "team.joined")
    assert (entry.actor_id, entry.company_id, entry.target_id) == (account.id, 1, account.id)
    assert sign_in("bo@example.com").get("/team").status_code == 200


def test_the_sites_of_the_invitation_are_assigned(admin, anyone, company):
    mine, gone, other = make_site(company), make_site(company), make_site(company)
    link = link_in(invite(admin, sites=[mine.id, gone.id]))
    Site.delete().where(Site.id == gone.id).execute()
    join(anyone, link)
    assert [one.site_id for one in Assignment.select()] == [mine.id]
    assert anyone.get(f"/sites/{mine.id}").status_code == 200
    assert anyone.get(f"/sites/{other.id}").status_code == 404


def test_a_role_of_the_companys_own_counts(admin, anyone, company):
    role = make_role(company, "Desk", Right.MANAGE_TEAM)
    join(anyone, link_in(invite(admin, role=f"own-{role.id}")))
    assert anyone.get("/team/invite").status_code == 200 and anyone.get("/sites/new").status_code == 403


def test_a_weak_password_or_no_name_comes_back(anyone, link):
    for fields in ({"password": "short"}, {"password": "bo@example.com"}, {"name": " "}):
        reply = join(anyone, link, **fields)
        assert reply.status_code == 422 and 'class="summary"' in reply.text
    assert Account.select().count() == 1 and anyone.get(link).status_code == 200


def test_it_works_once(app, link):
    assert join(Person(app), link).status_code == 303
    late = Person(app)
    for reply in (late.get(link), join(late, link)):
        assert reply.status_code == 409 and "has been used already" in reply.text and "Ada Admin" in reply.text
    assert Account.select().count() == 2


def test_it_works_for_three_days(app, link):
    with time_machine.travel(clock.now() + timedelta(hours=71, minutes=59)):
        assert Person(app).get(link).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=72, seconds=1)):
        for reply in (Person(app).get(link), join(Person(app), link)):
            assert reply.status_code == 409 and "has expired" in reply.text
    assert Account.select().count() == 1


def test_a_link_that_is_none_is_no_page(anyone, company):
    for token in ("x" * 43, "x", "%00", "x" * 400):
        assert anyone.get(f"/join/{token}").status_code == 404
        assert join(anyone, f"/join/{token}").status_code == 404


def test_of_twenty_at_once_one_joins(app, link):
    people = [Person(app) for _ in range(20)]
    for person in people:
        person.get(link)
    told = at_once(*[lambda person=person: join(person, link).status_code for person in people])
    assert sorted(told) == [303] + [409] * 19
    assert Account.select().count() == 2 and acts() == ["team.invited", "team.joined"]


def test_it_is_bound_to_its_address(anyone, link):
    join(anyone, link, email="other@example.com", role="installer_admin", company="2")
    account = Account.get(Account.name == "Bo Begin")
    assert (account.email, account.role, account.company_id) == ("bo@example.com", Role.INSTALLER, 1)


def test_who_has_registered_elsewhere_meanwhile_is_told(anyone, link):
    make_employee(make_company("Southlight"), email="bo@example.com")
    reply = join(anyone, link)
    assert reply.status_code == 409 and "cannot be invited" in reply.text and "Southlight" not in reply.text


def test_whoever_is_signed_in_becomes_the_new_person(sign_in, company, link):
    person = sign_in()
    assert join(person, link).status_code == 303
    assert "Bo Begin" in person.get("/account").text
    assert Session.select().join(Account).where(Account.email == "ada@example.com").count() == 1, (
        "of the one who invited"
    )


def test_the_password_is_kept_as_a_hash(anyone, link):
    join(anyone, link)
    assert PASSWORD not in repr(list(Account.select().dicts())) and not CompanyRole.select().count()


def test_whoever_has_joined_by_it_goes_on(anyone, sign_in, link):
    join(anyone, link)
    for reply in (anyone.get(link), join(anyone, link)):
        assert reply.status_code == 200 and "You have joined." in reply.text and "Go on" in reply.text
        assert "Ask Ada Admin for a new one" not in reply.text
    assert sign_in().get(link).status_code == 409, "it is another person's"
