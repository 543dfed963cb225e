"""Every route that changes something leaves exactly one row in the audit log (Z40), as tests/deed_table.py has it.

Each deed is posted to the same world, by somebody who may, with a form that succeeds; and once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from peewee import fn
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.client import Person
from tests.deed_table import DEEDS, JOINING
from tests.deeds import Scene
from tests.mailbox import Mailbox
from tests.test_matrix import Cast, gather, undone
from tests.test_routes import routes
from webapp.accounts.models import Account
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.db import transaction


@pytest.fixture
def settings() -> Iterator[dict[str, Any]]:
    with Mailbox() as mailbox:
        yield {"mail_url": mailbox.url, "base_url": "http://localhost"}


def posts(app: Flask) -> list[Rule]:
    return [rule for method, rule, _view in routes(app) if method == "POST"]


def test_the_table_has_every_post_route_and_no_other(app):
    assert {name.partition(" ")[0] for name in DEEDS} | {"accounts.set_up"} == {rule.endpoint for rule in posts(app)}


def test_every_deed_leaves_its_rows(app):
    cast, rules = gather(app), posts(app)
    Account.update(responsible_at=clock.now()).execute()
    cases = [(name, rule) for rule in rules for name in DEEDS if name.partition(" ")[0] == rule.endpoint]
    wrong = {f"{name} at {rule.rule}": found for name, rule in cases if (found := check(app, cast, name, rule))}
    assert not wrong, "\n" + "\n".join(f"{name}: {found}" for name, found in wrong.items())


def check(app: Flask, cast: Cast, name: str, rule: Rule) -> str:
    """What is wrong with the rows of a deed, sent once and once more; "" when nothing is."""
    one = DEEDS[name]
    with transaction(), undone():  # a job that runs beside it waits
        for earlier in one.after:
            assert is_done(ready(app, cast, earlier, rule_of(app, earlier))()), f"{earlier}, before {name}"
        send = ready(app, cast, name, rule)
        (reply, first), (other, second) = left(send), left(send)
    if not is_done(reply) or first != one.rows:
        return f"{reply.status_code} leaves {first}, not {one.rows}"
    well = other.status_code < 500 and second == one.again
    return "" if well else f"sent once more, {other.status_code} leaves {second}, not {one.again}"


def rule_of(app: Flask, endpoint: str) -> Rule:
    return next(rule for rule in posts(app) if rule.endpoint == endpoint)


def ready(app: Flask, cast: Cast, name: str, rule: Rule) -> Callable[[], TestResponse]:
    """All but the deed itself, which is done by calling what this gives."""
    one = DEEDS[name]
    scene = Scene(app, cast, browser(app, cast, one.who))
    given = dict(one.given(scene) if callable(one.given) else one.given)
    person = given.pop("person", scene.person)
    at = {f"{rule.endpoint} {key}": given.pop(key) for key in rule.arguments & given.keys()}
    path = replace(cast, values=cast.values | at).path(rule, one.who)
    return lambda: person.post(path, **{key: as_file(value) for key, value in given.items()})


def as_file(value: Any) -> Any:
    return (BytesIO(value), "picture") if isinstance(value, bytes) else value


def browser(app: Flask, cast: Cast, who: str) -> Person:
    """Another window of theirs: what it does to its cookies stays there."""
    made = Person(app)
    if who and (cookie := cast.people[who].client.get_cookie("sitehand")):
        made.client.set_cookie("sitehand", cookie.value)
        made.token = cast.people[who].token
    return made


def left(send: Callable[[], TestResponse]) -> tuple[TestResponse, tuple[str, ...]]:
    """The answer, and the rows that have come meanwhile, the first one first."""
    last = AuditEntry.select(fn.MAX(AuditEntry.id)).scalar() or 0
    reply = send()
    new = AuditEntry.select(AuditEntry.action).where(AuditEntry.id > last).order_by(AuditEntry.id)
    return reply, tuple(row.action for row in new)


def is_done(reply: TestResponse) -> bool:
    return reply.status_code in {200, 204, 303} and not (reply.location or "").startswith("/sign-in?")


def test_setting_up_leaves_its_rows(app, anyone):
    send = lambda: anyone.post("/setup", company="Northlight", **JOINING)  # noqa: E731
    reply, rows = left(send)
    assert is_done(reply) and rows == ("company.created", "session.began")
    assert left(send)[1] == ()
