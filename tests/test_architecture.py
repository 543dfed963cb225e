"""The plan of the house, held by tests: who may import whom, where SQL lives, how long a file may be.

The floors stand in pyproject.toml, where import-linter reads them too. docs/architecture.md says why they are so.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
WEBAPP = ROOT / "webapp"
FILES = sorted(WEBAPP.rglob("*.py"))
LONGEST = 300  # lines


def floors() -> list[list[str]]:
    """Rooms from the top floor to the ground: [["home", "kiosks", "team"], ["handover"], …]."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [re.findall(r"\w+", layer) for layer in layers]


FLOOR = {room: number for number, rooms in enumerate(floors()) for room in rooms}

# These put the house together and know every room; no room knows them.
HOUSE = {"__init__", "engine", "cli", "templating", "demo", "backup"}

# Inside a room, left may import right. Forms ask services (is this address one that may be dialled?), never the other
# way round: a form is a thing of the web, a service is not.
DESKS = ["views", "guard", "tabs", "rows", "forms", "advice", "listeners", "jobs", "services"]
DESKS += ["hashing", "seal", "record", "speakable", "words", "models", "principal", "permissions"]

# What a page may take from another room, whatever its floor: it shows several rooms side by side.
SHOWN_BESIDE = {"services", "forms"}
GUARD = ("webapp.accounts.guard.", "webapp.accounts.permissions.")  # and who gets to it, which every page says

# One import against the floors: a setting is read by the code whose setting it is.
AGAINST_THE_FLOORS = {("config", "webapp.protocols.dial.Policy")}

# Who knows of requests and pages. The rest of `common`, and every other desk, could run without a web server.
WEB_DESKS = {"views", "guard", "tabs", "rows", "forms"}
WEB_TOOLS = {"compress", "failures", "forms", "headers", "htmx", "i18n", "memo", "urls"}

QUERY = {"where", "select", "order_by", "group_by", "execute", "executemany", "execute_sql", "get_or_none"}
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|VACUUM)\s")
QUERIES_ELSEWHERE = {
    "backup.py": "it copies the database as a whole, and looks into a copy that is not the app's",
}


def name_of(path: Path) -> str:
    return path.relative_to(WEBAPP).as_posix()


def parts(path: Path) -> tuple[str, ...]:
    """("devices", "views", "adding") of webapp/devices/views/adding.py."""
    return path.relative_to(WEBAPP).with_suffix("").parts


def everything_imported(path: Path) -> Iterator[str]:
    """Dotted names of all that a file imports: "webapp.devices.models.Device", "flask.request"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    return {name for name in everything_imported(path) if name.startswith("webapp.")}


def is_allowed(own: tuple[str, ...], name: str) -> bool:
    """Whether the module may import the name, by floors, desks, and the few exceptions above."""
    other = name.split(".")[1:]
    if other[0] in HOUSE:
        return False
    if own[0] == other[0]:
        return desk_is_below(own, other)
    if other[1:2] == ["views"]:
        return False
    if own[1:2] == ("views",) and ((other[1:2] and other[1] in SHOWN_BESIDE) or name.startswith(GUARD)):
        return True
    return FLOOR[own[0]] < FLOOR[other[0]] or (own[0], name) in AGAINST_THE_FLOORS


def desk_is_below(own: tuple[str, ...], other: list[str]) -> bool:
    desks = [module[1] for module in (own, other) if len(module) > 1 and module[1] in DESKS]
    return len(desks) < 2 or DESKS.index(desks[0]) <= DESKS.index(desks[1])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_down(path):
    own = parts(path)
    if own[0] not in HOUSE:
        wrong = sorted(name for name in own_imports(path) if not is_allowed(own, name))
        assert not wrong, f"{name_of(path)} must not import {', '.join(wrong)}"


@pytest.mark.parametrize(
    ("module", "name", "allowed"),
    [
        ("devices.models", "webapp.sites.models.Site", True),
        ("sites.services", "webapp.devices.services.lists", False),  # a floor up
        ("sites.views", "webapp.devices.services.lists", True),  # a page shows rooms side by side
        ("sites.views", "webapp.devices.models.Device", False),
        ("home.views", "webapp.devices.views.bp", False),
        ("audit.services", "webapp.notices.services.mail", False),  # neighbours
        ("devices.models.device", "webapp.devices.services.probing", False),  # a desk to the left
        ("devices.services.probing", "webapp.devices.models.Probe", True),
        ("config", "webapp.protocols.dial.Policy", True),
        ("config", "webapp.protocols.link.Link", False),
        ("common.jobs", "webapp.engine", False),
    ],
)
def test_the_rule_itself_tells_right_from_wrong(module, name, allowed):
    assert is_allowed(tuple(module.split(".")), name) is allowed


def test_every_room_has_its_floor_and_every_file_its_desk():
    for path in FILES:
        own = parts(path)
        assert own[0] in {"migrations", *HOUSE, *FLOOR}, f"{name_of(path)} is in no room of the plan"
        if FLOOR.get(own[0], 99) < FLOOR["protocols"] and own[1:2] != ("__init__",):
            assert own[1] in DESKS, f"{name_of(path)} is at no desk; the desks are {', '.join(DESKS)}"


@pytest.mark.parametrize("path", [path for path in FILES if parts(path)[0] == "protocols"], ids=name_of)
def test_hardware_is_spoken_to_without_the_rest_of_the_house(path):
    assert {name for name in own_imports(path) if not name.startswith("webapp.protocols.")} == set()


def written_queries(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERY:
            yield f"line {node.lineno}: .{node.func.attr}()"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield f"line {node.lineno}: {node.value.split()[0]} …"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_queries_are_written_in_models_only(path):
    own = parts(path)
    if "models" in own or own[0] in {"db", "migrations"} or name_of(path) in QUERIES_ELSEWHERE:
        return
    assert list(written_queries(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_web_side_knows_flask(path):
    own = parts(path)
    if own[0] in HOUSE or (own[0] == "common" and own[1] in WEB_TOOLS) or WEB_DESKS & set(own[1:2]):
        return
    assert {name for name in everything_imported(path) if re.match(r"(flask|werkzeug|wtforms)\b|flask_", name)} == set()


def readable_files() -> list[Path]:
    """What people write: code, tests, templates, styles; not what is vendored."""
    python = (path for folder in ("webapp", "tests", "benchmarks", "script") for path in (ROOT / folder).rglob("*.py"))
    pages = (ROOT / "templates").rglob("*.html")
    looks = chain((ROOT / "static/css").glob("*.css"), (ROOT / "static/js").glob("*.js"))
    return sorted({*python, *pages, *looks, *ROOT.glob("*.py")})


def test_no_file_is_longer_than_a_person_reads_at_once():
    lengths: dict[str, Any] = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in readable_files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}
