"""Passkeys: adding, signing in, removing; and what a forged, old or foreign answer gets (R7)."""

from __future__ import annotations

from functools import partial

import pytest
import time_machine
from webauthn.helpers import bytes_to_base64url as b64

from tests.accounts.factors import (
    Authenticator,
    acts,
    add_passkey,
    enter_by_passkey,
    give_password,
    options_to_add,
    options_to_sign_in,
    refused,
    turn_on,
)
from tests.client import Person, at_once
from tests.factories import make_employee
from webapp.accounts.models import Account, Passkey, PasskeyChallenge
from webapp.accounts.services.passkeys import MOST, handle
from webapp.audit.models import AuditEntry
from webapp.common import clock

UNMADE = "did not make a passkey"


def test_one_is_added_named_listed_and_removed(admin):
    before = AuditEntry.select().count()
    add_passkey(admin, name="Ada's <b>phone</b>")
    page = admin.get("/account/passkeys").text
    assert "Ada&#39;s &lt;b&gt;phone&lt;/b&gt;" in page and "not used yet" in page
    assert "1 passkey" in admin.get("/account").text
    admin.post(f"/account/passkeys/{Passkey.get().id}/remove")
    assert not Passkey.select().count() and acts(before) == ["passkey.added", "passkey.removed"]


def test_it_signs_in_without_a_password_and_leads_where_one_wanted(app, admin):
    key, before = add_passkey(admin), AuditEntry.select().count()
    person = Person(app)
    assert person.get("/sites").status_code == 303
    reply = enter_by_passkey(person, key, next="/sites")
    assert (reply.status_code, reply.location) == (303, "/sites") and person.get("/sites").status_code == 200
    assert acts(before) == ["session.began"]
    assert AuditEntry.select().order_by(AuditEntry.id.desc()).get().changes == '["passkey"]'
    assert Passkey.get().sign_count == 1 and Passkey.get().used_at


def test_it_stands_for_password_and_code_together(app, admin):
    turn_on(admin)
    key = add_passkey(admin)
    assert enter_by_passkey(Person(app), key).location == "/"


def test_beside_a_password_it_asks_for_nothing_more(app, admin):
    add_passkey(admin)
    assert give_password(Person(app)).location == "/"


def test_it_does_not_lead_elsewhere(app, admin):
    assert enter_by_passkey(Person(app), add_passkey(admin), next="//evil.example").location == "/"


def test_the_session_is_a_new_one(app, admin):
    key, person = add_passkey(admin), Person(app)
    person.get("/sign-in")
    with person.client.session_transaction() as before:
        before["planted"] = "by somebody else"
    enter_by_passkey(person, key)
    with person.client.session_transaction() as after:
        assert "planted" not in after and "challenge" not in after


def test_what_the_browser_is_asked_for(admin, company):
    key, options = add_passkey(admin), options_to_add(admin)
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert options["rp"] == {"name": "Sitehand", "id": "localhost"} and options["attestation"] == "none"
    assert [one["id"] for one in options["excludeCredentials"]] == [b64(key.id)]
    asked = options_to_sign_in(Person(admin.app))
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required") and not asked.get("allowCredentials")


