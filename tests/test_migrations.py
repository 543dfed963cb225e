"""The schema: what the migrations make is what the models need, and it can be made by whoever comes first."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest
from peewee import IntegrityError, SqliteDatabase, chunked
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from tests.factories import make_company, make_employee, make_site
from tests.handover.made import principal
from webapp import create_app
from webapp.accounts.models import Account, CompanyRole
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.config import ROOT, Settings
from webapp.db import MIGRATIONS, BaseModel, database, is_sqlite, migrate, pending_migrations, transaction
from webapp.handover.models import OwnerInvitation, Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import Invited
from webapp.health.models import DeviceHour
from webapp.health.services.samples import DOWN, TIMES, pack, tally

HISTORY = "schema_migration"


def models(base=BaseModel):
    return [found for child in base.__subclasses__() for found in (child, *models(child))]


def tables():
    return set(database.get_tables()) - {HISTORY, "sqlite_sequence"}


def columns(db, table):
    """{name: (type, may be NULL, is the primary key)}"""
    return {c.name: (c.data_type.upper(), c.null, c.primary_key) for c in db.get_columns(table)}


def foreign_keys(db, table):
    return {(key.column, key.dest_table, key.dest_column) for key in db.get_foreign_keys(table)}


def indexes(db, table):
    return {(tuple(index.columns), index.unique) for index in db.get_indexes(table)}


def test_every_model_has_its_table_and_every_table_its_model(app):
    assert tables() == {model._meta.table_name for model in models()}
    assert not pending_migrations()


def test_columns_and_indexes_are_those_of_the_models(app):
    assert not diff_models(database.obj, models()), str(diff_models(database.obj, models()))


def test_types_and_keys_are_those_of_the_models(app, tmp_path):
    if is_sqlite():
        wanted = SqliteDatabase(tmp_path / "wanted.db")
        with wanted.bind_ctx(models(), bind_refs=False, bind_backrefs=False):
            wanted.create_tables(models())
        for model in models():
            table = model._meta.table_name
            assert columns(database, table) == columns(wanted, table), table
            assert foreign_keys(database, table) == foreign_keys(wanted, table), table
            assert indexes(database, table) == indexes(wanted, table), table
            assert deletes(database, table) == deletes(wanted, table), table
        wanted.close()
    else:
        for model in models():
            found = columns(database, model._meta.table_name)
            assert {f.column_name: f.null for f in model._meta.sorted_fields} == {n: c[1] for n, c in found.items()}


def deletes(db, table):
    """What happens to a row when the one it belongs to goes: (column, action)."""
    return {(row[3], row[6]) for row in db.execute_sql(f'PRAGMA foreign_key_list("{table}")').fetchall()}


def test_twice_is_harmless(app):
    assert migrate() == []


@pytest.fixture
def again(app):
    """The schema may be taken down: it is put up again afterwards, for those who come next."""
    yield app
    migrate()


def test_down_and_up_again(again):
    runner = Runner(database.obj, str(MIGRATIONS))
    while runner.down():
        pass
    assert not tables() and pending_migrations()
    assert migrate() == [item.name for item in runner.migrations()]
    assert tables() == {model._meta.table_name for model in models()}


def test_foreign_keys_are_kept_after_migrating(again):
    if is_sqlite():
        Runner(database.obj, str(MIGRATIONS)).down()
        migrate()
        assert database.execute_sql("PRAGMA foreign_keys").fetchone()[0] == 1


def flask_migrate(environment):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_processes_that_start_at_once_migrate_once(again, tmp_path):
    runner = Runner(database.obj, str(MIGRATIONS))
    while runner.down():
        pass
    url = again.config["SETTINGS"].database_url
    database.close()
    environment = os.environ | {"SITEHAND_DATA": str(tmp_path), "SITEHAND_DATABASE_URL": url}
    processes = [flask_migrate(environment) for _ in range(3)]
    told = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert {code for *_, code in told} == {0}, told
    assert sorted(out.startswith("Applied") for out, *_ in told) == [False, False, True]
    assert not pending_migrations()


def test_a_fresh_folder_needs_nothing_else(tmp_path):
    made = create_app(Settings(data=tmp_path / "new" / "data", log_level="ERROR"))
    assert made.test_cli_runner().invoke(args=["migrate"]).output.startswith("Applied: 0001")
    assert made.test_cli_runner().invoke(args=["migrate"]).output == "The database is up to date.\n"
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700
    database.close()


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("*.py")), ids=lambda path: path.name)
def test_a_migration_is_a_frozen_copy(path):
    assert "webapp" not in path.read_text() and "def down(" in path.read_text()


def down_to(name):
    """Take migrations back until this one is not applied any more."""
    runner = Runner(database.obj, str(MIGRATIONS))
    while name not in pending_migrations():
        runner.down()


def test_of_several_installer_admins_the_first_who_can_sign_in_stays_one(again, company):
    down_to("0019_one_admin")
    others = [make_employee(company, Role.INSTALLER_ADMIN) for _ in range(2)]
    Account.set_fields(1, disabled_at=clock.now())
    CompanyRole.create(company=company, name="All rights", rights="")
    alone = make_employee(make_company(), Role.INSTALLER_ADMIN)
    migrate()
    found = list(Account.select().order_by(Account.id))
    assert [one.id for one in found if one.role == Role.INSTALLER_ADMIN] == [others[0].id, alone.id]
    former = [one for one in found if one.role == Role.OWN]
    assert [one.id for one in former] == [1, others[1].id]
    assert {(one.own_role.name, one.rights) for one in former} == {("All rights 2", frozenset(Right))}


def test_without_rental_an_open_invitation_has_the_five_values_of_before(again, company):
    ada, site = principal(Account.get(Account.company == company)), make_site(company)
    made = [
        invitations.invite(ada, site, Invited("Olga", "", "", "en"), Wanted(True, rental=rents))[0] for rents in (0, 1)
    ]
    made[0].retained = "[true, [], null, null, null, false]"  # as it was written for a while
    made[0].save()
    assert [len(json.loads(OwnerInvitation.get_by_id(one.id).retained)) for one in made] == [6, 6]
    down_to("0017_rental")
    texts = [row[0] for row in database.execute_sql("SELECT retained FROM owner_invitation ORDER BY id").fetchall()]
    assert [json.loads(text) for text in texts] == [[True, [], None, None, None]] * 2
    migrate()
    assert not Wanted.of(OwnerInvitation.get_by_id(made[1].id).retained).rental


def test_a_company_has_no_second_installer_admin(company):
    second = make_employee(company)
    with pytest.raises(IntegrityError), transaction():
        Account.set_fields(second.id, role=Role.INSTALLER_ADMIN)
    make_employee(make_company(), Role.INSTALLER_ADMIN)


Hours = dict[int, list[tuple[int, int | None]]]  # by hour since 1970: (minute, ms or None for down)


def hours_before(hours: Hours) -> list[dict[str, object]]:
    """Rows as they were written when a check took two bytes: of each hour those of devices 1 and 2."""
    found = []
    for hour, checks in hours.items():
        times = [ms for _minute, ms in checks if ms is not None]
        bits = [minute << 10 | (1023 if ms is None else min(ms, 8175) // 8) for minute, ms in checks]
        row = {"hour": hour, "n": len(checks), "up": len(times), "ms_sum": sum(times), "ms_max": max(times, default=0)}
        row["samples"] = b"".join(one.to_bytes(2, "big") for one in bits)
        found += [row | {"device_id": device} for device in (1, 2)]
    return found


def all_hours() -> list[tuple[object, ...]]:
    rows = DeviceHour.select().order_by(DeviceHour.hour, DeviceHour.device_id).tuples()
    return [(*row[:-1], bytes(row[-1])) for row in rows]


def migrate_hours(rows: list[dict[str, object]]) -> list[bytes]:
    """Their samples as they are now, in the order of the hours and devices; nothing else of them may change."""
    down_to("0020_byte_a_minute")
    for some in chunked(rows, 1000):
        DeviceHour.insert_many(some).execute()
    before = all_hours()
    migrate()
    assert [row[:-1] for row in all_hours()] == [row[:-1] for row in before]
    return [row[-1] for row in all_hours()]


def test_an_hour_of_checks_becomes_a_byte_for_each_minute(again):
    dice = random.Random(20)
    hours: Hours = {
        hour: [
            (minute, dice.choice([None, dice.randint(0, 30), dice.randint(0, 9000)]))
            for minute in sorted(dice.choices(range(60), k=dice.randint(1, 90)))
        ]
        for hour in range(300)
    }
    for checks, kept in zip(hours.values(), migrate_hours(hours_before(hours))[::2], strict=True):
        told = {minute: [ms for one, ms in checks if one == minute] for minute in range(60)}
        assert len(kept) == max(minute for minute, _ms in checks) + 1
        for minute, one in enumerate(kept):
            assert (one == 0) == (not told[minute]) and (one == DOWN) == (None in told[minute])
            if 0 < one < DOWN:
                assert abs(TIMES[one] - min(max(told[minute]), 8191)) <= 8 + 0.016 * TIMES[one]


def test_times_that_were_cut_off_come_back_as_the_hour_has_them_on_average(again):
    hours: Hours = {1: [(n, 3) for n in range(60)], 2: [(n, 30 + n % 4) for n in range(60)]}
    hours |= {3: [(0, 0)], 4: [(5, 9000)]}
    first, second, third, fourth = migrate_hours(hours_before(hours))[::2]
    assert tally(first) == (60, 60, 180, 3) and third == pack(0, 0) and fourth == pack(5, 9000)
    assert tally(second).ms == pytest.approx(31.5 * 60, abs=60) and set(first) == {4}


def test_hours_that_tell_nothing_or_are_torn_come_through(again):
    rows = [row | {"samples": torn} for row in hours_before({7: [(0, 4)]}) for torn in (b"", b"\x04\x01\x08")]
    for number, row in enumerate(rows):
        row["device_id"] = number
    assert migrate_hours(rows) == [b"", pack(1, 8), b"", pack(1, 8)]


def test_all_hours_come_through_however_many_and_back_again(again):
    hours: Hours = {hour: [(hour % 60, None if hour % 7 == 0 else hour % 43)] for hour in range(400_000, 402_600)}
    found = migrate_hours(hours_before(hours))
    assert found == [pack(hour % 60, checks[0][1]) for hour, checks in hours.items() for _device in (1, 2)]
    down_to("0020_byte_a_minute")
    assert [row[-1] for row in all_hours()] == [row["samples"] for row in hours_before(hours)]
