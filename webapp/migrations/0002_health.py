"""Periodic checks: events, hours and days of history, findings, silences, the engine's lease; password reminders.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import (
    AutoField,
    BlobField,
    CharField,
    CompositeKey,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)


def up(migrator, db):
    class Device(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "device"

    class DeviceEvent(Model):
        device = ForeignKeyField(Device, on_delete="CASCADE")
        at = DateTimeField()
        kind = CharField(max_length=10, default="status")
        was = CharField(max_length=100, default="")
        became = CharField(max_length=100, default="")
        reason = CharField(max_length=40, default="")

        class Meta:
            database = db
            table_name = "device_event"
            indexes = ((("device", "at"), False), (("at",), False))

    class DeviceHour(Model):
        hour = IntegerField()
        device_id = IntegerField()
        n = IntegerField()
        up = IntegerField()
        ms_sum = IntegerField()
        ms_max = IntegerField()
        samples = BlobField()

        class Meta:
            database = db
            table_name = "device_hour"
            primary_key = CompositeKey("hour", "device_id")
            without_rowid = isinstance(db, SqliteDatabase)

    class DeviceDay(Model):
        day = IntegerField()
        device_id = IntegerField()
        n = IntegerField()
        up = IntegerField()
        ms_sum = IntegerField()
        ms_max = IntegerField()

        class Meta:
            database = db
            table_name = "device_day"
            primary_key = CompositeKey("day", "device_id")
            without_rowid = isinstance(db, SqliteDatabase)

    class DeviceFindings(Model):
        device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
        at = DateTimeField(null=True)
        blocks = TextField(default="{}")
        drift = IntegerField(null=True)
        up = IntegerField(null=True)
        up_at = DateTimeField(null=True)
        light_by = CharField(max_length=12, default="status")

        class Meta:
            database = db
            table_name = "device_findings"

    class Silence(Model):
        device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
        until = DateTimeField()
        reason = CharField(max_length=200, default="")
        by_name = CharField(max_length=128)
        began_at = DateTimeField()

        class Meta:
            database = db
            table_name = "silence"

    class EngineLease(Model):
        holder = CharField(max_length=64, default="")
        fence = IntegerField(default=0)
        until = DateTimeField(null=True)
        beat_at = DateTimeField(null=True)
        lag = IntegerField(default=0)
        skipped = IntegerField(default=0)
        uplink_lost_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "engine_lease"

    db.create_tables([DeviceEvent, DeviceHour, DeviceDay, DeviceFindings, Silence, EngineLease])
    db.execute_sql("ALTER TABLE site ADD COLUMN password_days INTEGER NOT NULL DEFAULT 0")  # no rebuilding of the table


def down(migrator, db):
    db.execute_sql("ALTER TABLE site DROP COLUMN password_days")
    for table in ("engine_lease", "silence", "device_findings", "device_day", "device_hour", "device_event"):
        db.execute_sql(f'DROP TABLE "{table}"')
