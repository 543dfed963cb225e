"""The database under strain: busy, gone and back (Z32, Z35)."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_site
from webapp.db import database, in_connection, is_sqlite, is_trouble, light_transaction, transaction
from webapp.sites.models import Site

TYPED = {"name": "Bakery", "zone": "UTC", "address": "", "city": "", "region": ""}

# Its write lock is of the whole file.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def elsewhere(app):
    """Another process that holds the write lock until it is closed."""
    other = sqlite3.connect(Path(database.database), check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def impatient():
    database.execute_sql("PRAGMA busy_timeout = 50")


@ON_SQLITE
def test_it_is_set_up_to_lose_nothing(app):
    pragmas = {name: database.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}
    assert database.execute_sql("PRAGMA foreign_keys").fetchone()[0] == 1
    assert database.execute_sql("PRAGMA busy_timeout").fetchone()[0] == 5000


LIGHT = {True: [2, 1, 2], False: [None, ("off",), None]}


def safety() -> object:
    if is_sqlite():
        return database.execute_sql("PRAGMA synchronous").fetchone()[0]
    asked = "SELECT setting FROM pg_settings WHERE name = 'synchronous_commit' AND source = 'session'"
    return database.execute_sql(asked).fetchone()


def test_measurements_alone_wait_for_no_disk(app):
    def measured() -> object:
        with light_transaction():
            return safety()

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(in_connection, lambda: [safety(), measured(), safety()]).result() == LIGHT[is_sqlite()]


@ON_SQLITE
@pytest.mark.parametrize("htmx", [False, True])
def test_a_lock_that_is_not_given_back_is_said_and_nothing_is_lost(admin, elsewhere, htmx):
    impatient()
    reply = admin.post("/sites/new", htmx=htmx, **TYPED)
    assert reply.status_code == 503 and int(reply.headers["Retry-After"]) >= 1 and "Nothing was changed" in reply.text
    elsewhere.execute("ROLLBACK")
    assert not Site.select().count()
    assert admin.post("/sites/new", **TYPED).status_code == 303 and Site.select().count() == 1


@ON_SQLITE
def test_a_lock_that_is_held_for_a_moment_is_waited_for(admin, elsewhere):
    timer = threading.Timer(0.3, lambda: elsewhere.execute("ROLLBACK"))
    admin.fetch_token()
    timer.start()
    assert admin.post("/sites/new", **TYPED).status_code == 303
    timer.join()


@ON_SQLITE
def test_pages_are_read_while_somebody_writes(admin, company, elsewhere):
    for path in ("/", "/sites", "/devices", "/account"):
        assert admin.get(path).status_code == 200


@ON_SQLITE
def test_pages_are_read_even_when_it_cannot_be_noted_that_they_were(app, company, request):
    with time_machine.travel(1_800_000_000) as journey:
        person = Person(app)
        person.post("/sign-in", email="ada@example.com", password=PASSWORD)
        journey.shift(3600)
        request.getfixturevalue("elsewhere")
        impatient()
        assert person.get("/sites").status_code == 200


def test_a_connection_that_was_cut_is_opened_again(admin, company):
    if is_sqlite():
        database.close()
    else:
        cut_from_another_thread()
        assert admin.get("/sites").status_code == 503
    assert admin.get("/sites").status_code == 200


def cut_from_another_thread():
    number = database.execute_sql("SELECT pg_backend_pid()").fetchone()[0]

    def run():
        in_connection(lambda: database.execute_sql("SELECT pg_terminate_backend(%s)", (number,)))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_transaction_is_everything_or_nothing(company):
    def fail():
        with transaction():
            make_site(company)
            with transaction():
                make_site(company)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Site.select().count()


def test_what_another_thread_has_committed_is_seen(company):
    thread = threading.Thread(target=lambda: in_connection(lambda: make_site(company)))
    thread.start()
    thread.join()
    assert Site.select().count() == 1


def test_a_slip_in_a_statement_is_not_taken_for_trouble(app):
    with pytest.raises(Exception) as error, transaction():
        database.execute_sql("SELECT no_such_column FROM site")
    assert not is_trouble(error.value)
