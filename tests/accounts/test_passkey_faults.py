"""Passkeys: nonsense instead of an answer, and where browsers offer them at all (R7)."""

from __future__ import annotations

import base64
import json

import pytest

from tests.accounts.factors import (
    Authenticator,
    add_passkey,
    enter_by_passkey,
    options_to_add,
    options_to_sign_in,
    refused,
)
from tests.client import Person
from tests.conftest import PASSWORD
from webapp.accounts.models import Attempt
from webapp.accounts.services.passkeys import CHALLENGES, Place
from webapp.common import clock

UNMADE = "did not make a passkey"


GARBAGE = ["", "x", "[]", "{}", "null", '{"response": 1}', '{"response": {"clientDataJSON": "e30"}}', "[" * 9000]
DEEP = base64.urlsafe_b64encode(b"[" * 4000).decode().rstrip("=")
GARBAGE += [json.dumps({"response": {"clientDataJSON": DEEP}})]
GARBAGE += ['{"response": {"clientDataJSON": {}}}', '{"response": {"clientDataJSON": "é"}}', "\x00", '{"response": []}']


@pytest.mark.parametrize("text", GARBAGE)
def test_nonsense_is_refused_in_words(app, admin, text):
    reply = admin.post("/account/passkeys", name="Phone", credential=text)
    assert reply.status_code == 422 and UNMADE in reply.text
    refused(app, lambda person: person.post("/sign-in/passkey", credential=text))


@pytest.mark.parametrize("part", ["id", "rawId", "type", "response"])
@pytest.mark.parametrize("value", [None, 1, {}, "", "é", "AA", "\ud800", "a\u0000b", "A" * 9000])
def test_a_garbled_answer_is_refused_in_words(app, admin, part, value):
    key, person = add_passkey(admin), Person(app)
    for name in ["", "authenticatorData", "signature", "userHandle"] if part == "response" else [""]:
        signed = json.loads(key.sign(options_to_sign_in(person)))
        if name:
            signed["response"][name] = value
        else:
            signed[part] = value
        assert person.post("/sign-in/passkey", credential=json.dumps(signed)).status_code == 422, (part, name)


@pytest.mark.parametrize("value", [None, 1, {}, "", "é", "AA", "oWNmbXRkbm9uZQ"])
def test_a_garbled_new_passkey_is_refused_in_words(admin, value):
    made = json.loads(Authenticator().make(options_to_add(admin)))
    made["response"]["attestationObject"] = value
    reply = admin.post("/account/passkeys", name="Phone", credential=json.dumps(made))
    assert reply.status_code == 422 and UNMADE in reply.text


def test_one_without_a_name_is_asked_for_it(admin):
    reply = admin.post("/account/passkeys", name=" ", credential="")
    assert reply.status_code == 422 and "What is the passkey called?" in reply.text


def test_challenges_are_not_made_without_end(app, company):
    person = Person(app, REMOTE_ADDR="203.0.113.66")
    person.fetch_token()
    now = clock.now()
    Attempt.insert_many([{"key": "address:passkey:203.0.113.66", "at": now} for _ in range(CHALLENGES)]).execute()
    assert person.post("/sign-in/passkey/options").status_code == 429
    assert Person(app, REMOTE_ADDR="203.0.113.7").post("/sign-in/passkey/options").status_code == 200


@pytest.mark.parametrize(
    ("setting", "seen", "obstacle"),
    [
        ("https://sitehand.example", "https://sitehand.example", ""),
        ("https://sitehand.example:443/", "http://sitehand.example", ""),  # a proxy that does not tell of its HTTPS
        ("https://sitehand.example:8443", "https://sitehand.example:8443", ""),
        ("", "http://localhost:8000", ""),
        ("", "https://localhost", ""),
        ("", "http://sitehand.example", "plain"),
        ("", "http://192.0.2.7:8000", "number"),
        ("", "https://192.0.2.7", "number"),
        ("", "https://[2001:db8::1]:8443", "number"),
        ("https://sitehand.example", "https://192.0.2.7", "name"),
        ("https://sitehand.example", "https://other.example", "name"),
    ],
)
def test_where_browsers_offer_passkeys(setting, seen, obstacle):
    assert Place.of(setting or seen).obstacle(Place.of(seen)) == obstacle


@pytest.mark.parametrize(
    ("host", "said"), [("sitehand.example", "without HTTPS"), ("192.0.2.7:8000", "reached by a number")]
)
def test_where_they_are_not_offered_the_page_says_why(app, company, host, said):
    person = Person(app, HTTP_HOST=host)
    person.post("/sign-in", email="ada@example.com", password=PASSWORD)
    page = person.get("/account/passkeys").text
    assert said in page and "data-passkey=" not in page


class TestWithASetting:
    @pytest.fixture
    def settings(self):
        return {"base_url": "https://sitehand.example/"}

    def test_the_setting_says_where_they_are_good_for(self, app, company):
        here = {"HTTP_HOST": "sitehand.example", "wsgi.url_scheme": "https"}
        person = Person(app, **here)
        person.post("/sign-in", email="ada@example.com", password=PASSWORD)
        key = add_passkey(person, Authenticator(rp_id="sitehand.example", origin="https://sitehand.example"))
        assert enter_by_passkey(Person(app, **here), key).status_code == 303
        elsewhere = Person(app, HTTP_HOST="192.0.2.7")
        elsewhere.post("/sign-in", email="ada@example.com", password=PASSWORD)
        page = elsewhere.get("/account/passkeys").text
        assert "by another one" in page and "https://sitehand.example" in page
