"""The log as a file for a spreadsheet."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.audit.world import make_act
from webapp.audit.models import AuditEntry
from webapp.audit.services import table as tables
from webapp.common import clock
from webapp.db import transaction

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


def test_it_says_what_the_page_says(sign_in, company, people, table):
    with time_machine.travel(NOW, tick=False):
        changes = '["password", "username"]'
        make_act(company, site=people.mine, changes=changes, agent="Phone/1", target_name="Camera 1")
        reply = sign_in().get(f"/audit.csv?site={people.mine.id}")
    assert table(reply) == [
        {
            "Date and time": "2026-11-24 00:30:00",
            "Time zone": "Europe/Berlin",
            "Person": "Ada Admin",
            "What was done": "Ada Admin changed the connection of Camera 1",
            "Changed": "password, user name",
            "Site": "Bakery",
            "Target": "Camera 1",
            "Action": "device.edited",
            "Address of the phone or browser": "203.0.113.7",
            "Browser": "Phone/1",
        }
    ]


def test_the_file_opens_in_a_spreadsheet_and_has_a_name(admin, company):
    reply = admin.get("/audit.csv")
    assert reply.data.startswith(b"\xef\xbb\xbf") and reply.content_type == "text/csv; charset=utf-8"
    assert re.fullmatch(r"attachment; filename=log-\d{4}-\d\d-\d\d\.csv", reply.headers["Content-Disposition"])


def test_who_gets_which_rows(admin, sign_in, acts, table):
    targets = dict.fromkeys(("ada@example.com", acts.bob.email, acts.eve.email, acts.rival.email))
    for email in targets:
        rows = table(sign_in(email).get("/audit.csv"))
        targets[email] = [row["Target"] for row in rows if row["Action"] == "device.edited"]
    ours = {"ada@example.com": ["At other", "At mine"], acts.bob.email: ["At mine"], acts.eve.email: []}
    assert targets == ours | {acts.rival.email: ["a device", "Foreign"]}
    assert not [row for row in table(sign_in(acts.rival.email).get("/audit.csv")) if row["Site"] == "Bakery"]


@pytest.mark.parametrize(
    ("query", "count"), [("kind=devices", 2), ("site={mine}", 1), ("person={bob}", 1), ("until=2020-01-01", 0)]
)
def test_it_takes_the_filters_of_the_page(admin, acts, table, shown, query, count):
    query = query.format(mine=acts.mine.id, bob=acts.bob.id)
    assert len(table(admin.get(f"/audit.csv?{query}"))) == len(shown(admin.get(f"/audit?{query}"))) == count
    if count:
        link = re.search(r'href="(/audit\.csv[^"]*)" download', admin.get(f"/audit?{query}").text)[1]
        assert link == f"/audit.csv?{query}"


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "  =1", "\t=1", "＝no formula", "a=b"]
)
def test_no_cell_is_a_formula(admin, company, people, table, name):
    make_act(company, site=people.mine, actor_name=name, target_name=name, agent=name, address=name)
    (row,) = (row for row in table(admin.get("/audit.csv")) if row["Action"] == "device.edited")
    expected = name if name[0] in "＝a" else f"'{name}"
    assert {row[column] for column in ("Person", "Target", "Browser", "Address of the phone or browser")} == {expected}
    assert not row["What was done"].startswith(("=", "+", "-", "@", " ", "\t"))


def test_a_long_log_is_cut_and_says_so(admin, company, table):
    made = [row.__data__ | {"id": None} for row in [make_act(company, target_name="newest", ago=-1)]]
    (row,) = made
    del row["id"]
    with transaction():
        for first in range(0, tables.MOST, 500):
            older = [row | {"at": clock.now() - timedelta(seconds=first + n), "target_name": ""} for n in range(500)]
            AuditEntry.insert_many(older).execute()
    found = table(admin.get("/audit.csv?kind=devices"))
    assert len(found) == tables.MOST + 1 and found[0]["Target"] == "newest"
    assert found[-1]["Date and time"].startswith("These are the newest 10000 acts.")
    assert "These are" not in admin.get("/audit.csv?kind=company").text


def test_secrets_are_not_in_it(admin, company, people):
    fields = {"name": "New", "zone": "UTC", "address": "Very-secret-street", "city": "", "region": "", "version": "1"}
    admin.post("/sites/new", **fields)
    text = admin.get("/audit.csv").text
    assert "added the site New" in text and "Very-secret-street" not in text


def test_no_copy_of_it_is_kept(admin, company):
    assert admin.get("/audit.csv").headers["Cache-Control"] == "no-store"


def test_it_is_offered_above_the_list(admin, company):
    page = admin.get("/audit").text
    assert page.index("/audit.csv") < page.index('<ol class="steps">')
