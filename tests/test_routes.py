"""Who may go where: every address of the app, and what it answers to those who may not.

`tests/routes.txt` lists them all for a person to read; `python -m tests.test_routes` prints it anew after a change.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.client import Person
from tests.factories import assign, make_company, make_device, make_employee, make_role, make_site
from webapp import create_app
from webapp.accounts.permissions import RIGHTS, Right, Role
from webapp.config import Settings
from webapp.db import database

LISTED = Path(__file__).with_name("routes.txt")
NOWHERE = 404


def routes(app: Flask) -> Iterator[tuple[str, Rule, Any]]:
    """Method, rule and view function of every address, in the order of the list."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule, app.view_functions[rule.endpoint]


def who(view: Any) -> str:
    return "anyone" if getattr(view, "public", False) else str(getattr(view, "right", "signed in"))


def listing(app: Flask) -> str:
    rows = [(method, rule.rule, who(view), rule.endpoint) for method, rule, view in routes(app)]
    widths = [max(len(cell) for cell in column if " or " not in cell) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)


def fill(rule: Rule, **values: Any) -> str:
    """The address with an id of 1, or the ids given, and a token that nobody has."""
    given = {name: values.get(name, 1 if name.endswith("_id") else "x" * 43) for name in rule.arguments}
    adapter = rule.map.bind("localhost")  # type: ignore[union-attr]
    return adapter.build(rule.endpoint, given, method=min(rule.methods & {"GET", "POST"}))


def guarded(app: Flask) -> list[tuple[str, Rule, Any]]:
    return [(method, rule, view) for method, rule, view in routes(app) if who(view) != "anyone"]


def ask(person: Person, method: str, path: str, **more: Any) -> Any:
    return person.get(path, **more) if method == "GET" else person.post(path, **more)


def everything_stored() -> dict[str, list[Any]]:
    """All rows of all tables, except when a session was seen."""
    tables = {name: database.execute_sql(f'SELECT * FROM "{name}"').fetchall() for name in database.get_tables()}
    return {name: sorted(map(repr, rows)) for name, rows in tables.items()}


def test_the_list_of_routes_is_up_to_date(app):
    assert listing(app) == LISTED.read_text(), "if this is meant: python -m tests.test_routes > tests/routes.txt"


def test_nobody_signed_in_is_led_to_sign_in(app, company):
    for method, rule, _view in guarded(app):
        path = fill(rule)
        plain = app.test_client().open(path, method=method)
        assert plain.status_code == 303 and plain.location.partition("?")[0] == "/sign-in", (method, path)
        assert ("?" in plain.location) == (method == "GET"), f"{method} {path}: only what was read is gone back to"
        htmx = app.test_client().open(path, method=method, headers={"HX-Request": "true"})
        assert htmx.status_code == 401 and htmx.headers["HX-Redirect"].startswith("/sign-in"), (method, path)
        assert not htmx.data


def test_without_a_company_everything_leads_to_setup(app):
    for method, rule, _view in guarded(app):
        reply = app.test_client().open(fill(rule), method=method)
        assert reply.status_code == 303 and reply.location == "/setup", (method, rule.rule)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),  # no token
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Content-Type": "application/json"}, 403),
        ({"Content-Type": "text/plain"}, 403),
    ],
)
def test_a_post_that_comes_from_no_form_of_ours_changes_nothing(app, admin, company, headers, status):
    device = make_device(make_site(company))
    before = everything_stored()
    for method, rule, _view in routes(app):
        path = fill(rule, site_id=device.site_id, device_id=device.id)
        if method != "POST":
            continue
        kind = headers.get("Content-Type", "application/x-www-form-urlencoded")
        reply = admin.client.post(path, headers=headers, content_type=kind, data=b"name=x&anyway=1&detected=keep")
        assert reply.status_code == status, f"{path}: {reply.status_code}"
    assert everything_stored() == before


def test_a_form_of_somebody_elses_session_is_refused(app, admin, company, sign_in):
    other = sign_in()
    other.fetch_token()
    before = everything_stored()
    for method, rule, _view in guarded(app):
        if method == "POST":
            admin.token = other.token
            assert admin.post(fill(rule)).status_code == 400, rule.rule
    assert everything_stored() == before


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INSTALLER_ADMIN])
def test_a_role_without_the_right_is_refused(app, company, sign_in, role):
    device = make_device(make_site(company))
    employee = make_employee(company, role)
    assign(device.site, employee)
    person = sign_in(employee.email)
    person.fetch_token()
    before = everything_stored()
    for method, rule, view in guarded(app):
        if who(view) != "signed in" and RIGHTS[role].isdisjoint(view.right.split(" or ")):
            path = fill(rule, site_id=device.site_id, device_id=device.id)
            for htmx in (False, True):
                reply = ask(person, method, path, htmx=htmx)
                assert reply.status_code == 403 and "Not for your role" in reply.text, (method, path)
    assert everything_stored() == before


def foreign_ids(company: Any, sign_in: Any) -> list[dict[str, int]]:
    """Ids of another company's things, of things that one is not assigned to, and of nothing."""
    theirs = make_device(make_site(make_company()))
    unassigned = make_device(make_site(company))
    sign_in()  # session of another person
    other = theirs.site.company
    found = [{"site_id": device.site_id, "device_id": device.id} for device in (theirs, unassigned)]
    people = {"account_id": make_employee(other).id, "role_id": make_role(other, "Theirs").id, "session_id": 1}
    none = dict.fromkeys(("site_id", "device_id", "account_id", "role_id", "session_id"), 9 * 10**14)
    return [*(ids | people for ids in found), none]


def test_anothers_things_and_no_things_are_told_alike(app, company, sign_in):
    ids = foreign_ids(company, sign_in)
    able = make_role(company, "Able", *frozenset(Right) - {Right.MANAGE_ALL_SITES})
    employee = make_employee(company, Role.OWN, own_role=able)
    person = sign_in(employee.email)
    person.fetch_token()
    before, seen = everything_stored(), set()
    for method, rule, _view in guarded(app):
        if not rule.arguments:
            continue
        for values in ids:
            path = fill(rule, **values)
            reply = ask(person, method, path)
            assert reply.status_code == NOWHERE, f"{method} {path}: {reply.status_code}"
            seen.add(reply.text.partition("</main>")[0].partition("<main")[2])
    assert len(seen) == 1, "the answers must not tell which of them exist"
    assert everything_stored() == before


@pytest.mark.parametrize("path", ["/nowhere", "/sites/abc", "/devices/-1", "/devices/1/nothing", f"/sites/{'9' * 400}"])
def test_an_address_that_is_none_is_told_so(admin, anyone, path):
    assert admin.get(path).status_code == 404
    assert "There is no such page" in admin.get(path).text
    assert anyone.get(path).status_code == 404


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(listing(create_app(Settings(data=Path(folder)))), end="")
