"""Codes made of devices, links that hand a device over, and how often a person has made some of late.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
)
from playhouse.sqlite_ext import AutoIncrementField


def never_again(db):
    """An id that is not given again after its row has gone: SQLite must be told so, PostgreSQL does it anyway."""
    return AutoIncrementField() if isinstance(db, SqliteDatabase) else AutoField()


def up(migrator, db):
    class Device(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "device"

    class QrCode(Model):
        id = never_again(db)
        device = ForeignKeyField(Device, on_delete="CASCADE")
        made_at = DateTimeField()
        maker_id = IntegerField()
        maker_name = CharField(max_length=128)
        encrypted = BooleanField()
        expires_at = DateTimeField(null=True)
        connection_version = IntegerField()
        sealed = BlobField(default=b"")

        class Meta:
            database = db
            table_name = "qr_code"

    class QrLink(Model):
        id = never_again(db)
        device = ForeignKeyField(Device, on_delete="CASCADE")
        made_at = DateTimeField()
        maker_id = IntegerField()
        maker_name = CharField(max_length=128)
        token_hash = CharField(max_length=64, unique=True)
        expires_at = DateTimeField()
        most_uses = IntegerField(default=1)
        uses = IntegerField(default=0)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "qr_link"

    class QrMaking(Model):
        account_id = IntegerField(index=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "qr_making"

    db.create_tables([QrCode, QrLink, QrMaking])


def down(migrator, db):
    for table in ("qr_making", "qr_link", "qr_code"):
        db.execute_sql(f'DROP TABLE "{table}"')
