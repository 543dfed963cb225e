"""The permission matrix (spec §6), over every address of the app: what each sort of person is told at it.

`tests/matrix.txt` is the table, for a person to read; a route that is not in it fails. `python -m tests.test_matrix`
prints it anew after a change, to be looked through line by line before it is kept.

    y      gets in: whatever the form or the rule then says
    409    gets in, and a rule of the trade says no
    403    may see, and not do; or is none of the company's people
    404    it is not theirs, or there is none
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.client import Person
from tests.conftest import LAB, PASSWORD
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_role, make_site
from tests.test_routes import routes
from webapp import create_app
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.accounts.services import companies
from webapp.common import jobs
from webapp.config import Settings
from webapp.db import database, migrate

TABLE = Path(__file__).with_name("matrix.txt")
WHO = ("admin", "all", "assigned", "unassigned", "owner", "stranger")
SAID = {403: "403", 404: "404", 409: "409"}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who asks, and what of: a site that its owner has authorized, with a device."""

    people: dict[str, Person]
    values: dict[str, Any]

    def path(self, rule: Rule) -> str:
        given = {name: self.values.get(name, "x" * 43) for name in rule.arguments}
        adapter = rule.map.bind("localhost")  # type: ignore[union-attr]
        return str(adapter.build(rule.endpoint, given, method=min((rule.methods or set()) & {"GET", "POST"})))


def gather(app: Flask) -> Cast:
    company = companies.set_up("Northlight Security", "Ada Admin", "ada@example.com", PASSWORD).company
    every = make_role(company, "Every site", Right)
    site = make_site(company, name="Bakery")
    device, owner = make_device(site), make_owner(site)
    emails = {
        "admin": "ada@example.com",
        "all": make_employee(company, Role.OWN, own_role=every).email,
        "assigned": (mine := make_employee(company)).email,
        "unassigned": make_employee(company).email,
        "owner": owner.email,
        "stranger": make_employee(make_company(), Role.INSTALLER_ADMIN).email,
    }
    assign(site, mine)
    somebody = make_employee(company)
    people = {name: enter(app, email) for name, email in emails.items()}
    values = {"site_id": site.id, "device_id": device.id, "account_id": somebody.id, "role_id": every.id}
    return Cast(people, values | dict.fromkeys(("kind",), "png"))


def enter(app: Flask, email: str) -> Person:
    person = Person(app)
    assert person.post("/sign-in", email=email, password=PASSWORD).status_code == 303
    person.fetch_token()
    assert person.token
    return person


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is taken back, so that each is asked of the same world."""
    with database.atomic() as around:
        yield
        around.rollback()


def said(person: Person, method: str, path: str, htmx: bool) -> str:
    token = person.token
    with undone():
        reply = person.get(path, htmx=htmx) if method == "GET" else person.post(path, htmx=htmx)
    person.token = token
    assert reply.status_code < 500, f"{method} {path}: {reply.status_code}"
    assert not (reply.status_code == 303 and reply.location.startswith("/sign-in?")), f"{method} {path}"
    return SAID.get(reply.status_code, "y")


def matrix(app: Flask, cast: Cast, htmx: bool = False) -> Iterator[tuple[str, ...]]:
    for method, rule, _view in routes(app):
        if rule.endpoint != "accounts.sign_out":
            path = cast.path(rule)
            yield (method, rule.rule, *(said(cast.people[who], method, path, htmx) for who in WHO))


def table(rows: list[tuple[str, ...]]) -> str:
    rows = [("", "", *WHO), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_everybody_is_told_what_the_matrix_says_at_every_address(app, htmx):
    found = table(list(matrix(app, gather(app), htmx)))
    assert found == TABLE.read_text(), "if this is meant: python -m tests.test_matrix > tests/matrix.txt"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = create_app(Settings(data=Path(folder), allowed_networks=LAB, log_level="ERROR"))
        migrate()
        database.connect(reuse_if_open=True)
        sys.stdout.write(table(list(matrix(made, gather(made)))))
        jobs.stop()
        assert Account.select().count()
