"""An owner signs in by a mailed link, and comes back later with a password of their own (T5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.client import Person, at_once
from tests.factories import make_employee, make_owner, make_site
from tests.mailbox import Mailbox
from webapp.accounts.models import Account, SecondFactor
from webapp.audit.models import AuditEntry
from webapp.common import clock, jobs
from webapp.common.errors import Refused
from webapp.db import database
from webapp.owners.models import SignInLink
from webapp.owners.services import people

LINK = re.compile(r"http://cameras\.example(/sign-in/link/[\w-]{43})")


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture
def settings(mailbox):
    return {"mail_url": mailbox.url, "base_url": "http://cameras.example"}


@pytest.fixture
def olga(company):
    """Without a password."""
    return make_owner(make_site(company, name="Bakery"), email="olga@example.com", password_hash="")


def letters(mailbox):
    return [mailbox.text(number) for number in range(len(mailbox.letters))]


def link_for(anyone, mailbox, email="olga@example.com"):
    anyone.post("/sign-in/link", email=email)
    jobs.stop(forget=False)
    return [LINK.search(text)[1] for text in letters(mailbox) if LINK.search(text)]


def signed_in(person):
    return person.get("/account").status_code == 200


def test_one_tap_in_the_mail_opens_the_pages(anyone, olga, mailbox):
    assert 'href="/sign-in/link"' in anyone.get("/sign-in").text
    (path,) = link_for(anyone, mailbox)
    page = anyone.get(path)
    assert page.status_code == 200 and not signed_in(anyone), "a mail program that looks uses nothing up"
    reply = anyone.post(path)
    assert (reply.status_code, reply.location) == (303, "/")
    assert "Bakery" in anyone.get("/").text
    assert [entry.action for entry in AuditEntry.select()].count("session.began") == 1


def test_it_works_once(app, anyone, olga, mailbox):
    (path,) = link_for(anyone, mailbox)
    anyone.post(path)
    other = Person(app)
    for reply in (other.get(path), other.post(path)):
        assert reply.status_code == 409 and "used already" in reply.text and "Get a new link" in reply.text
    assert not signed_in(other)


def test_it_lasts_an_hour(anyone, olga, mailbox):
    (path,) = link_for(anyone, mailbox)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert anyone.get(path).status_code == anyone.post(path).status_code == 409
        assert not signed_in(anyone)


def test_what_never_was_is_not_there(anyone, olga):
    for token in ("x" * 43, "x", "%ed%b2%80"):
        assert anyone.get(f"/sign-in/link/{token}").status_code == 404
        assert anyone.post(f"/sign-in/link/{token}").status_code == 404


def test_of_twenty_uses_at_once_one_signs_in(olga):
    token = people.make_link(olga)
    told = at_once(*[lambda: people.use_link(token, "127.0.0.1", "a phone")] * 20)
    assert sum(one is not None for one in told) == 1 and told.count(None) == 19


def test_the_answer_is_the_same_whoever_asks(app, company, olga, mailbox):
    make_employee(company, email="ivo@example.com")
    answers = []
    for email in ("olga@example.com", "ivo@example.com", "nobody@example.com"):
        person = Person(app)
        person.get("/sign-in/link")
        reply = person.post("/sign-in/link", email=email)
        plain = re.sub(r'value="[^"]*"', "", reply.text)
        answers.append((reply.status_code, plain))
    assert len(set(answers)) == 1 and "a link is on its way" in answers[0][1]
    jobs.stop(forget=False)
    assert len([text for text in letters(mailbox) if LINK.search(text)]) == 1, "an employee proves more than a mailbox"


def test_its_token_is_kept_nowhere(olga):
    token = people.make_link(olga)
    for table in database.get_tables():
        assert token not in repr(database.execute_sql(f'SELECT * FROM "{table}"').fetchall()), table


def test_asking_again_and_again_is_stopped(anyone, olga):
    codes = [anyone.post("/sign-in/link", email="olga@example.com").status_code for _ in range(12)]
    assert codes[-1] == 429 and 200 in codes


@pytest.mark.parametrize("email", ["", "nonsense", "a@b@c"])
def test_nonsense_is_no_address(anyone, company, email):
    assert anyone.post("/sign-in/link", email=email).status_code == 422


def test_a_disabled_account_opens_nothing(anyone, olga):
    token = people.make_link(olga)
    Account.set_fields(olga.id, disabled_at=clock.now())
    assert anyone.post(f"/sign-in/link/{token}").status_code == 404 and not signed_in(anyone)


def test_an_employees_link_cannot_be_made_up(anyone, company, olga):
    token = people.make_link(olga)
    SignInLink.update(account=make_employee(company)).execute()
    assert anyone.get(f"/sign-in/link/{token}").status_code == 404 == anyone.post(f"/sign-in/link/{token}").status_code


def test_a_mailbox_is_no_more_than_a_password_is(anyone, olga):
    SecondFactor.begin(olga.id, "JBSWY3DPEHPK3PXP")
    SecondFactor.confirm(SecondFactor.of(olga.id).id, clock.now())
    path = f"/sign-in/link/{people.make_link(olga)}"
    reply = anyone.post(path)
    assert (reply.status_code, reply.location) == (303, "/sign-in/code") and not signed_in(anyone)
    assert anyone.get("/sign-in/code").status_code == 200 and anyone.post(path).status_code == 409


class TestWithoutMail:
    @pytest.fixture
    def settings(self):
        return {}

    def test_it_says_so(self, anyone, olga):
        for reply in (anyone.get("/sign-in/link"), anyone.post("/sign-in/link", email="olga@example.com")):
            assert reply.status_code == 200 and "sends no mail. Call the company" in reply.text
            assert 'name="email"' not in reply.text and "we mail you" not in reply.text
            assert "<button" not in reply.text.partition("<main")[2].partition("</main>")[0]
        reply = anyone.post("/sign-in/link", email="nonsense")
        assert reply.status_code == 200 and "Call the company" in reply.text
        assert not SignInLink.select().count()


# ---- coming back later


@pytest.fixture
def person(anyone, olga):
    anyone.post(f"/sign-in/link/{people.make_link(olga)}")
    return anyone


def test_whoever_has_no_password_is_told_on_every_page(person):
    for path in ("/", "/sites", "/sites/1", "/account"):
        page = person.get(path).text
        assert re.search(r"This browser stays signed in until .*\d:\d\d", page) and "choose a password" in page, path


def test_nobody_else_is_told(company, sign_in):
    owner = sign_in(make_owner(make_site(company)).email)
    assert "stays signed in" not in owner.get("/").text
    assert owner.get("/account/first-password").status_code == 404
    assert owner.post("/account/first-password", email="x@example.com", new="Ladder-and-light-8").status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_the_first_password_asks_for_no_other(app, person, olga, htmx):
    reply = person.post("/account/first-password", htmx, email="Olga@Example.COM", new="Ladder-and-light-8")
    assert reply.status_code == (204 if htmx else 303)
    assert "stays signed in" not in person.get("/").text and signed_in(person), "this browser stays"
    other = Person(app)
    assert other.post("/sign-in", email="olga@example.com", password="Ladder-and-light-8").status_code == 303
    assert [entry.action for entry in AuditEntry.select()].count("password.changed") == 1


def test_an_owner_without_an_address_gives_one(app, company):
    account = make_owner(make_site(company), email=None, password_hash="")
    person = Person(app)
    person.post(f"/sign-in/link/{people.make_link(account)}")
    assert person.post("/account/first-password", email="", new="Ladder-and-light-8").status_code == 422
    person.post("/account/first-password", email="olaf@example.com", new="Ladder-and-light-8")
    assert Account.get_by_id(account.id).email == "olaf@example.com"


@pytest.mark.parametrize("new", ["", "short", "allletters"])
def test_a_weak_one_is_refused(person, olga, new):
    for htmx in (False, True):
        assert person.post("/account/first-password", htmx, email="olga@example.com", new=new).status_code == 422
    assert Account.get_by_id(olga.id).password_hash == ""


def test_anothers_address_is_refused(person, olga):
    reply = person.post("/account/first-password", email="ada@example.com", new="Ladder-and-light-8")
    assert reply.status_code == 409 and "account with this e-mail address already" in reply.text
    assert Account.get_by_id(olga.id).email == "olga@example.com" and not Account.get_by_id(olga.id).password_hash


def test_open_links_end_with_it(person, olga):
    token = people.make_link(olga)
    person.post("/account/first-password", email="olga@example.com", new="Ladder-and-light-8")
    assert person.post(f"/sign-in/link/{token}").status_code == 404


def test_employees_have_no_first_password(admin):
    assert admin.get("/account/first-password").status_code == 404
    assert admin.post("/account/first-password", email="x@example.com", new="Ladder-and-light-8").status_code == 404


def test_an_empty_password_signs_nobody_in(app, olga):
    for password in ("", " ", "x"):
        person = Person(app)
        assert person.post("/sign-in", email="olga@example.com", password=password).status_code == 422


def test_an_address_is_registered_once(company, olga):
    made = at_once(*[lambda: people.register("Nina", "nina@example.com", "", "", "de")] * 8)
    assert sum(isinstance(one, Account) for one in made) == 1
    assert all(isinstance(one, Account) or (isinstance(one, Refused) and one.code == "email_taken") for one in made)
    with pytest.raises(Refused):
        people.register("Olga", "olga@example.com", "", "", "")
