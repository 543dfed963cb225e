"""What an operator asks: is the server well?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from webapp.db import database, is_sqlite


def test_it_says_so(anyone):
    reply = anyone.get("/healthz")
    assert (reply.status_code, reply.json) == (200, {"status": "ok", "database": "ok"})
    assert "Set-Cookie" not in reply.headers and reply.headers["Cache-Control"] != "public"


@pytest.fixture
def change(app):
    """change(sql, back) runs a statement, and the second one after the test."""
    undo = []

    def run(sql, back):
        database.execute_sql(sql)
        undo.append(back)

    yield run
    for back in undo:
        database.execute_sql(back)


def test_a_schema_that_is_behind_is_named(anyone, change):
    change("UPDATE schema_migration SET name = 'x' || name", "UPDATE schema_migration SET name = substr(name, 2)")
    reply = anyone.get("/healthz")
    assert reply.status_code == 503 and reply.json["status"] == "failing" and "flask migrate" in reply.json["database"]


def test_a_database_of_which_nothing_is_known_is_behind(anyone, change):
    change("ALTER TABLE schema_migration RENAME TO away", "ALTER TABLE away RENAME TO schema_migration")
    assert anyone.get("/healthz").status_code == 503


def test_a_database_that_cannot_be_opened_is_named(anyone, tmp_path):
    database.close()
    if is_sqlite():
        database.obj.init(str(tmp_path / "no" / "such" / "folder.db"))
    else:
        database.obj.init("postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=1")
    reply = anyone.get("/healthz")
    assert reply.status_code == 503 and reply.json == {"status": "failing", "database": "unavailable"}


def test_pages_then_say_that_the_server_is_busy(admin, tmp_path):
    database.close()
    if is_sqlite():
        database.obj.init(str(tmp_path / "no" / "such" / "folder.db"))
    else:
        database.obj.init("postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=1")
    for htmx in (False, True):
        reply = admin.get("/sites", htmx=htmx)
        assert reply.status_code == 503 and int(reply.headers["Retry-After"]) > 0
        assert "The server is busy" in reply.text and "no/such" not in reply.text


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_looked_at(anyone, method):
    assert getattr(anyone.client, method)("/healthz").status_code == 405


def test_it_goes_on_while_another_process_writes(anyone):
    if is_sqlite():
        other = sqlite3.connect(Path(database.database))
        other.execute("BEGIN IMMEDIATE")
        assert anyone.get("/healthz").status_code == 200
        other.close()
    else:
        with database.atomic():
            database.execute_sql("LOCK TABLE site IN EXCLUSIVE MODE")
            assert anyone.get("/healthz").status_code == 200
