"""Two-factor sign-in: setting it up, and signing in with it (R7)."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest

from tests.accounts.factors import RECOVERY, acts, give_password, half_way, now, turn_on
from tests.client import Person, at_once
from tests.conftest import PASSWORD
from tests.factories import make_employee
from webapp.accounts.models import Account, PendingSignIn, RecoveryCode, SecondFactor, Session
from webapp.accounts.services import second_factor, sessions
from webapp.accounts.services.second_factor import recovery_hash
from webapp.accounts.services.throttle import LIMITS
from webapp.audit.models import AuditEntry
from webapp.common.errors import NotFound

WRONG, WRONG_RECOVERY = "This code is not right", "none of your recovery codes"


def test_setting_it_up_shows_a_code_to_scan_a_key_to_type_and_ten_codes_once(journey, admin):
    before = AuditEntry.select().count()
    assert "Off" in admin.get("/account").text
    phone, codes = turn_on(admin)
    assert len(set(codes)) == 10 and len(phone.secret) == 32
    assert acts(before) == ["second_factor.begun", "second_factor.on"]
    page = admin.get("/account/second-factor")
    assert "10 of your recovery codes are left" in page.text and not RECOVERY.findall(page.text)
    assert phone.secret[:4] not in page.text and page.headers["Cache-Control"] == "no-store"
    assert "On: a code after the password" in admin.get("/account").text


def test_the_picture_says_what_the_key_says(journey, admin):
    admin.post("/account/second-factor/begin")
    page = admin.get("/account/second-factor").text
    assert "<svg" in page and page == admin.get("/account/second-factor").text
    offered = second_factor.offer(sessions.load(token_of(admin), "", ""))
    assert str(offered.svg) in page and offered.key in page


def token_of(person):
    with person.client.session_transaction() as kept:
        return kept["_user_id"]


@pytest.mark.parametrize("code", ["", "000000", "12345", "x" * 5000, "١٢٣٤٥٦", "\x00"])
def test_a_wrong_code_confirms_nothing(journey, admin, code):
    admin.post("/account/second-factor/begin")
    key = SecondFactor.get().secret
    before = AuditEntry.select().count()
    reply = admin.post("/account/second-factor", code=code)
    assert reply.status_code == 422 and 'class="summary"' in reply.text
    assert not SecondFactor.get().confirmed_at and SecondFactor.get().secret == key and acts(before) == []
    assert give_password(Person(admin.app)).location == "/"


def test_without_a_beginning_there_is_nothing_to_confirm(admin):
    assert admin.post("/account/second-factor", code="123456").status_code == 409
    assert not SecondFactor.select().count()


def test_once_on_it_is_not_begun_again(phone, admin):
    key = SecondFactor.get().secret
    assert admin.post("/account/second-factor/begin").status_code == 409
    assert SecondFactor.get().secret == key


def test_the_secret_and_the_codes_are_not_readable_in_the_database(phone, recovery, admin):
    row = SecondFactor.get()
    assert phone.secret.encode() not in bytes(row.secret_sealed) and row.secret == phone.secret
    stored = {code.code_hash for code in RecoveryCode.select()}
    assert stored == {recovery_hash(row.account_id, code) for code in recovery}


def test_after_the_password_the_code_is_asked_for_and_only_then_a_session_begins(app, phone):
    person, before = Person(app), AuditEntry.select().count()
    sessions_before = Session.select().count()
    reply = give_password(person, next="/sites?q=a")
    assert (reply.status_code, reply.location) == (303, "/sign-in/code?next=/sites?q%3Da")
    assert person.get("/").location == "/sign-in?next=/" and Session.select().count() == sessions_before
    page = person.get(reply.location).text
    assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page
    assert "/sign-in/recovery-code?next=/sites?q%3Da" in page
    reply = person.post("/sign-in/code", code=now(phone), next="/sites?q=a")
    assert (reply.status_code, reply.location) == (303, "/sites?q=a")
    assert person.get("/").status_code == 200 and acts(before) == ["session.began"]
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().changes == '["code"]'
    assert not PendingSignIn.select().count()


def test_a_code_may_be_typed_with_a_blank_and_be_of_the_step_before_or_after(app, phone, journey):
    for steps in (-1, 1):
        code = now(phone, steps)
        assert half_way(app).post("/sign-in/code", code=f"{code[:3]} {code[3:]}").location == "/"
        journey.shift(90)
    for steps in (-2, 2):
        reply = half_way(app).post("/sign-in/code", code=now(phone, steps))
        assert reply.status_code == 422 and WRONG in reply.text


def test_a_code_is_accepted_once(app, phone, journey):
    code = now(phone)
    assert half_way(app).post("/sign-in/code", code=code).location == "/"
    assert half_way(app).post("/sign-in/code", code=code).status_code == 422
    assert half_way(app).post("/sign-in/code", code=now(phone, -1)).status_code == 422  # nor one from before it
    journey.shift(30)
    assert half_way(app).post("/sign-in/code", code=now(phone)).location == "/"


def test_the_code_that_confirmed_it_does_not_sign_in(journey, app, admin):
    phone, _codes = turn_on(admin)
    assert half_way(app).post("/sign-in/code", code=now(phone)).status_code == 422


def test_a_wrong_password_tells_nothing_of_it(app, phone, company):
    plain = make_employee(company)

    def answer(email):
        person = Person(app)
        reply = person.post("/sign-in", email=email, password="wrong-Password-1")
        return reply.status_code, re.sub(r'value="[^"]*"', "", reply.text)

    assert answer("ada@example.com") == answer(plain.email) == answer("nobody@example.com")


def test_the_second_step_needs_the_first(app, phone):
    for path in ("/sign-in/code", "/sign-in/recovery-code"):
        person = Person(app)
        assert person.get(path).location == "/sign-in"
        assert person.post(path, code=now(phone)).location == "/sign-in"
    assert "took too long" in person.get("/sign-in").text


def test_it_waits_five_minutes(app, phone, journey):
    person = half_way(app)
    journey.shift(299)
    assert person.get("/sign-in/code").status_code == 200
    journey.shift(2)
    reply = person.post("/sign-in/code", code=now(phone))
    assert reply.location == "/sign-in" and person.get("/").status_code == 303


def test_it_is_bound_to_the_password(app, phone, admin):
    person = half_way(app)
    admin.post("/account/password", current=PASSWORD, new="Another-ladder-8")
    assert person.post("/sign-in/code", code=now(phone)).location == "/sign-in"


def test_it_is_bound_to_an_account_that_may_sign_in(app, phone, company):
    person = half_way(app)
    Account.update(disabled_at=company.created_at).execute()
    assert person.post("/sign-in/code", code=now(phone)).location == "/sign-in"


def test_of_twenty_uses_of_one_code_at_once_one_wins(app, phone, company):
    code = now(phone)
    people = [half_way(app, REMOTE_ADDR=f"203.0.113.{n}") for n in range(20)]
    for person in people:
        person.fetch_token()
    replies = at_once(*[partial(person.post, "/sign-in/code", code=code) for person in people])
    assert sorted(reply.status_code for reply in replies) == [303] + [422] * 19


def test_of_twenty_uses_of_one_pending_sign_in_at_once_one_wins(app, phone, recovery):
    token = pending_of(half_way(app))
    codes = [*recovery, *recovery]
    before = Session.select().count()
    tries = [partial(second_factor.sign_in, token, code, f"203.0.113.{n}", "") for n, code in enumerate(codes)]
    told = at_once(*tries)
    assert sum(isinstance(one, str) for one in told) == 1
    assert all(one is None or isinstance(one, str | NotFound) for one in told), told
    assert Session.select().count() == before + 1
    assert RecoveryCode.select().where(RecoveryCode.used_at.is_null()).count() == 9  # the losers' are not used up


def pending_of(person):
    with person.client.session_transaction() as kept:
        return kept["pending"]


def test_guessing_is_throttled_and_another_person_is_not(app, phone, company, journey):
    person = half_way(app, REMOTE_ADDR="203.0.113.66")
    replies = [guess_later(person, journey) for _ in range(10)]
    assert [reply.status_code for reply in replies] == [422] * 9 + [429]
    assert person.post("/sign-in/code", code=now(phone)).status_code == 429
    assert person.post("/sign-in/recovery-code", code="x").status_code == 429
    assert half_way(app, REMOTE_ADDR="203.0.113.66").post("/sign-in/code", code=now(phone)).status_code == 429
    assert half_way(app, REMOTE_ADDR="203.0.113.7").post("/sign-in/code", code=now(phone)).location == "/"
    assert give_password(Person(app, REMOTE_ADDR="203.0.113.66"), make_employee(company).email).location == "/"


def test_guessing_from_everywhere_ends_for_an_hour_but_not_where_the_person_is_known(app, phone, admin, journey):
    for n in range(LIMITS["hour"]):
        assert guess_later(half_way(app, REMOTE_ADDR=f"198.51.100.{n}"), journey).status_code == 422
        journey.shift(60)
    stranger = half_way(app, REMOTE_ADDR="203.0.113.66")
    reply = stranger.post("/sign-in/code", code=now(phone))
    assert reply.status_code == 429 and int(reply.headers["Retry-After"]) > 15 * 60
    assert half_way(app).post("/sign-in/code", code=now(phone)).location == "/"
    journey.shift(3600)
    assert half_way(app, REMOTE_ADDR="203.0.113.66").post("/sign-in/code", code=now(phone)).location == "/"


def guess_later(person, journey):
    journey.shift(timedelta(milliseconds=1))  # a try is known by its moment
    return person.post("/sign-in/code", code="000000")


def test_right_codes_clear_the_count_of_slips(app, phone, journey):
    for _round in range(3):
        person = half_way(app)
        for _slip in range(5):
            assert guess_later(person, journey).status_code == 422
        assert person.post("/sign-in/code", code=now(phone)).location == "/"
        journey.shift(30)


def test_a_changed_password_leaves_it_on(app, phone, admin):
    admin.post("/account/password", current=PASSWORD, new="Another-ladder-8")
    reply = Person(app).post("/sign-in", email="ada@example.com", password="Another-ladder-8")
    assert reply.location == "/sign-in/code"


def test_it_goes_with_its_person(phone, recovery, admin):
    half_way(admin.app)
    Account.delete().execute()
    assert not (SecondFactor.select().count() or RecoveryCode.select().count() or PendingSignIn.select().count())


def test_expired_sign_ins_are_swept_away(app, phone, journey):
    for _ in range(3):
        half_way(app)
        journey.shift(timedelta(minutes=6))
    assert PendingSignIn.select().count() == 1
