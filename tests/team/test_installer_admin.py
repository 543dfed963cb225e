"""There is exactly one Installer Admin: the role passes on when both have confirmed (R1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_company, make_employee, make_role
from tests.team.things import acts, make_holder
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.team.models import AdminOffer


@pytest.fixture
def bo(company):
    return make_employee(company, name="Bo Begin")


@pytest.fixture
def taker(sign_in, bo):
    return sign_in(bo.email)


def offer(admin, bo, **fields):
    return admin.post("/team/admin/offer", **{"taker": bo.id, "role": "installer", "password": PASSWORD} | fields)


def admins(company):
    mine = (Account.company == company.id) & (Account.role == Role.INSTALLER_ADMIN)
    return [one.name for one in Account.select().where(mine)]


def test_nothing_changes_before_the_other_confirms(admin, taker, bo, company):
    reply = offer(admin, bo)
    assert reply.status_code == 303 and admins(company) == ["Ada Admin"]
    assert "has not confirmed yet" in admin.get("/team").text
    assert "Ada Admin offers you the role" in taker.get("/team").text
    for page in (admin.get("/team/admin").text, taker.get("/team/admin").text):
        assert "Bo Begin becomes the Installer Admin" in page and "Ada Admin becomes: Installer" in page
    assert acts() == ["team.admin_offered"]


def test_both_change_at_once_and_at_the_next_request(admin, taker, bo, company):
    role = make_role(company, "Desk", Right.MANAGE_HEALTH)
    offer(admin, bo, role=f"own-{role.id}")
    assert admin.get("/team/roles").status_code == 200 and taker.get("/team/roles").status_code == 403
    reply = taker.post("/team/admin/accept", password=PASSWORD)
    assert reply.status_code == 303 and admins(company) == ["Bo Begin"]
    assert admin.get("/team/roles").status_code == 403 and taker.get("/team/roles").status_code == 200
    ada = Account.get(Account.name == "Ada Admin")
    assert (ada.role, ada.own_role_id) == (Role.OWN, role.id)
    assert acts() == ["team.admin_offered", "team.admin_accepted"]
    assert taker.post("/team/admin/accept", password=PASSWORD).status_code == 409


def test_who_has_a_copy_of_the_takers_cookie_gains_nothing(app, admin, taker, bo):
    offer(admin, bo)
    thief = Person(app)
    thief.client.set_cookie("sitehand", taker.client.get_cookie("sitehand").value)
    assert thief.get("/account").status_code == 200
    taker.post("/team/admin/accept", password=PASSWORD)
    assert taker.get("/account").status_code == 200 and thief.get("/account").status_code == 303


def test_both_need_their_password(admin, taker, bo, company):
    for wrong in ("", "Another-ladder-8"):
        reply = offer(admin, bo, password=wrong)
        assert reply.status_code == 422 and 'class="summary"' in reply.text
    assert not AdminOffer.select().count()
    offer(admin, bo)
    for wrong in ("", "Another-ladder-8"):
        assert taker.post("/team/admin/accept", password=wrong).status_code == 422
    assert admins(company) == ["Ada Admin"]


def test_guessing_the_password_is_throttled(admin, bo):
    told = [offer(admin, bo, password=f"wrong-{n}").status_code for n in range(10)]
    assert told[-1] == 429 and not AdminOffer.select().count()


def test_nobody_else_offers_or_accepts(admin, sign_in, bo, company):
    everything = make_holder(make_role(company, "All", *Right))
    third = sign_in(everything.email)
    assert offer(third, bo).status_code == 403 and third.get("/team/admin").status_code == 403
    offer(admin, bo)
    for deed in ("accept", "withdraw", "decline"):
        assert third.post(f"/team/admin/{deed}", password=PASSWORD).status_code == 409
    assert admin.post("/team/admin/accept", password=PASSWORD).status_code == 409
    assert admin.post("/team/admin/decline").status_code == 409
    assert third.get("/team/admin").status_code == 403 and admins(company) == ["Ada Admin"]
    assert "offers you" not in third.get("/team").text


def test_it_can_be_withdrawn_and_declined(admin, taker, bo, company):
    offer(admin, bo)
    assert admin.post("/team/admin/withdraw").status_code == 303
    assert taker.post("/team/admin/accept", password=PASSWORD).status_code == 409
    offer(admin, bo)
    assert taker.post("/team/admin/decline").status_code == 303
    assert taker.post("/team/admin/accept", password=PASSWORD).status_code == 409
    assert admins(company) == ["Ada Admin"]
    declined = ["team.admin_offered", "team.admin_declined"]
    assert acts() == ["team.admin_offered", "team.admin_withdrawn", *declined]


def test_it_holds_for_three_days(admin, sign_in, bo, company):
    offer(admin, bo)
    with time_machine.travel(clock.now() + timedelta(hours=72, seconds=1)):
        late = sign_in(bo.email)
        assert late.post("/team/admin/accept", password=PASSWORD).status_code == 409
        assert "offers you" not in late.get("/team").text
    assert admins(company) == ["Ada Admin"]


def test_a_new_offer_ends_the_one_before(admin, taker, bo, sign_in, company):
    cy = make_employee(company, name="Cy")
    offer(admin, bo)
    AdminOffer.get()
    offer(admin, cy)
    assert taker.post("/team/admin/accept", password=PASSWORD).status_code == 409
    assert sign_in(cy.email).post("/team/admin/accept", password=PASSWORD).status_code == 303
    assert admins(company) == ["Cy"]


@pytest.mark.parametrize("who", ["stranger", "disabled", "nobody", "admin"])
def test_only_a_colleague_who_can_sign_in_gets_it(admin, company, who):
    stranger = make_employee(make_company())
    gone = make_employee(company, disabled_at=clock.now())
    number = {"stranger": stranger.id, "disabled": gone.id, "nobody": 999, "admin": 1}[who]
    reply = admin.post("/team/admin/offer", taker=number, role="installer", password=PASSWORD)
    assert reply.status_code == 409 and not AdminOffer.select().count()


def test_of_two_confirmations_one_wins(admin, sign_in, bo, company):
    offer(admin, bo)
    people = [sign_in(bo.email) for _ in range(4)]
    for person in people:
        person.get("/team/admin")
    told = at_once(*[lambda p=p: p.post("/team/admin/accept", password=PASSWORD).status_code for p in people])
    assert sorted(told) == [303, 409, 409, 409] and admins(company) == ["Bo Begin"]
    assert acts().count("team.admin_accepted") == 1


def test_whoever_is_disabled_meanwhile_does_not_get_it(admin, taker, bo, company):
    offer(admin, bo)
    admin.post(f"/team/{bo.id}/disable")
    admin.post(f"/team/{bo.id}/enable")
    assert not AdminOffer.open_of(company.id, clock.now()) and admins(company) == ["Ada Admin"]


def test_a_role_that_is_to_be_taken_is_not_deleted(admin, bo, company):
    role = make_role(company, "Desk")
    offer(admin, bo, role=f"own-{role.id}")
    assert admin.post(f"/team/roles/{role.id}/delete").status_code == 409


def test_the_former_one_looks_at_nobodys_pages_any_more(admin, sign_in, taker, bo, company):
    elsewhere = sign_in()
    cy = make_employee(company, name="Cy")
    elsewhere.post(f"/team/{cy.id}/view")
    offer(admin, bo)
    taker.post("/team/admin/accept", password=PASSWORD)
    assert "You see what" not in elsewhere.get("/team").text
