"""An account can be made in anybody's name: a mailed link is what shows whose the address is (Z11, Z14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.accounts.factors import add_passkey, turn_on
from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_employee, make_owner, make_site
from webapp.accounts.models import Account, Passkey, ResetToken, Session
from webapp.accounts.principal import Operator
from webapp.accounts.services import secrets
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.tokens import hash_token
from webapp.owners.services import people

NEW = "a-new-long-Password-7"


@pytest.fixture
def olga(company):
    """With a password that somebody chose when the account was made."""
    return make_owner(make_site(company, name="Bakery"), email="olga@example.com")


def link(account):
    return f"/sign-in/link/{people.make_link(account)}"


def who(person):
    return person.get("/account").status_code


def test_what_stood_before_the_first_mailed_link_ends(app, anyone, olga, sign_in):
    before = sign_in(olga.email)
    add_passkey(before)
    reply = anyone.post(link(olga))
    assert reply.status_code == 303 and "is confirmed" in anyone.get("/").text
    assert who(before) == 303 and who(anyone) == 200
    account = Account.get_by_id(olga.id)
    assert account.password_hash == "" and account.email_proved_at and not Passkey.select().count()
    assert Person(app).post("/sign-in", email=olga.email, password=PASSWORD).status_code == 422
    assert AuditEntry.select().where(AuditEntry.action == "account.address_proved").count() == 1


def test_from_then_on_a_link_ends_nothing(app, anyone, olga):
    anyone.post(link(olga))
    account = Account.get_by_id(olga.id)
    secrets.set_password(account, NEW, Operator(None, account.id, account.name), "password.changed")
    first = Person(app)
    assert first.post("/sign-in", email=olga.email, password=NEW).status_code == 303
    other = Person(app)
    with time_machine.travel(clock.now() + timedelta(minutes=20)):
        assert other.post(link(olga)).status_code == 303
        assert who(first) == who(other) == 200 and "is confirmed" not in other.get("/").text


def test_who_has_a_second_factor_is_asked_for_it_and_loses_nothing(anyone, olga, sign_in):
    turn_on(sign_in(olga.email))
    reply = anyone.post(link(olga))
    assert reply.status_code == 303 and who(anyone) == 303
    account = Account.get_by_id(olga.id)
    assert account.password_hash and account.email_proved_at is None


def test_a_new_password_by_mail_proves_it_too(app, olga, sign_in):
    before = sign_in(olga.email)
    add_passkey(before)
    ResetToken.create(account=olga, token_hash=hash_token("t" * 43), expires_at=clock.now() + timedelta(hours=1))
    assert Person(app).post(f"/reset/{'t' * 43}", password=NEW, repeat=NEW).status_code == 303
    assert who(before) == 303 and not Passkey.select().count() and Account.get_by_id(olga.id).email_proved_at
    assert Person(app).post("/sign-in", email=olga.email, password=NEW).status_code == 303


def test_an_employee_keeps_what_protects_the_company(app, company, sign_in):
    person = make_employee(company)
    add_passkey(sign_in(person.email))
    ResetToken.create(account=person, token_hash=hash_token("t" * 43), expires_at=clock.now() + timedelta(hours=1))
    assert Person(app).post(f"/reset/{'t' * 43}", password=NEW, repeat=NEW).status_code == 303
    assert Passkey.select().count() == 1 and not Session.select().where(Session.account == person.id).count()


def test_links_from_before_a_new_password_open_nothing(app, anyone, olga, sign_in):
    path = link(olga)
    assert sign_in(olga.email).post("/account/password", current=PASSWORD, new=NEW).status_code == 303
    assert anyone.post(path).status_code in {404, 409} and who(anyone) == 303


def test_a_link_is_used_by_the_person_who_is_signed_in(olga, sign_in):
    person = sign_in(olga.email)
    assert person.post(link(olga)).status_code == 303 and who(person) == 200
