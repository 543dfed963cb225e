"""A row that stands is never changed or taken away: not by the product, not by a slip in a statement."""

from __future__ import annotations

import ast
import re

import pytest
from peewee import DatabaseError
from playhouse.migrations import Runner

from tests.audit.world import make_act
from tests.factories import make_device, make_site
from tests.test_architecture import FILES, name_of
from webapp.accounts.models import Account, Company
from webapp.audit.models import AuditEntry
from webapp.db import MIGRATIONS, database, is_sqlite, marked, migrate, rows, transaction

CHANGING = {"update", "delete", "delete_by_id", "set_by_id", "bulk_update", "replace", "replace_many", "truncate_table"}
STATEMENT = re.compile(r"(UPDATE|DELETE\s+FROM|REPLACE\s+INTO|TRUNCATE)\s+\W?audit_entry", re.IGNORECASE)


def changing(path):
    """Where a file changes or removes rows of the log."""
    for node in ast.walk(ast.parse(path.read_text())):
        called = isinstance(node, ast.Attribute) and node.attr in CHANGING and ast.unparse(node.value) == "AuditEntry"
        said = isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.search(node.value)
        if called or said:
            yield f"{name_of(path)}:{node.lineno}"


def test_nothing_in_the_product_changes_a_row():
    assert [where for path in FILES for where in changing(path) if "0005_audit_site" not in where] == []


def test_the_look_at_the_source_would_find_it():
    path = FILES[0].parent / "migrations" / "0005_audit_site.py"
    assert len(list(changing(path))) == 2  # it fills the new column


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'somebody else'",
        "UPDATE audit_entry SET site_id = NULL WHERE id = 1",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE id = 1",
    ],
)
def test_the_database_refuses_to_change_a_row(app, company, statement):
    before = rows("SELECT * FROM audit_entry")
    assert before
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        database.execute_sql(statement)
    assert rows("SELECT * FROM audit_entry") == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", ["REPLACE", "INSERT OR REPLACE"])
def test_nor_is_a_row_put_in_the_place_of_another(app, company, verb):
    before = rows("SELECT * FROM audit_entry")
    columns = ", ".join(AuditEntry._meta.columns)
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        database.execute_sql(f"{verb} INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry")
    assert rows("SELECT * FROM audit_entry") == before


@pytest.mark.parametrize("deed", [AuditEntry.delete, lambda: AuditEntry.update(action="x")])
def test_the_model_cannot_either(app, company, deed):
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        deed().execute()
    assert AuditEntry.select().count() == 1


def test_rows_outlive_company_people_sites_and_devices(app, company):
    site = make_site(company)
    make_device(site)
    make_act(company, site=site)
    before = rows("SELECT * FROM audit_entry ORDER BY id")
    company.delete_instance()
    assert not Account.select().count() and not Company.select().count()
    assert rows("SELECT * FROM audit_entry ORDER BY id") == before and len(before) == 2


def run(app, *command):
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(command))


def test_a_key_can_be_rotated(app, company):
    make_device(make_site(company))
    before = rows("SELECT * FROM audit_entry")
    done = run(app, "rotate-key")
    assert done.exit_code == 0 and rows("SELECT * FROM audit_entry") == before, done.output


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_of_the_database_refuses_it_too(app, company, tmp_path):
    copy = tmp_path / "copy.db"
    assert run(app, "backup", str(copy)).exit_code == 0
    database.execute_sql("ATTACH DATABASE ? AS copy", (str(copy),))
    with pytest.raises(DatabaseError, match="append-only"):
        database.execute_sql("DELETE FROM copy.audit_entry")
    database.execute_sql("DETACH DATABASE copy")


@pytest.fixture
def before(app):
    """The schema as it was before sites stood in the log; up to date again afterwards."""
    runner = Runner(database.obj, str(MIGRATIONS))
    while any(item.name == "0005_audit_site" and item.applied for item in runner.status()):
        runner.down()
    yield
    migrate()


def put(table, **values):
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    database.execute_sql(marked(f"INSERT INTO {table} ({names}) VALUES ({marks})"), tuple(values.values()))


AT = "2026-11-01 10:00:00"
SITE = {
    "company_id": 7,
    "name": "Bakery",
    "name_folded": "bakery",
    "zone": "UTC",
    "address": "",
    "city": "",
    "region": "",
}
SITE |= {"status": "not_invited", "search": "", "created_at": AT, "version": 1}
DEVICE = {"site_id": 70, "name": "Camera", "mode": "serial", "pin": "", "username": "", "password_strength": ""}
DEVICE |= {"password_sealed": b"", "connection_version": 1, "type": "nvr", "type_detected": "nvr", "type_declined": ""}
DEVICE |= {"model": "", "serial": "", "firmware": "", "search": "", "version": 1, "changed_at": AT, "added_at": AT}
OLD = {"at": AT, "company_id": 7, "actor_name": "Ada", "target_name": "", "changes": "[]", "address": "", "agent": ""}
EXPECTED = {
    ("site.added", 70): 70,
    ("site.deleted", 69): 69,
    ("qr.labels_made", 70): 70,
    ("device.edited", 700): 70,
    ("device.deleted", 699): None,
    ("device.monitoring_off", 700): 70,
    ("device.maintenance_begun", 700): 70,
    ("qr.made", 700): 70,
    ("qr.link_used", 700): 70,
    ("qr.scanned", None): None,
    ("session.began", None): None,
    ("account.edited", 700): None,
    ("company.created", 70): None,
}


def test_old_rows_are_told_their_sites(before):
    put("company", id=7, name="Old", created_at=AT)
    put("site", id=70, **SITE)
    flags = {name: 0 if is_sqlite() else False for name in ("https", "type_by_hand", "health_monitoring")}
    put("device", id=700, **DEVICE, **flags)
    for action, target in EXPECTED:
        put("audit_entry", action=action, target_id=target, **OLD)
    old = rows("SELECT id, at, actor_name, action, target_id, changes FROM audit_entry ORDER BY id")
    migrate()
    assert {
        (action, target): site for action, target, site in rows("SELECT action, target_id, site_id FROM audit_entry")
    } == EXPECTED
    assert rows("SELECT id, at, actor_name, action, target_id, changes FROM audit_entry ORDER BY id") == old
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        database.execute_sql("DELETE FROM audit_entry")


def test_down_gives_a_log_that_can_be_changed_as_before(before):
    put("audit_entry", action="session.began", **OLD)
    database.execute_sql("DELETE FROM audit_entry")
    assert rows("SELECT COUNT(*) FROM audit_entry") == [(0,)]
