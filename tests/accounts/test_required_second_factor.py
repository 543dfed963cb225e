"""A company that asks its people for a second factor: who lacks one gets to nothing else (R7)."""

from __future__ import annotations

import pytest

from tests.accounts.factors import Authenticator, add_passkey, enter_by_passkey, give_password, turn_on
from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_employee
from tests.test_routes import ask, everything_stored, fill, guarded
from webapp.accounts.models import Account, Company, Passkey, SecondFactor, Session
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry

OPEN = {
    "accounts.show_second_factor",
    "accounts.begin_second_factor",
    "accounts.confirm_second_factor",
    "accounts.show_passkeys",
    "accounts.offer_passkey",
    "accounts.add_passkey",
    "accounts.show_password",
    "accounts.change_password",
}
SET_UP = "/account/second-factor"
LACKS = "has to have two-factor sign-in or a passkey first"


@pytest.fixture
def employee(company):
    return make_employee(company)


@pytest.fixture
def required(admin):
    """The Installer Admin has a passkey, and asks everybody for something like it."""
    add_passkey(admin)
    assert admin.post("/account/require-two-factor", on="1").location == "/company"


@pytest.fixture
def lacking(required, employee, sign_in):
    person = sign_in(employee.email)
    person.get(SET_UP)  # the one page that has a token
    return person


def test_the_switch_is_refused_while_the_admin_has_none(admin, company):
    before = AuditEntry.select().count()
    reply = admin.post("/account/require-two-factor", on="1")
    assert reply.status_code == 409 and LACKS in reply.text and "Set up yours first" in reply.text
    part = admin.post("/account/require-two-factor", htmx=True, on="1")
    assert part.status_code == 409 and 'id="require-second-factor"' in part.text and LACKS in part.text
    assert not Company.get_by_id(company.id).requires_second_factor and AuditEntry.select().count() == before


def test_the_switch_says_what_it_does_and_leaves_one_row(admin, company):
    turn_on(admin)
    before = AuditEntry.select().count()
    part = admin.post("/account/require-two-factor", htmx=True, on="1").text
    assert 'id="require-second-factor"' in part and "No longer require it" in part
    assert Company.get_by_id(company.id).requires_second_factor
    part = admin.post("/account/require-two-factor", htmx=True, on="0").text
    assert "Require it" in part and not Company.get_by_id(company.id).requires_second_factor
    rows = list(AuditEntry.select().order_by(AuditEntry.id))[before:]
    assert [(row.action, row.changes) for row in rows] == [("second_factor.required", '["requires_second_factor"]')] * 2


@pytest.mark.parametrize("role", [Role.INSTALLER, Role.OBSERVER])
def test_it_is_not_for_every_role(company, sign_in, role):
    person = sign_in(make_employee(company, role).email)
    assert person.post("/account/require-two-factor", on="1").status_code == 403
    assert not Company.get_by_id(company.id).requires_second_factor


def test_another_company_is_not_asked(required, app):
    other = Company.create(name="Southlight", created_at=Account.get().created_at)
    person = Person(app)
    person.post("/sign-in", email=make_employee(other).email, password=PASSWORD)
    assert person.get("/").status_code == 200


def test_who_has_none_is_signed_out_and_led_to_set_it_up(admin, employee, sign_in):
    inside = sign_in(employee.email)
    add_passkey(admin)
    admin.post("/account/require-two-factor", on="1")
    assert inside.get("/").location == "/sign-in?next=/" and admin.get("/").status_code == 200
    again = sign_in(employee.email)
    assert again.get("/").location == SET_UP
    page = again.get(SET_UP).text
    assert "Your company asks for a second factor" in page and "/sign-out" in page


def test_every_other_address_leads_to_the_page_that_sets_it_up(app, lacking):
    before, tried = everything_stored(), 0
    for method, rule, _view in guarded(app):
        if rule.endpoint in OPEN:
            continue
        path, tried = fill(rule), tried + 1
        reply = ask(lacking, method, path)
        assert (reply.status_code, reply.location) == (303, SET_UP), (method, path)
        reply = ask(lacking, method, path, htmx=True)
        assert reply.status_code == 204 and reply.headers["HX-Redirect"] == SET_UP and not reply.data, (method, path)
    assert tried > 30 and everything_stored() == before


def test_what_stays_open_works(lacking):
    assert lacking.get("/account/password").status_code == 200
    assert lacking.get("/account/passkeys").status_code == 200
    reply = lacking.post("/account/password", current=PASSWORD, new="Another-ladder-8")
    assert reply.status_code == 303
    lacking.get(SET_UP)
    assert lacking.post("/sign-out").location == "/sign-in"


def test_set_up_every_page_is_open_at_once(lacking, employee):
    _app, codes = turn_on(lacking)
    assert len(codes) == 10 and lacking.get("/").status_code == 200
    assert lacking.get("/sites").status_code == 200
    assert SecondFactor.get().account_id == employee.id


def test_a_passkey_will_do_and_then_the_password_alone_will_not(app, lacking, employee):
    key = add_passkey(lacking, Authenticator())
    assert lacking.get("/").status_code == 200
    person = Person(app)
    reply = give_password(person, employee.email)
    assert reply.location == "/sign-in/code"
    page = person.get(reply.location).text
    assert "Sign in with your passkey" in page and 'name="code"' not in page
    assert person.post("/sign-in/code", code="123456").status_code == 422
    assert enter_by_passkey(person, key).location == "/" and person.get("/").status_code == 200


def test_an_old_cookie_opens_nothing_more(app, lacking):
    """The mark is in the very cookie that the session came with."""
    kept = lacking.client.get_cookie("sitehand").value
    thief = Person(app)
    thief.client.set_cookie("sitehand", kept)
    assert thief.get("/").location == SET_UP


def test_no_longer_required_the_pages_open_by_themselves(lacking, admin):
    admin.post("/account/require-two-factor", on="0")
    assert lacking.get("/").status_code == 200


def test_the_last_one_is_not_given_up_while_it_is_required(required, admin):
    key = Passkey.get()
    reply = admin.post(f"/account/passkeys/{key.id}/remove")
    assert reply.status_code == 409 and "your only one" in reply.text and Passkey.select().count() == 1
    _phone, codes = turn_on(admin)
    assert admin.post(f"/account/passkeys/{key.id}/remove").status_code == 303
    reply = admin.post("/account/second-factor/off", password=PASSWORD, code=codes[0])
    assert reply.status_code == 409 and SecondFactor.get().confirmed_at
    add_passkey(admin)
    assert admin.post("/account/second-factor/off", password=PASSWORD, code=codes[0]).status_code == 303


def test_reset_leads_to_the_page_that_sets_it_up(app, lacking, employee):
    turn_on(lacking)
    with app.app_context():
        app.test_cli_runner().invoke(args=["reset-two-factor", "--email", employee.email])
    assert lacking.get("/").location == "/sign-in?next=/"
    person = Person(app)
    give_password(person, employee.email)
    assert person.get("/").location == SET_UP and Session.select().count() == 2


def test_the_card_offers_what_is_possible(admin, company):
    page = admin.get("/company").text
    assert "Set up yours first" in page and f'href="{SET_UP}"' in page and "Require it" not in page
    add_passkey(admin)
    page = admin.get("/company").text
    assert "Set up yours first" not in page and "Require it" in page
