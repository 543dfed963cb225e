"""Sessions: how long they last, how a person sees and ends them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_employee
from webapp.accounts.models import Session
from webapp.audit.models import AuditEntry

HOUR = 3600
START = 1_800_000_000


@pytest.fixture
def journey():
    with time_machine.travel(START) as traveller:
        yield traveller


def phone(app, agent="Mozilla/5.0 (iPhone) Safari/605", **environ):
    person = Person(app, HTTP_USER_AGENT=agent, **environ)
    assert person.post("/sign-in", email="ada@example.com", password=PASSWORD).status_code == 303
    return person


def test_it_ends_after_eight_idle_hours(journey, app, company):
    person = phone(app)
    journey.shift(8 * HOUR - 10)
    assert person.get("/").status_code == 200
    journey.shift(8 * HOUR - 10)
    assert person.get("/").status_code == 200
    journey.shift(8 * HOUR + 10)
    assert person.get("/").status_code == 303


def test_it_ends_after_seven_days_however_busy(journey, app, company):
    person = phone(app)
    for _ in range(27):
        journey.shift(6 * HOUR)
        assert person.get("/").status_code == 200
    journey.shift(6 * HOUR + 10)
    assert person.get("/").status_code == 303


def test_a_clock_that_is_set_back_signs_nobody_out(journey, app, company):
    person = phone(app)
    journey.shift(-2 * HOUR)
    assert person.get("/sites/new").status_code == 200
    journey.shift(2 * HOUR)
    assert person.get("/").status_code == 200


def test_dead_rows_are_swept_when_somebody_signs_in(journey, app, company):
    phone(app)
    journey.shift(9 * HOUR)
    phone(app)
    assert Session.select().count() == 1


def test_being_seen_is_noted_now_and_then_not_at_every_page(journey, app, company):
    person = phone(app)
    began = Session.get().seen_at
    journey.shift(60)
    person.get("/")
    assert Session.get().seen_at == began
    journey.shift(600)
    person.environ["REMOTE_ADDR"] = "198.51.100.4"
    person.get("/")
    assert Session.get().seen_at - began >= timedelta(seconds=600) and Session.get().address == "198.51.100.4"


def test_the_account_page_lists_them_and_marks_this_one(app, company):
    phone(app, "Mozilla/5.0 (Windows NT 10) Firefox/130", REMOTE_ADDR="198.51.100.9")
    page = phone(app).get("/account").text
    assert "Firefox, Windows" in page and "198.51.100.9" in page and "Safari, iPhone" in page
    assert page.count("This one") == 1 and page.count("End the session of") == 1
    assert "Sign out everywhere else" in page


def test_one_of_the_others_is_ended(app, company):
    lost, mine = phone(app), phone(app)
    row = Session.select().order_by(Session.id).first()

    reply = mine.post(f"/account/sessions/{row.id}/end", htmx=True)

    assert reply.status_code == 303 and reply.location == "/account/sessions"
    part = mine.get(reply.location, htmx=True).text
    assert part.count("This one") == 1 and "<html" not in part
    assert lost.get("/").status_code == 303 and mine.get("/").status_code == 200
    assert AuditEntry.select().where(AuditEntry.action == "session.ended").count() == 1


def test_without_javascript_it_lands_on_the_whole_page(app, company):
    phone(app)
    mine = phone(app)
    reply = mine.post(f"/account/sessions/{Session.select().order_by(Session.id).first().id}/end")
    assert reply.status_code == 303 and "<html" in mine.get(reply.location).text


@pytest.mark.parametrize("htmx", [False, True])
def test_another_persons_session_and_no_session_are_alike(app, company, sign_in, htmx):
    other = make_employee(company)
    theirs = sign_in(other.email)
    row = Session.get(Session.account == other.id)
    mine = phone(app)
    for number in (row.id, 999_999_999_999_999):
        assert mine.post(f"/account/sessions/{number}/end", htmx=htmx).status_code == 404
    assert theirs.get("/").status_code == 200


def test_the_present_one_is_not_ended_here(app, company):
    mine = phone(app)
    assert mine.post(f"/account/sessions/{Session.get().id}/end").status_code == 404
    assert mine.get("/").status_code == 200


def test_sign_out_everywhere_else(app, company, sign_in):
    others, mine = [phone(app), phone(app)], phone(app)
    colleague = sign_in(make_employee(company).email)

    assert mine.post("/account/sessions/end-others", htmx=True).status_code == 303

    assert all(person.get("/").status_code == 303 for person in others)
    assert mine.get("/").status_code == 200 and colleague.get("/").status_code == 200
    assert AuditEntry.select().where(AuditEntry.action == "session.others_ended").count() == 1


def test_sign_out_ends_the_row_and_the_browsers_part(app, company):
    person = phone(app)
    kept = person.client.get_cookie("sitehand").value
    person.fetch_token()

    reply = person.post("/sign-out")

    assert (reply.status_code, reply.location) == (303, "/sign-in") and not Session.select().count()
    person.client.set_cookie("sitehand", kept)
    assert person.get("/").status_code == 303
    assert AuditEntry.select().where(AuditEntry.action == "session.ended").count() == 1


def test_sign_out_of_nobody_is_harmless(anyone, company):
    assert anyone.post("/sign-out").location == "/sign-in"


@pytest.mark.parametrize("path", ["/sign-out", "/account/sessions/end-others", "/account/sessions/1/end"])
def test_a_link_ends_nothing(admin, path):
    assert admin.get(path).status_code == 405 and admin.get("/").status_code == 200


def test_a_request_without_the_forms_token_ends_nothing(app, company):
    lost, mine = phone(app), phone(app)
    for path in ("/sign-out", "/account/sessions/end-others"):
        assert mine.client.post(path).status_code == 400
    assert lost.get("/").status_code == 200 and mine.get("/").status_code == 200
    assert re.search("grown old", mine.client.post("/sign-out").text)
