"""A person changes their own password (R6)."""

from __future__ import annotations

import pytest

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_employee
from webapp.accounts.models import Account, Session
from webapp.audit.models import AuditEntry
from webapp.common.errors import Refused
from webapp.common.signals import password_changing

NEW = "Another-ladder-8"
URL = "/account/password"


def enter(app, password, email="ada@example.com"):
    return Person(app).post("/sign-in", email=email, password=password).status_code


def test_the_new_one_opens_and_the_old_one_does_not(app, admin):
    reply = admin.post(URL, current=PASSWORD, new=NEW)
    assert (reply.status_code, reply.location) == (303, "/account")
    assert "Your password is changed" in admin.get("/account").text
    assert enter(app, NEW) == 303 and enter(app, PASSWORD) == 422


def test_htmx_is_led_to_the_account_page(admin):
    reply = admin.post(URL, htmx=True, current=PASSWORD, new=NEW)
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (204, "/account")


def test_all_other_sessions_end_at_once_and_nobody_elses(admin, sign_in, company):
    others, colleague = [sign_in(), sign_in()], sign_in(make_employee(company).email)
    admin.post(URL, current=PASSWORD, new=NEW)
    assert [person.get("/").status_code for person in others] == [303, 303]
    assert admin.get("/").status_code == 200 and colleague.get("/").status_code == 200


def test_one_row_names_the_deed_and_no_secret(admin):
    before = AuditEntry.select().count()
    admin.post(URL, current=PASSWORD, new=NEW)
    rows = list(AuditEntry.select().order_by(AuditEntry.id).dicts())[before:]
    assert (
        [row["action"] for row in rows] == ["password.changed"] and NEW not in str(rows) and PASSWORD not in str(rows)
    )


@pytest.mark.parametrize(
    ("current", "new", "complaint"),
    [
        ("wrong-Password-1", NEW, "not your current password"),
        ("", NEW, "Type your current password."),
        (PASSWORD, "", "Choose a password."),
        (PASSWORD, "Short-1", "1 more"),
        (PASSWORD, "alllowercase", "Add at least one of these"),
        (PASSWORD, PASSWORD, "This is your current password. Choose another one."),
        (PASSWORD, "Aa1" + "x" * 126, "longer than 128"),
        (PASSWORD, "Aa1 ä " + "x" * 140, "longer than 128"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_bad_one_is_refused_and_nothing_is_echoed(admin, sign_in, current, new, complaint, htmx):
    other, before = sign_in(), Account.get().password_hash
    reply = admin.post(URL, htmx=htmx, current=current, new=new)
    assert reply.status_code == 422 and complaint in reply.text and ("<html" in reply.text) != htmx
    assert PASSWORD not in reply.text and NEW not in reply.text
    assert Account.get().password_hash == before and other.get("/").status_code == 200


def test_a_password_of_letters_of_any_script_is_taken_as_typed(app, admin):
    typed = "Лестница-и-свет-7 "
    assert admin.post(URL, current=PASSWORD, new=typed).status_code == 303
    assert enter(app, typed) == 303 and enter(app, typed.strip()) == 422


def test_guessing_the_current_one_is_stopped(admin):
    replies = [admin.post(URL, current=f"wrong-Password-{n}", new=NEW) for n in range(10)]
    assert [reply.status_code for reply in replies] == [422] * 9 + [429] and "Retry-After" in replies[-1].headers
    assert admin.post(URL, current=PASSWORD, new=NEW).status_code == 429


def test_a_room_above_may_refuse_and_nothing_has_changed(admin, sign_in):
    def refuse(_account, password):
        raise Refused("The panels take 16 characters at most.")

    other, before = sign_in(), Account.get().password_hash
    with password_changing.connected_to(refuse):
        reply = admin.post(URL, current=PASSWORD, new=NEW)
    assert reply.status_code == 409 and "16 characters" in reply.text
    assert Account.get().password_hash == before and other.get("/").status_code == 200


def test_without_the_forms_token_nothing_changes(app, admin):
    assert admin.client.post(URL, data={"current": PASSWORD, "new": NEW}).status_code == 400
    assert enter(app, PASSWORD) == 303


def test_nobody_signed_in_changes_nothing(app, anyone, company):
    assert anyone.post(URL, current=PASSWORD, new=NEW).status_code == 303
    assert enter(app, PASSWORD) == 303 and Session.select().count() == 1


def test_the_form_is_a_part_of_the_account_page(admin):
    assert "<html" not in admin.get(URL, htmx=True).text and "Where you are signed in" in admin.get(URL).text
