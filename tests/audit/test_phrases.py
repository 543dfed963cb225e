"""Every act that the code can record has a sentence, in plain words."""

from __future__ import annotations

import ast
import re

import pytest

from tests.audit.world import make_act
from tests.test_architecture import FILES, name_of
from webapp.audit import words
from webapp.audit.models import Act
from webapp.common import clock
from webapp.devices.services import devices
from webapp.qr.services import labels
from webapp.sites import services as sites

ACTION = re.compile(r"[a-z_]+\.[a-z_]*[a-z]")


def recorded(path):
    """Names of acts in a file: what is handed to record(); where that is a variable, all texts of that shape."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.record", "record"} and len(node.args) > 1:
            given = node.args[1]
            texts = [one for one in ast.walk(given) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            spread = [] if texts else [one for one in ast.walk(tree) if isinstance(one, ast.Constant)]
            for one in texts or spread:
                if isinstance(one.value, str) and ACTION.fullmatch(one.value):
                    yield one.value


RECORDED = sorted({(action, name_of(path)) for path in FILES for action in recorded(path)})


def test_the_source_is_read():
    actions = {action for action, _path in RECORDED}
    assert {"site.added", "device.edited", "session.began", "password.reset", "device.monitoring_off"} <= actions


@pytest.mark.parametrize(("action", "path"), RECORDED)
def test_every_act_of_the_source_has_a_sentence(action, path):
    assert action in words.GROUP_OF, f"{action} of {path} is called nothing: add it to webapp/audit/words.py"


def act(action, **values):
    given = {"id": 1, "at": clock.now(), "actor_name": "Ada", "action": action, "target_name": "Bakery", "changes": ()}
    given |= {"address": "", "agent": "", "site_id": None, "site": None, "zone": None, "open": True}
    return Act(**given | values)


@pytest.mark.parametrize("action", [*words.GROUP_OF, "device.painted"])
def test_a_sentence_names_the_person_and_ends_well(app, action):
    with app.test_request_context():
        told, html = words.sentence(act(action)), words.markup(act(action))
    assert told.startswith("Ada") and "%(" not in told
    assert (ACTION.search(told) is None) == (action in words.GROUP_OF)
    assert html.startswith("<bdi>Ada</bdi>") and re.sub("<[^>]+>", "", html) == told


def test_no_act_is_told_in_two_ways():
    assert len(words.GROUP_OF) == sum(len(phrases) for phrases in words.PHRASES.values())
    assert set(words.GROUPS) == set(words.Group) == set(words.PHRASES)


@pytest.mark.parametrize(
    ("action", "values", "expected"),
    [
        ("device.edited", {"changes": ("name",)}, "Ada renamed Bakery"),
        ("device.edited", {"changes": ("host", "name")}, "Ada changed the connection of Bakery"),
        ("password.reset", {"target_name": "Ada"}, "Ada set a new password by a link"),
        ("password.reset", {"actor_name": "command line"}, "command line set a new password for Bakery"),
        ("device.deleted", {"open": False}, "Ada deleted a device"),
        ("site.edited", {"open": False}, "Ada changed the site Bakery"),
        ("qr.labels_made", {"open": False}, "Ada made labels for Bakery"),
        ("session.began", {"target_name": ""}, "Ada signed in"),
        ("pack.signed", {}, "Ada had the handover pack of Bakery signed on their device"),
        ("authorization.granted", {}, "Ada authorized the company at Bakery"),
        ("authorization.granted", {"changes": ("until",)}, "Ada gave the company more time at Bakery"),
        ("permission.granted", {"changes": ("until",)}, "Ada gave more time at Bakery"),
    ],
)
def test_sentences_that_depend(app, action, values, expected):
    with app.test_request_context():
        assert words.sentence(act(action, **values)) == expected


@pytest.mark.parametrize(
    ("action", "changes", "expected"),
    [
        ("device.edited", ("host", "password", "username"), "IP address or domain, password, user name"),
        ("device.edited", ("name",), ""),
        ("device.added", ("host", "name", "password"), ""),
        ("site.edited", ("city", "password_days"), "city, reminder of password changes"),
        ("site.edited", ("new_field",), "new field"),
        ("qr.made", ("encrypted",), "encrypted"),
        ("authorization.granted", ("until",), ""),
    ],
)
def test_fields_are_told_in_words(app, action, changes, expected):
    with app.test_request_context():
        assert words.fields(act(action, changes=changes)) == expected


def changed():
    """Names of fields that a record() spells out itself."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                lists = [one for one in ast.walk(node) if isinstance(one, ast.List)]
                yield from (text.value for one in lists for text in one.elts if isinstance(text, ast.Constant))


def test_every_field_has_a_word():
    fields = {*changed(), *sites.DETAILS, *devices.CONNECTION, *labels.Content, "name", "password"}
    assert {"language", "until", "serial", "encrypted"} <= fields and not fields - set(words.FIELDS)


def test_a_name_can_be_as_long_as_it_likes(admin, company, shown):
    make_act(company, actor_name="x" * 128, target_name="y" * 200)
    assert f"{'x' * 128} changed the connection of {'y' * 200}" in shown(admin.get("/audit"))
