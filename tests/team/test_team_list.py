"""The list of a company's people: everybody sees it, whoever manages the team acts on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import assign, make_company, make_employee, make_owner, make_role, make_site
from tests.team.things import invite, make_holder
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.db import database


def test_it_tells_who_they_are_and_what_they_see(admin, company):
    bakery, museum, over = (make_site(company) for _ in range(3))
    bo = make_employee(company, name="Bo Begin")
    for site, until in ((bakery, None), (museum, clock.now() + timedelta(hours=1)), (over, clock.now())):
        assign(site, bo, until=until)
    make_holder(make_role(company, "Service desk", Right.MANAGE_ALL_SITES), name="Cy Desk")
    make_employee(company, Role.OBSERVER, name="Di Gone", disabled_at=clock.now())

    page = admin.get("/team").text

    rows = {name: page.partition(f"<bdi>{name}</bdi>")[2].partition("</li>")[0] for name in ("Bo Begin", "Cy Desk")}
    assert "Installer" in rows["Bo Begin"] and "2 sites" in rows["Bo Begin"] and "not seen yet" in rows["Bo Begin"]
    assert "Service desk" in rows["Cy Desk"] and "3 sites" in rows["Cy Desk"]
    gone = page.partition("<bdi>Di Gone</bdi>")[2].partition("</li>")[0]
    assert "Disabled" in gone and "Observer" in gone
    assert page.index("Ada Admin</bdi>") < page.index("Bo Begin") < page.index("Di Gone")


def test_others_see_the_list_and_nothing_to_press(admin, sign_in, company):
    invite(admin, name="Newcomer", email="newcomer@example.com")
    person = sign_in(make_employee(company, Role.OBSERVER, name="Bo Begin").email)
    page = person.get("/team").text
    assert "Ada Admin" in page and "Newcomer" in page and "newcomer@example.com" not in page
    main = page.partition("<main")[2]
    assert "<form" not in main and "/team/invite" not in main and "/team/roles" not in main
    assert 'href="/team/1' not in main


def test_another_companys_people_and_owners_are_not_in_it(admin, company):
    make_employee(make_company(), name="Stranger")
    make_owner(make_site(company), name="Customer")
    page = admin.get("/team").text
    assert "Stranger" not in page and "Customer" not in page


def test_fifty_a_page(admin, company):
    for n in range(60):
        make_employee(company, name=f"Person {n:03}")
    first, second = admin.get("/team").text, admin.get("/team?page=2").text
    assert "Person 048" in first and "Person 049" not in first and "Page 1 of 2" in first
    assert "Person 049" in second and "Person 059" in second and "Ada Admin</bdi> · you" not in second
    assert admin.get("/team?page=9").location == "/team"


@pytest.mark.parametrize("show", ["disabled", "invited", "<script>"])
def test_what_is_filtered_is_counted(admin, company, show):
    make_employee(company, name="Di Gone", disabled_at=clock.now())
    invite(admin, name="Newcomer")
    page = admin.get(f"/team?show={show}").text.partition("<main")[2]
    assert ("Di Gone" in page) == (show != "invited") and ("Newcomer" in page) == (show != "disabled")
    assert ("Ada Admin" in page) == (show == "<script>")
    for label in ("Invited", "Disabled"):
        assert f"{label} <span>1</span>" in page


def test_it_is_one_statement_beside_the_session(admin, company, monkeypatch):
    for n in range(20):
        assign(make_site(company), make_employee(company, name=f"Person {n}"))
    admin.get("/team")
    asked, execute = [], database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *more, **named: asked.append(sql) or execute(sql, *more, **named)
    )
    admin.get("/team", htmx=True)
    assert len([sql for sql in asked if "SELECT" in sql]) == 2, asked


def test_an_invitation_says_until_when_at_the_companys_place(admin, company):
    make_site(company, zone="Asia/Tokyo")
    with time_machine.travel("2026-11-23T20:30:00Z", tick=False):
        shown = invite(admin).text
        page = admin.get("/team").text
    assert "until Fri 05:30" in page and "Waiting" in page and "hours more" not in page
    assert "Nov 27, 2026" in shown and "UTC" not in shown


def test_oneself_is_there_now(admin, company):
    page = admin.get("/team").text
    mine = page.partition("<bdi>Ada Admin</bdi>")[2].partition("</li>")[0]
    assert "active now" in mine and "<time" not in mine


def test_it_leads_back(admin, company):
    for path in ("/team", "/company"):
        assert '<a class="round" href="/account" aria-label="Back">' in admin.get(path).text


def test_an_address_is_called_alike_everywhere(admin, company):
    bo = make_employee(company)
    for path in (f"/team/{bo.id}", "/account"):
        assert "<dt>E-mail</dt>" in admin.get(path).text, path
    assert "<dt>E-mail</dt>" in invite(admin).text
