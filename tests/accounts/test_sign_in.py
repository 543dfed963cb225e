"""Signing in: the session that begins, where it leads, what is refused."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_employee
from webapp.accounts.models import Account, Session
from webapp.audit.models import AuditEntry
from webapp.common import clock

NO = "E-mail address and password do not belong together."
DISABLED = "Your account has been disabled by your company. Ask its administrator."


@pytest.fixture
def person(app, company):
    return Person(app, HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 14) Chrome/130", REMOTE_ADDR="203.0.113.7")


def cookie(person, name="sitehand", **where):
    return person.client.get_cookie(name, **where)


def enter(person, email="ada@example.com", password=PASSWORD, **more):
    return person.post("/sign-in", email=email, password=password, **more)


def test_it_leads_home_and_keeps_a_row_with_the_tokens_hash(person):
    reply = enter(person)
    assert (reply.status_code, reply.location) == (303, "/")
    assert person.get("/").status_code == 200

    row = Session.get()
    assert (row.account.email, row.address, row.agent[:7]) == ("ada@example.com", "203.0.113.7", "Mozilla")
    with person.client.session_transaction() as kept:
        token = kept["_user_id"]
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest() and len(token) >= 43


def test_the_address_is_found_however_it_is_typed(person):
    assert enter(person, email="  ADA@Example.COM ").status_code == 303


def test_the_session_is_a_new_one_and_knows_nothing_of_the_one_before(person):
    person.get("/sign-in")
    with person.client.session_transaction() as before:
        before["planted"] = "by somebody else"
    planted = cookie(person).value
    enter(person)
    with person.client.session_transaction() as after:
        assert "planted" not in after and cookie(person).value != planted
        first = after["_user_id"]
    enter(person)
    with person.client.session_transaction() as again:
        assert again["_user_id"] != first


def test_a_planted_cookie_is_not_signed_in_by_its_owners_sign_in(app, person):
    person.get("/sign-in")
    planted = cookie(person).value
    enter(person)
    thief = Person(app)
    thief.client.set_cookie("sitehand", planted)
    assert thief.get("/").status_code == 303


def test_it_leaves_one_row_in_the_audit_trail(person):
    before = AuditEntry.select().count()
    enter(person)
    rows = list(AuditEntry.select().order_by(AuditEntry.id))[before:]
    assert [(row.action, row.actor_name, row.address) for row in rows] == [
        ("session.began", "Ada Admin", "203.0.113.7")
    ]


@pytest.mark.parametrize(
    ("email", "password", "complaint"),
    [
        ("ada@example.com", "wrong-Password-1", NO),
        ("nobody@example.com", PASSWORD, NO),
        ("a\x00b", PASSWORD, "characters that cannot be shown"),
        ("", PASSWORD, "Which e-mail address?"),
        ("ada@example.com", "", "Type your password."),
        ("ada@example.com", "x" * 60_000, NO),
        ("ada@example.com", "\x00", NO),
    ],
)
def test_who_cannot_be_right_is_told_so_and_stays_outside(person, email, password, complaint):
    reply = enter(person, email=email, password=password)
    assert reply.status_code == 422 and complaint in reply.text and f'value="{PASSWORD}"' not in reply.text
    assert not Session.select().count() and person.get("/").status_code == 303


def test_an_unknown_address_is_answered_as_a_wrong_password_is(app, company):
    def answer(email):
        person = Person(app)
        reply = enter(person, email=email, password="wrong-Password-1")
        return reply.status_code, reply.text.replace(email, "").replace(person.token, "")

    known, unknown = answer("ada@example.com"), answer("nob@example.com")
    assert strip_token(known[1]) == strip_token(unknown[1]) and known[0] == unknown[0]


def strip_token(page):
    return re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", page)


def test_a_disabled_account_does_not_get_in_and_falls_out_at_once(app, company, sign_in):
    employee = make_employee(company)
    inside = sign_in(employee.email)
    assert inside.get("/").status_code == 200

    Account.set_fields(employee.id, disabled_at=clock.now())

    assert inside.get("/").status_code == 303
    reply = enter(Person(app), email=employee.email)
    assert reply.status_code == 409 and DISABLED in reply.text and NO not in reply.text
    assert PASSWORD not in reply.text
    outside = Person(app)
    enter(outside, email=employee.email)
    assert outside.get("/").status_code == 303


def test_that_an_account_is_disabled_is_told_to_the_right_password_alone(app, company):
    employee = make_employee(company, disabled_at=clock.now())

    def answer(email):
        person = Person(app)
        reply = enter(person, email=email, password="wrong-Password-1")
        return reply.status_code, strip_token(reply.text.replace(email, "").replace(person.token, ""))

    assert answer(employee.email) == answer("nobody@example.com") == answer("ada@example.com")
    assert DISABLED not in answer(employee.email)[1]


def test_guesses_at_a_disabled_account_are_counted(app, company):
    employee = make_employee(company, disabled_at=clock.now())
    person = Person(app)
    for _ in range(9):
        assert enter(person, email=employee.email, password="wrong-Password-1").status_code == 422
    assert enter(person, email=employee.email).status_code == 429


def test_whoever_is_in_is_led_home(admin):
    assert (admin.get("/sign-in").status_code, admin.get("/sign-in").location) == (303, "/")


def test_a_page_leads_to_sign_in_and_back(person):
    reply = person.get("/sites?q=b%C3%A4ckerei")
    assert reply.status_code == 303 and reply.location.startswith("/sign-in?next=")
    form = person.get(reply.location).text
    assert 'name="next"' in form and 'value="/sites?q=b%C3%A4ckerei"' in form
    assert enter(person, next="/sites?q=b%C3%A4ckerei").location == "/sites?q=b%C3%A4ckerei"


def test_a_long_way_back_is_not_cut_off(person):
    path = "/devices?q=" + "x" * 90 + "&status=down&type=unknown"
    reply = person.get(path)
    form = person.get(reply.location).text
    assert path.replace("&", "&amp;") in form
    assert enter(person, next=path).location == path


def test_htmx_is_told_to_go_there(person):
    for reply in (person.get("/sites", htmx=True), person.post("/sites/new", htmx=True)):
        assert (reply.status_code, reply.headers["HX-Redirect"], reply.text) == (401, "/sign-in", "")


def test_a_post_leads_to_sign_in_without_a_way_back(person):
    reply = person.post("/sites/new")
    assert (reply.status_code, reply.location) == (303, "/sign-in")


@pytest.mark.parametrize(
    "next_",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "http:evil.example",
        "javascript:alert(1)", "///evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
        "/\n/evil.example", "/a\r\nSet-Cookie: x=1", "evil.example", "", "sites", "/\x00", "?q=1",
    ],
)  # fmt: skip
def test_next_leads_to_own_paths_only(person, next_):
    assert enter(person, next=next_).location == "/"


@pytest.mark.parametrize("next_", ["/sites", "/sites?q=a%20b", "/%0d%0aSet-Cookie:x", "/%5Cevil.example", "/a//b"])
def test_own_paths_are_kept(person, next_):
    reply = enter(person, next=next_)
    assert reply.location == next_ and "x" not in reply.headers.getlist("Set-Cookie")


def test_the_cookie_is_closed_to_scripts_and_other_sites(person):
    reply = enter(person)
    flags = reply.headers["Set-Cookie"]
    assert flags.startswith("sitehand=") and "HttpOnly" in flags and "SameSite=Lax" in flags
    assert "Secure" not in flags and "Domain" not in flags and "Path=/" in flags


def test_over_https_the_cookie_is_bound_to_this_host(app, company):
    here = {"HTTP_HOST": "sitehand.example", "HTTP_REFERER": "https://sitehand.example/sign-in"}
    person = Person(app, **here, **{"wsgi.url_scheme": "https"})
    flags = enter(person).headers["Set-Cookie"]
    assert flags.startswith("__Host-sitehand=")
    assert all(flag in flags for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")) and "Domain" not in flags
    page = person.get("/")
    assert page.status_code == 200 and "max-age=" in page.headers["Strict-Transport-Security"]


def test_a_forged_or_garbled_cookie_is_nobody(app, company):
    for value in ("x", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "." * 300, "%00"):
        person = Person(app)
        person.client.set_cookie("sitehand", value)
        assert person.get("/").status_code == 303
