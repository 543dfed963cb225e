"""Every change leaves one row: who, what, which fields, when, from where; never a secret (Z40, G1)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_device, make_site
from webapp.audit.models import AuditEntry
from webapp.common import clock

SITE = {"version": "1", "name": "Depot", "zone": "UTC", "address": "Harbour Road 18", "city": "Kiel", "region": ""}


@pytest.fixture
def person(app, company):
    made = Person(app, HTTP_USER_AGENT="Phone/1 " + "x" * 300, REMOTE_ADDR="203.0.113.7")
    made.post("/sign-in", email="ada@example.com", password=PASSWORD)
    return made


@pytest.fixture
def left():
    """left(deed) gives the rows that a deed leaves."""

    def count(deed):
        before = AuditEntry.select().count()
        reply = deed()
        return reply, list(AuditEntry.select().order_by(AuditEntry.id))[before:]

    return count


@pytest.mark.parametrize(
    ("path", "fields", "action", "changes"),
    [
        ("/sites/new", SITE | {"name": "New"}, "site.added", []),
        ("/sites/{site}/edit", SITE, "site.edited", ["address", "city", "name"]),
        ("/sites/{site}/delete", {"name": "Bakery"}, "site.deleted", []),
        ("/account/language", {"language": "de"}, "account.edited", ["language"]),
        ("/account/password", {"current": PASSWORD, "new": "Another-ladder-8"}, "password.changed", []),
        ("/sign-out", {}, "session.ended", []),
    ],
)
def test_a_deed_leaves_one_row(person, company, left, path, fields, action, changes):
    site = make_site(company, name="Bakery")
    person.fetch_token()
    began = clock.now()

    reply, rows = left(lambda: person.post(path.format(site=site.id), **fields))

    assert reply.status_code == 303 and [row.action for row in rows] == [action]
    row = rows[0]
    assert (row.company_id, row.actor_name, row.address) == (company.id, "Ada Admin", "203.0.113.7")
    assert row.agent == ("Phone/1 " + "x" * 300)[:200] and json.loads(row.changes) == changes
    assert began <= row.at <= clock.now() + timedelta(seconds=1)
    assert PASSWORD not in str(row.__data__) and "Another-ladder-8" not in str(row.__data__)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sites/new", SITE | {"name": ""}),
        ("/sites/new", SITE | {"name": "Bakery"}),
        ("/sites/{site}/edit", SITE | {"name": "x" * 200}),
        ("/sites/{site}/delete", {"name": "another"}),
        ("/sites/999/delete", {"name": "Bakery"}),
        ("/account/language", {"language": "xx"}),
        ("/account/password", {"current": "wrong-Password-1", "new": "Another-ladder-8"}),
        ("/sign-in", {"email": "ada@example.com", "password": "wrong-Password-1"}),
        ("/password-strength", {"password": "x"}),
    ],
)
def test_what_was_refused_or_changes_nothing_leaves_none(person, company, left, path, fields):
    site = make_site(company, name="Bakery")
    _, rows = left(lambda: person.post(path.format(site=site.id), **fields))
    assert not rows


def test_names_are_as_they_were_then(person, company):
    site = make_site(company, name="Bakery")
    person.post(f"/sites/{site.id}/edit", **SITE)
    person.post(f"/sites/{site.id}/delete", name="Depot")
    rows = AuditEntry.select().where(AuditEntry.action.startswith("site.")).order_by(AuditEntry.id)
    assert [(row.action, row.target_name) for row in rows] == [("site.edited", "Depot"), ("site.deleted", "Depot")]


def test_rows_know_at_which_site(person, company, left):
    site = make_site(company, name="Bakery")
    device = make_device(site)
    for path, fields in (
        (f"/sites/{site.id}/edit", SITE),
        (f"/devices/{device.id}/monitoring", {"on": "0"}),
        (f"/sites/{site.id}/delete", {"name": "Depot"}),
    ):
        _, rows = left(lambda path=path, fields=fields: person.post(path, **fields))
        assert [row.site_id for row in rows] == [site.id], path
    _, rows = left(lambda: person.post("/account/language", language="de"))
    assert [row.site_id for row in rows] == [None]
