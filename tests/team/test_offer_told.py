"""Both people hear of the role of Installer Admin where they are: of the offer, and of what became of it (R1)."""

from __future__ import annotations

import pytest

from tests.conftest import PASSWORD
from tests.factories import make_employee, make_role
from webapp.accounts.permissions import Right

OFFER = "Ada Admin offers you the role of Installer Admin."
NEWS = "Bo Begin is the Installer Admin now. Your role: Desk"


@pytest.fixture
def bo(company):
    return make_employee(company, name="Bo Begin")


@pytest.fixture
def offered(admin, company, bo):
    role = make_role(company, "Desk", Right.MANAGE_HEALTH)
    admin.post("/team/admin/offer", taker=bo.id, role=f"own-{role.id}", password=PASSWORD)


@pytest.mark.parametrize("path", ["/", "/account", "/team"])
def test_the_offer_is_told_to_the_taker_alone(admin, sign_in, company, offered, bo, path):
    page = sign_in(bo.email).get(path).text
    assert OFFER in page and 'href="/team/admin"' in page
    third = sign_in(make_employee(company, name="Cy").email)
    assert "offers you" not in third.get(path).text and "offers you" not in admin.get(path).text


def test_the_page_asks_the_taker(admin, sign_in, offered, bo):
    taker = sign_in(bo.email)
    assert "<title>Become the Installer Admin?" in taker.get("/team/admin").text
    assert "Become the Installer Admin?" not in admin.get("/team/admin").text


def test_the_former_one_is_told_on_the_next_page_and_once(admin, sign_in, offered, bo):
    assert "is the Installer Admin now" not in admin.get("/sites").text
    sign_in(bo.email).post("/team/admin/accept", password=PASSWORD)
    assert "is the Installer Admin now" not in admin.get("/sites", htmx=True).text
    assert NEWS in admin.get("/sites").text
    assert NEWS not in admin.get("/").text


@pytest.mark.parametrize("deed", ["withdraw", "decline"])
def test_of_an_offer_that_came_to_nothing_nobody_hears_later(admin, sign_in, offered, bo, deed):
    (admin if deed == "withdraw" else sign_in(bo.email)).post(f"/team/admin/{deed}")
    for path in ("/", "/team", "/account"):
        assert "is the Installer Admin now" not in admin.get(path).text


def test_somebody_who_is_looked_at_is_not_taken_for_the_former_one(admin, company, offered):
    other = make_employee(company, name="Cy")
    admin.post(f"/team/{other.id}/view")
    assert "is the Installer Admin now" not in admin.get("/").text