FAULTS = {
    "another origin": {"origin": "https://localhost"},
    "another site": {"origin": "https://evil.example", "rp_id": "evil.example"},
    "another name": {"rp_id": "example"},
    "unverified": {"verified": False},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_that_is_made_wrongly_is_not_kept(admin, fault):
    before = AuditEntry.select().count()
    made = Authenticator(**FAULTS[fault]).make(options_to_add(admin))
    reply = admin.post("/account/passkeys", name="Phone", credential=made)
    assert reply.status_code == 422 and UNMADE in reply.text and not Passkey.select().count() and acts(before) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_signed_wrongly_lets_nobody_in(app, admin, fault):
    key = add_passkey(admin)
    for name, value in FAULTS[fault].items():
        setattr(key, name, value)
    refused(app, enter_by_passkey, key)
    assert Passkey.get().sign_count == 0 and not Passkey.get().used_at


def test_a_foreign_passkey_lets_nobody_in(app, admin, company):
    mine, foreign = add_passkey(admin), Authenticator()
    foreign.handle = mine.handle
    refused(app, enter_by_passkey, foreign)
    foreign.id = mine.id  # claims to be the known one, with another key
    refused(app, enter_by_passkey, foreign)


@pytest.mark.parametrize("claimed", ["", "another's"])
def test_one_that_claims_another_person_lets_nobody_in(app, admin, company, claimed):
    key = add_passkey(admin)
    key.handle = b64(handle(make_employee(company).id)) if claimed else ""
    refused(app, enter_by_passkey, key)


def test_a_challenge_is_signed_once(app, admin):
    key, person = add_passkey(admin), Person(app)
    signed = key.sign(options_to_sign_in(person))
    with person.client.session_transaction() as kept:
        challenge = kept["challenge"]
    assert person.post("/sign-in/passkey", credential=signed).status_code == 303

    def replay(other):
        other.get("/sign-in")
        with other.client.session_transaction() as forged:
            forged["challenge"] = challenge
        return other.post("/sign-in/passkey", credential=signed)

    refused(app, replay)


def test_of_twenty_uses_at_once_one_wins(app, admin):
    key, first = add_passkey(admin), Person(app)
    signed = key.sign(options_to_sign_in(first))
    with first.client.session_transaction() as kept:
        challenge = kept["challenge"]
    people = [Person(app) for _ in range(20)]
    for person in people:
        person.fetch_token()
        with person.client.session_transaction() as forged:
            forged["challenge"] = challenge
    replies = at_once(*[partial(person.post, "/sign-in/passkey", credential=signed) for person in people])
    assert sorted(reply.status_code for reply in replies) == [303] + [422] * 19


def test_what_another_browser_was_asked_to_sign_lets_nobody_in(app, admin):
    key = add_passkey(admin)
    signed = key.sign(options_to_sign_in(Person(app)))
    refused(app, lambda person: person.post("/sign-in/passkey", credential=signed))


def test_a_challenge_to_add_is_for_its_person_and_not_for_signing_in(app, admin, company, sign_in):
    other = sign_in(make_employee(company).email)
    made = Authenticator().make(options_to_add(other))
    assert admin.post("/account/passkeys", name="Phone", credential=made).status_code == 422
    key, person = add_passkey(admin), Person(app)
    options = options_to_add(admin)
    person.get("/sign-in")
    with person.client.session_transaction() as forged:
        forged["challenge"] = options["challenge"]
    assert person.post("/sign-in/passkey", credential=key.sign(options)).status_code == 422


def test_a_challenge_lasts_five_minutes(app, admin):
    with time_machine.travel(clock.now(), tick=False) as journey:
        key, person = add_passkey(admin), Person(app)
        signed = key.sign(options_to_sign_in(person))
        journey.shift(301)
        assert person.post("/sign-in/passkey", credential=signed).status_code == 422
        options_to_sign_in(person)
        assert PasskeyChallenge.select().count() == 1  # the old ones are swept away


def test_a_copied_passkey_is_noticed_by_its_counter(app, admin):
    key = add_passkey(admin)
    key.count = 7
    assert enter_by_passkey(Person(app), key).status_code == 303
    key.count = 7  # it would be 9 by now in the true one
    key.count -= 1
    refused(app, enter_by_passkey, key)


def test_one_that_counts_nothing_works_again_and_again(app, admin):
    key = add_passkey(admin)
    for _ in range(3):
        key.count = -1
        assert enter_by_passkey(Person(app), key).status_code == 303


def test_a_disabled_person_stays_outside(app, admin):
    key = add_passkey(admin)
    Account.update(disabled_at=clock.now()).execute()
    refused(app, enter_by_passkey, key)


def test_a_removed_one_lets_nobody_in(app, admin):
    key = add_passkey(admin)
    admin.post(f"/account/passkeys/{Passkey.get().id}/remove")
    refused(app, enter_by_passkey, key)


def test_another_persons_is_not_there_to_remove(admin, company, sign_in):
    add_passkey(admin, name="Ada's own")
    other = sign_in(make_employee(company).email)
    assert other.post(f"/account/passkeys/{Passkey.get().id}/remove").status_code == 404
    assert Passkey.select().count() == 1 and "s own" not in other.get("/account/passkeys").text


def test_a_passkey_belongs_to_one_person(admin, company, sign_in):
    key = add_passkey(admin)
    other = sign_in(make_employee(company).email)
    reply = other.post("/account/passkeys", name="Mine", credential=key.make(options_to_add(other)))
    assert reply.status_code == 409 and Passkey.select().count() == 1


def test_there_is_a_most(admin):
    add_passkey(admin)
    row = Passkey.get()
    for n in range(MOST - 1):
        Passkey.create(account=row.account_id, name="x", credential_id=f"x{n}", public_key=b"", made_at=clock.now())
    made = Authenticator().make(options_to_add(admin))
    assert admin.post("/account/passkeys", name="One more", credential=made).status_code == 409


def test_they_go_with_their_person(admin):
    add_passkey(admin)
    options_to_add(admin)
    Account.delete().execute()
    assert not Passkey.select().count() and not PasskeyChallenge.select().count()
