"""A forgotten password: a mailed link sets a new one, once and soon, and tells nobody who has an account."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_employee
from tests.mailbox import Mailbox
from webapp.accounts.models import Account, ResetToken, Session
from webapp.audit.models import AuditEntry
from webapp.common import jobs

NEW = "Another-ladder-8"
SENT = "If there is an account with this address"


@pytest.fixture
def mailbox():
    with Mailbox() as made:
        yield made


@pytest.fixture
def settings(mailbox) -> dict[str, Any]:
    return {"mail_url": mailbox.url, "base_url": "https://sitehand.example/"}


@pytest.fixture
def asks(anyone, company, mailbox):
    """asks("ada@example.com") asks for a link and gives its path, or None when no letter came."""

    def ask(email: str = "ada@example.com") -> str | None:
        before = len(mailbox.letters)
        reply = anyone.post("/forgot", email=email)
        assert reply.status_code == 200 and SENT in reply.text, reply.text
        jobs.stop(forget=False)
        if len(mailbox.letters) == before:
            return None
        found = re.search(r"https://sitehand\.example(/reset/\S+)", mailbox.text(-1))
        assert found, mailbox.text(-1)
        return found[1]

    return ask


def sign_in(app, password, email="ada@example.com"):
    return Person(app).post("/sign-in", email=email, password=password).status_code


def test_the_letter_reaches_its_person_and_the_link_works_once(app, anyone, asks, mailbox):
    path = asks()
    to, message = mailbox.letters[0]
    assert to == ["ada@example.com"] and "Sitehand" in message["Subject"] and "within one hour" in mailbox.text()

    assert anyone.get(path).status_code == 200
    reply = anyone.post(path, password=NEW)

    assert (reply.status_code, reply.location) == (303, "/sign-in")
    assert sign_in(app, NEW) == 303 and sign_in(app, PASSWORD) == 422
    assert anyone.get(path).status_code == 404 and anyone.post(path, password="Third-ladder-9").status_code == 404


def test_looking_at_the_link_uses_nothing_up(anyone, asks):
    path = asks()
    for _ in range(3):
        assert anyone.get(path).status_code == 200
    assert anyone.post(path, password=NEW).status_code == 303


def test_the_link_is_kept_as_a_hash_alone(asks):
    token = asks().rpartition("/")[2]
    assert len(token) >= 22 and token not in ResetToken.get().token_hash


def test_all_sessions_end_and_one_row_is_written(app, anyone, asks):
    inside = Person(app)
    inside.post("/sign-in", email="ada@example.com", password=PASSWORD)
    path = asks()
    before = AuditEntry.select().count()
    anyone.post(path, password=NEW)
    assert inside.get("/").status_code == 303 and not Session.select().count()
    assert [row.action for row in AuditEntry.select().order_by(AuditEntry.id)][before:] == ["password.reset"]


def test_it_expires_after_an_hour(asks, anyone):
    with time_machine.travel(1_800_000_000) as journey:
        path = asks()
        journey.shift(3599)
        assert anyone.get(path).status_code == 200
        journey.shift(2)
        assert anyone.get(path).status_code == 404 and anyone.post(path, password=NEW).status_code == 404


@pytest.mark.parametrize("password", ["", "short", "alllowercase", "Aa1" + "x" * 126])
def test_a_weak_password_is_refused_and_the_link_stays_open(app, anyone, asks, password):
    path = asks()
    reply = anyone.post(path, password=password)
    assert reply.status_code == 422 and sign_in(app, PASSWORD) == 303
    assert anyone.post(path, password=NEW).status_code == 303


def test_of_twenty_uses_at_once_one_wins(app, asks):
    path, people = asks(), [Person(app) for _ in range(20)]
    for person in people:
        person.get(path)
    words = [f"Parallel-ladder-{n:02}" for n in range(20)]

    told = at_once(*[lambda p=p, w=w: p.post(path, password=w).status_code for p, w in zip(people, words, strict=True)])

    assert sorted(told) == [303] + [404] * 19
    assert sign_in(app, words[told.index(303)]) == 303


def test_a_used_link_closes_the_persons_other_links(asks, anyone, company):
    colleague = make_employee(company)
    first, second, other = asks(), asks(), asks(colleague.email)
    assert anyone.post(second, password=NEW).status_code == 303
    assert anyone.get(first).status_code == 404 and anyone.get(other).status_code == 200


def test_a_changed_password_closes_the_links(asks, anyone, sign_in):
    path, person = asks(), sign_in()
    person.post("/account/password", current=PASSWORD, new=NEW)
    assert anyone.get(path).status_code == 404


def test_nobody_learns_who_has_an_account(app, asks, mailbox):
    def page(email):
        reply = Person(app).post("/forgot", email=email)
        text = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", reply.text.replace(email, ""))
        return reply.status_code, text

    assert page("nobody@example.com") == page("ada@example.com")
    jobs.stop(forget=False)
    assert [to for to, _ in mailbox.letters] == [["ada@example.com"]]


def test_a_disabled_person_gets_no_letter(asks, company):
    assert asks(make_employee(company, disabled_at=company.created_at).email) is None


def test_a_link_does_not_open_for_a_person_disabled_since(asks, anyone):
    path, ada = asks(), Account.get()
    Account.set_fields(ada.id, disabled_at=ada.created_at)
    assert anyone.get(path).status_code == 404 and anyone.post(path, password=NEW).status_code == 404


@pytest.mark.parametrize(
    "email", ["ann+site@example.com", "a&mode=ssl&smtp=mail.invalid@example.com", "a%40b@example.com"]
)
def test_signs_in_an_address_change_nothing_of_the_mail_servers_address(asks, company, mailbox, email):
    make_employee(company, email=email)
    assert asks(email) and mailbox.letters[0][0] == [email]


def test_asking_again_and_again_is_stopped(anyone, company):
    replies = [anyone.post("/forgot", email="ada@example.com") for _ in range(10)]
    assert [reply.status_code for reply in replies] == [200] * 9 + [429] and "Retry-After" in replies[-1].headers


@pytest.mark.parametrize("email", ["", "ada", "a" * 300 + "@example.com"])
def test_what_is_no_address_is_refused(anyone, company, email):
    assert anyone.post("/forgot", email=email).status_code == 422


@pytest.mark.parametrize("token", ["x", "x" * 2000, "%00", "%ff%fe", "..%2f..", "0"])
def test_an_invented_link_is_no_page(anyone, company, token):
    for reply in (anyone.get(f"/reset/{token}"), anyone.post(f"/reset/{token}", password=NEW)):
        assert reply.status_code == 404


def test_the_page_with_the_link_tells_other_sites_nothing(anyone, asks):
    assert anyone.get(asks()).headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
