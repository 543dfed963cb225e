"""The first visit: a company is made once, by whoever sits at the server or knows the code of its terminal."""

from __future__ import annotations

import pytest
import time_machine

from tests.client import Person, at_once
from tests.conftest import PASSWORD
from webapp.accounts.models import Account, Company, Session
from webapp.accounts.permissions import Role
from webapp.accounts.services import companies
from webapp.audit.models import AuditEntry

TYPED = {"company": "Northlight Security", "name": "Ada Admin", "email": "Ada@Example.com", "password": PASSWORD}
AWAY = {"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "sitehand.example"}


@pytest.fixture
def away(app):
    """A browser on another machine."""
    return Person(app, **AWAY)


@pytest.fixture
def code(app):
    return companies.setup_code(app.config["SETTINGS"].data)


def test_every_page_leads_there_while_no_company_exists(anyone):
    for path in ("/", "/sites", "/devices", "/account", "/sign-in"):
        reply = anyone.get(path)
        assert (reply.status_code, reply.location) == (303, "/setup")


def test_on_this_machine_no_code_is_asked_for(anyone):
    assert "Setup code" not in anyone.get("/setup").text
    reply = anyone.post("/setup", **TYPED)

    assert (reply.status_code, reply.location) == (303, "/")
    account = Account.get()
    assert (account.email, account.name, account.role) == ("ada@example.com", "Ada Admin", Role.INSTALLER_ADMIN)
    assert account.company.name == "Northlight Security" and PASSWORD not in account.password_hash
    assert "Northlight Security" in anyone.get("/").text


def test_afterwards_the_page_is_gone(anyone):
    anyone.post("/setup", **TYPED)
    other = Person(anyone.app)
    for reply in (other.get("/setup"), other.post("/setup", **TYPED | {"email": "eve@example.com"})):
        assert (reply.status_code, reply.location) == (303, "/sign-in")
    assert Company.select().count() == Account.select().count() == 1


def test_it_is_in_the_audit_trail(anyone):
    anyone.post("/setup", **TYPED)
    assert [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)] == [
        "company.created",
        "session.began",
    ]


def test_from_another_machine_the_code_of_the_terminal_opens_it(away, code):
    assert "Setup code" in away.get("/setup").text
    reply = away.post("/setup", **TYPED, code=f" {code[:5].lower()}-{code[5:]} ")
    assert (reply.status_code, reply.location) == (303, "/") and Company.select().count() == 1


@pytest.mark.parametrize("typed", ["", "AAAAAAAAAA", "ÄÖÜ", "x" * 5000])
def test_another_code_does_not_open_it(away, code, typed):
    reply = away.post("/setup", **TYPED, code=typed)
    assert reply.status_code == 422 and "not the code" in reply.text and code not in reply.text
    assert not Company.select().count()


def test_an_empty_code_file_opens_it_to_nobody(away, app):
    path = app.config["SETTINGS"].data / "setup-code"
    path.touch()
    assert away.post("/setup", **TYPED, code="").status_code == 422
    assert len(path.read_text()) == 10


def test_the_code_file_is_for_the_servers_user_alone(app, code):
    assert (app.config["SETTINGS"].data / "setup-code").stat().st_mode & 0o777 == 0o600 and len(code) == 10


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_HOST": "sitehand.example"},
        {"HTTP_HOST": "rebound.example:8000"},
        {"HTTP_HOST": "localhost.evil.example"},
        {"HTTP_HOST": "127.0.0.1.evil.example"},
        {"HTTP_HOST": "["},
        {"REMOTE_ADDR": ""},
    ],
)
def test_what_only_looks_like_this_machine_needs_the_code(app, environ):
    forged = Person(app, **environ)
    assert forged.get("/setup").status_code in {200, 400}
    assert forged.post("/setup", **TYPED).status_code in {400, 422} and not Company.select().count()


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
def test_the_names_of_this_machine_need_no_code(app, host):
    assert "Setup code" not in Person(app, HTTP_HOST=host, REMOTE_ADDR="::1").get("/setup").text


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("company", "", "What is the company called?"),
        ("company", "  ", "What is the company called?"),
        ("company", "x" * 129, "longer than 128"),
        ("company", "a\x00b", "characters that cannot be shown"),
        ("name", "", "What is your name?"),
        ("email", "", "Which e-mail address?"),
        ("email", "ada", "not an e-mail address"),
        ("email", "ada@exa mple.com", "not an e-mail address"),
        ("email", "a%0abcc:ada@example.com", "not an e-mail address"),
        ("email", "ädä@example.com", "not an e-mail address"),
        ("email", "a" * 250 + "@example.com", "longer than 254"),
        ("password", "", "Choose a password."),
        ("password", "short", "3 more"),
        ("password", "alllowercase", "Add at least one of these"),
        ("password", "Aa1" + "x" * 126, "longer than 128"),
    ],
)
def test_what_was_typed_survives_a_bad_field(anyone, field, value, complaint):
    reply = anyone.post("/setup", **TYPED | {field: value})

    assert reply.status_code == 422 and complaint in reply.text
    kept = {name: text for name, text in TYPED.items() if name not in {field, "password", "email"}}
    assert all(f'value="{text}"' in reply.text for text in kept.values())
    assert PASSWORD not in reply.text and not Company.select().count()


def test_guessing_the_code_is_stopped_by_the_tenth_try(app, code):
    guesser = Person(app, **AWAY)
    replies = [guesser.post("/setup", **TYPED, code=f"WRONG{n}") for n in range(10)]
    assert [reply.status_code for reply in replies] == [422] * 9 + [429]
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900

    assert guesser.post("/setup", **TYPED, code=code).status_code == 429
    other = Person(app, **AWAY | {"REMOTE_ADDR": "203.0.113.10"})
    assert other.post("/setup", **TYPED, code=code).status_code == 303


def test_a_stopped_guesser_may_go_on_later(app, code):
    with time_machine.travel(1_800_000_000) as journey:
        guesser = Person(app, **AWAY)
        for n in range(10):
            reply = guesser.post("/setup", **TYPED, code=f"WRONG{n}")
        journey.shift(int(reply.headers["Retry-After"]) + 1)
        assert guesser.post("/setup", **TYPED, code=code).status_code == 303


def test_two_at_once_make_one_company(app):
    people = [Person(app) for _ in range(4)]
    for person in people:
        person.get("/setup")
    tell = at_once(
        *[lambda n=n, p=p: p.post("/setup", **TYPED | {"email": f"p{n}@example.com"}) for n, p in enumerate(people)]
    )

    assert Company.select().count() == Account.select().count() == Session.select().count() == 1
    assert sorted((reply.status_code, reply.location) for reply in tell)[0] == (303, "/")
    assert all(reply.status_code in {303, 409} for reply in tell)
    assert sum(reply.location == "/" for reply in tell) == 1
