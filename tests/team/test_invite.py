"""Inviting somebody: by mail, by a link, by a code on the screen (R4)."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine

from tests.client import Person, at_once
from tests.factories import make_company, make_employee, make_owner, make_role, make_site
from tests.qr.pictures import shown_in
from tests.team.things import acts, invite, join, link_in, make_manager
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.db import database
from webapp.team.models import TeamInvitation
from webapp.team.services import inviting


def test_the_link_is_shown_once_with_its_code(admin, company):
    reply = invite(admin)
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    link = link_in(reply)
    assert shown_in(reply.text) == [f"http://localhost{link}"]
    token = link.removeprefix("/join/")
    assert len(token) == 43, "256 bits"
    for table in database.get_tables():
        assert token not in repr(database.execute_sql(f'SELECT * FROM "{table}"').fetchall()), table
    page = admin.get("/team").text
    assert token not in page and "Bo Begin" in page and "bo@example.com" in page
    assert acts() == ["team.invited"]


def test_how_many_sites_the_person_will_see_is_told_as_role_and_sites_change(admin, company):
    sites = [make_site(company) for _ in range(4)]
    role = make_role(company, "Desk", Right.MANAGE_ALL_SITES)

    def told(query):
        return re.search(r'id="reach"[^>]*>(.*?)</p>', admin.get(f"/team/invite?{query}", htmx=True).text)[1]

    assert told("") == ""
    assert "will see 0 sites" in told("role=installer")
    assert "will see 2 sites" in told(f"role=installer&sites={sites[0].id}&sites={sites[1].id}")
    assert "will see 4 sites" in told(f"role=own-{role.id}&sites={sites[0].id}")
    assert "will see" not in told("role=installer_admin") and "will see" not in told("role=own-999")
    assert "will see 2 sites" in invite(admin, sites=[sites[0].id, sites[1].id]).text


def test_the_role_of_installer_admin_is_not_offered(admin, company):
    page = admin.get("/team/invite").text
    assert 'value="installer"' in page and 'value="observer"' in page and 'value="installer_admin"' not in page
    for role in ("installer_admin", "owner", "own", "own-1", "tlh"):
        reply = invite(admin, role=role)
        assert reply.status_code == 409 and "This role cannot be given" in reply.text
    assert not TeamInvitation.select().count() and acts() == []


def test_a_form_that_is_not_filled_comes_back(admin, company):
    reply = admin.post("/team/invite", name=" ", email="nobody", role="")
    assert reply.status_code == 422 and 'class="summary"' in reply.text
    assert "What is the person called?" in reply.text and "Which role?" in reply.text


def test_whose_address_it_is_is_told_within_the_company_only(admin, company):
    make_employee(company, email="cy@example.com", name="Cy Colleague")
    make_employee(company, email="di@example.com", name="Di Disabled", disabled_at=clock.now())
    make_employee(make_company("Southlight"), email="elsewhere@example.com", name="Stranger")
    make_owner(email="owner@example.com", name="Customer")
    told = {email: invite(admin, email=email) for email in ("cy@example.com", "di@example.com", "CY@example.com")}
    assert {reply.status_code for reply in told.values()} == {409}
    assert "Cy Colleague of your company" in told["cy@example.com"].text
    assert "Di Disabled of your company" in told["di@example.com"].text
    assert "your own address" in invite(admin, email="ada@example.com").text
    far, owner = (invite(admin, email=email).text for email in ("elsewhere@example.com", "owner@example.com"))
    assert "Southlight" not in far and "Stranger" not in far and "Customer" not in owner
    assert far.count("This address cannot be invited") == owner.count("This address cannot be invited") == 2
    assert not TeamInvitation.select().count()


def test_nobody_is_invited_twice(admin, company):
    invite(admin)
    reply = invite(admin, email="BO@example.com", name="Again")
    assert reply.status_code == 409 and "has been invited with this address already" in reply.text


def test_a_new_link_ends_the_one_before(admin, app, company):
    first = link_in(invite(admin))
    reply = admin.post(f"/team/invitations/{TeamInvitation.get().id}/resend")
    second = link_in(reply)
    assert reply.status_code == 200 and second != first and reply.headers["Cache-Control"] == "no-store"
    assert Person(app).get(first).status_code == 404
    assert join(Person(app), second).status_code == 303
    assert acts() == ["team.invited", "team.invitation_resent", "team.joined"]


def test_a_new_link_revives_one_that_has_expired(admin, app, company):
    invite(admin)
    TeamInvitation.update(expires_at=clock.now()).execute()
    assert "Expired" in admin.get("/team").text
    link = link_in(admin.post(f"/team/invitations/{TeamInvitation.get().id}/resend"))
    assert Person(app).get(link).status_code == 200


def test_a_withdrawn_one_opens_nothing(admin, app, company):
    link = link_in(invite(admin))
    number = TeamInvitation.get().id
    assert admin.post(f"/team/invitations/{number}/withdraw").status_code == 303
    reply = Person(app).get(link)
    assert reply.status_code == 409 and "has been withdrawn" in reply.text
    assert join(Person(app), link).status_code == 409 and Account.select().count() == 1
    for deed in ("resend", "withdraw"):
        assert admin.post(f"/team/invitations/{number}/{deed}").status_code == 404
    assert "Bo Begin" not in admin.get("/team").text
    assert acts() == ["team.invited", "team.invitation_withdrawn"]


def test_no_more_than_fifty_are_open(admin, company, monkeypatch):
    monkeypatch.setattr(inviting, "MOST_OPEN", 3)
    for n in range(3):
        assert invite(admin, email=f"person{n}@example.com").status_code == 200
    reply = invite(admin)
    assert reply.status_code == 409 and "invitations are open" in reply.text
    assert TeamInvitation.select().count() == 3


def test_no_more_than_twenty_are_sent_within_an_hour(admin, company):
    for n in range(19):
        assert invite(admin, email=f"person{n}@example.com").status_code == 200
    assert admin.post(f"/team/invitations/{TeamInvitation.get().id}/resend").status_code == 200
    for reply in (invite(admin), admin.post(f"/team/invitations/{TeamInvitation.get().id}/resend")):
        assert reply.status_code == 429 and "within an hour" in reply.text
        assert 3500 < int(reply.headers["Retry-After"]) <= 3601
    assert TeamInvitation.select().count() == 19
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert invite(admin).status_code == 200


def test_two_at_once_invite_an_address_once(admin, sign_in, company):
    people = [admin, sign_in(), sign_in()]
    for person in people:
        person.fetch_token()
    told = at_once(*[lambda person=person: invite(person).status_code for person in people])
    assert sorted(told) == [200, 409, 409] and TeamInvitation.select().count() == 1


def test_sites_that_are_not_ones_own_cannot_be_given(admin, company):
    theirs = make_site(make_company())
    assert invite(admin, sites=[theirs.id]).status_code == 404
    assert not TeamInvitation.select().count()


def test_nobody_gives_a_role_with_more_rights_than_their_own(sign_in, company):
    person = sign_in(make_manager(company, Right.MANAGE_SITES).email)
    strong, weak = make_role(company, "Strong", Right.MANAGE_ALL_SITES), make_role(company, "Weak", Right.MANAGE_SITES)
    page = person.get("/team/invite").text
    assert "Weak" in page and "Strong" not in page and 'value="installer"' not in page
    assert invite(person, role=f"own-{strong.id}").status_code == 409
    assert invite(person, role=Role.INSTALLER).status_code == 409
    assert invite(person, role=f"own-{weak.id}").status_code == 200
