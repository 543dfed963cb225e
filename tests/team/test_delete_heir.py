"""What is told before a person is deleted follows the heir that was chosen (R5)."""

from __future__ import annotations

import pytest

from tests.factories import assign, make_employee, make_role, make_site
from tests.team.things import make_manager
from webapp.accounts.permissions import Right, Role

ALONE = "left with nobody assigned"


@pytest.fixture
def bo(company):
    return make_employee(company, Role.OBSERVER, name="Bo Begin")


@pytest.fixture
def heir(company):
    return make_employee(company, Role.OBSERVER, name="Cy Heir")


def test_with_an_heir_no_site_is_left_alone(admin, company, bo, heir):
    assign(make_site(company, name="Bakery"), bo)
    path = f"/team/{bo.id}/delete"
    assert f"1 site is {ALONE}: Bakery" in admin.get(path, htmx=True).text
    page = admin.get(f"{path}?heir={heir.id}", htmx=True).text
    assert ALONE not in page and "1 site goes to Cy Heir." in page and 'role="alert"' not in page
    assert f'<option selected value="{heir.id}"' in page
    assert f"1 site is {ALONE}" in admin.get(f"{path}?heir=", htmx=True).text
    assert f"1 site is {ALONE}" in admin.get(f"{path}?heir=999", htmx=True).text


def test_without_javascript_it_is_told_after_sending(admin, company, bo, heir):
    assign(make_site(company, name="Bakery"), bo)
    page = admin.post(f"/team/{bo.id}/delete", name="wrong", heir=str(heir.id))
    assert page.status_code == 422 and "1 site goes to Cy Heir." in page.text and ALONE not in page.text
    admin.post(f"/team/{bo.id}/delete", name="Bo Begin", heir=str(heir.id))
    assert "Bo Begin is deleted. 1 site goes to Cy Heir." in admin.get("/team").text


def test_what_the_deleter_does_not_see_is_not_passed_on(sign_in, company, bo, heir):
    manager = make_manager(company, Right.MANAGE_SITES)
    mine, hidden = make_site(company, name="Bakery"), make_site(company, name="Museum")
    assign(mine, manager)
    for site in (mine, hidden):
        assign(site, bo)
    person = sign_in(manager.email)
    page = person.get(f"/team/{bo.id}/delete?heir={heir.id}", htmx=True).text
    assert "1 site goes to Cy Heir." in page and "1 site that you do not see goes to nobody." in page
    assert "Museum" not in page


def test_a_sheet_that_is_a_page_has_one_frame(admin, company, bo):
    role = make_role(company, "Desk")
    for path in (f"/team/{bo.id}/delete", f"/team/{bo.id}/disable", f"/team/roles/{role.id}/delete"):
        before, _sheet, _rest = admin.get(path).text.partition('<div class="sheet"')
        assert before.rstrip().endswith(('<section class="card wide">', '<section class="card">')), path
