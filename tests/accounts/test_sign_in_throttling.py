"""Guessing passwords is stopped soon, and stops nobody else (Z13)."""

from __future__ import annotations

from functools import partial

import pytest
import time_machine
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_employee
from webapp.accounts.models import Attempt, Session
from webapp.accounts.services import throttle
from webapp.accounts.services.throttle import LIMITS

GUESSER = "203.0.113.66"


def guess(person, email="ada@example.com", password="wrong-Password-1", **headers):
    return person.post("/sign-in", headers_=headers, email=email, password=password)


def guess_often(person, times=10, email="ada@example.com"):
    return [guess(person, email, **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(times)]


@pytest.fixture
def guesser(app, company):
    return Person(app, REMOTE_ADDR=GUESSER)


def test_the_tenth_try_is_refused_with_the_time_to_wait(guesser):
    replies = guess_often(guesser)
    assert [reply.status_code for reply in replies] == [422] * 9 + [429]
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900 and "Too many tries" in replies[-1].text


def test_many_guesses_at_once_are_no_more_than_many_in_turn(app, company):
    guessers = [Person(app, REMOTE_ADDR=GUESSER) for _ in range(16)]
    for person in guessers:
        person.fetch_token()
    replies = at_once(*[partial(guess, person) for person in guessers])
    assert sorted(reply.status_code for reply in replies).count(422) <= 9


def test_then_the_right_password_is_not_even_looked_at(guesser):
    guess_often(guesser)
    assert guess(guesser, password=PASSWORD).status_code == 429 and not Session.select().count()


def test_an_unknown_address_is_throttled_alike(guesser):
    known, unknown = guess_often(guesser), guess_often(guesser, email="nobody@example.com")
    assert [reply.status_code for reply in known] == [reply.status_code for reply in unknown]


def test_other_accounts_get_in_from_the_same_address(app, company, guesser):
    other = make_employee(company)
    guess_often(guesser)
    assert guess(Person(app, REMOTE_ADDR=GUESSER), other.email, PASSWORD).status_code == 303


def test_the_person_gets_in_from_their_own_address(app, guesser):
    guess_often(guesser)
    assert guess(Person(app, REMOTE_ADDR="198.51.100.1"), password=PASSWORD).status_code == 303


def test_many_accounts_from_one_address_are_stopped_too(app, company, guesser):
    for n in range(LIMITS["address"]):
        throttle.take_turn("sign-in", f"person{n}@example.com", GUESSER)
    assert guess(guesser).status_code == 429
    assert guess(Person(app, REMOTE_ADDR="198.51.100.1"), password=PASSWORD).status_code == 303


def test_one_account_under_attack_from_everywhere_is_closed_for_a_while(app, company):
    for n in range(LIMITS["account"]):
        throttle.take_turn("sign-in", "ada@example.com", f"198.51.100.{n}")
    assert guess(Person(app, REMOTE_ADDR="203.0.113.1"), password=PASSWORD).status_code == 429


def test_after_a_quarter_of_an_hour_it_goes_on(app, company):
    with time_machine.travel(1_800_000_000) as journey:
        guesser = Person(app, REMOTE_ADDR=GUESSER)
        wait = int(guess_often(guesser)[-1].headers["Retry-After"])
        journey.shift(wait - 30)
        assert guess(guesser, password=PASSWORD).status_code == 429
        journey.shift(31)
        assert guess(guesser, password=PASSWORD).status_code == 303
        journey.shift(3601)  # the longest that anything is counted
        guess(Person(app), "somebody@example.com")
        assert Attempt.select().count() == 3


def test_success_clears_the_count_of_slips(app, guesser):
    for _ in range(3):
        for _ in range(5):
            assert guess(guesser).status_code == 422
        assert guess(guesser, password=PASSWORD).status_code == 303


def test_what_is_kept_of_a_try_names_nobody(guesser):
    guess(guesser)
    assert not any("ada" in row.key for row in Attempt.select())


def test_behind_a_trusted_proxy_the_visitors_address_counts(app, company):
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)
    proxy = Person(app, REMOTE_ADDR="10.0.0.1")
    last = [guess(proxy, **{"X-Forwarded-For": f"198.51.100.{n}, {GUESSER}"}) for n in range(10)][-1]
    assert last.status_code == 429
    assert guess(proxy, password=PASSWORD, **{"X-Forwarded-For": "198.51.100.1"}).status_code == 303
