"""Sites whose devices are rented, and what of their service is paused.

A frozen copy, on purpose independent of the models as they are today.
"""

import json

from peewee import AutoField, CharField, DateTimeField, ForeignKeyField, Model, SqliteDatabase
from playhouse.migrate import migrate


def up(migrator, db):
    class Site(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "site"

    class Device(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "device"

    class Suspension(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        device = ForeignKeyField(Device, null=True, unique=True, on_delete="CASCADE")
        at = DateTimeField()
        by_name = CharField(max_length=128)
        reason = CharField(max_length=200)

        class Meta:
            database = db
            table_name = "suspension"

    kind, no = ("INTEGER", "0") if isinstance(db, SqliteDatabase) else ("BOOLEAN", "FALSE")
    db.execute_sql(f"ALTER TABLE site ADD COLUMN rental {kind} NOT NULL DEFAULT {no}")  # no rebuilding of the table
    db.create_tables([Suspension])
    db.execute_sql('CREATE UNIQUE INDEX "suspension_of_site" ON "suspension" ("site_id") WHERE "device_id" IS NULL')


WANTED = (("owner_invitation", "retained"), ("access_request", "wanted"))


def down(migrator, db):
    for table, column in WANTED:
        cut(db, table, column)
    db.execute_sql('DROP TABLE "suspension"')
    migrate(migrator.drop_column("site", "rental"))


def cut(db, table, column):
    """Leave of what is wanted the five values that were known before, so that it can be read and accepted."""
    mark = "?" if isinstance(db, SqliteDatabase) else "%s"
    for row, text in db.execute_sql(f'SELECT id, "{column}" FROM "{table}"').fetchall():
        wanted = json.loads(text)
        if len(wanted) > 5:
            db.execute_sql(f'UPDATE "{table}" SET "{column}" = {mark} WHERE id = {mark}', (json.dumps(wanted[:5]), row))
