"""People, companies, sites, devices, probes, the audit trail: all tables of the first slice.

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
    TextField,
)
from playhouse.sqlite_ext import AutoIncrementField


def never_again(db):
    """An id that is not given again after its row has gone: SQLite must be told so, PostgreSQL does it anyway."""
    return AutoIncrementField() if isinstance(db, SqliteDatabase) else AutoField()


def up(migrator, db):
    class Company(Model):
        name = CharField(max_length=128)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "company"

    db.create_tables([Company])

    class Account(Model):
        id = never_again(db)
        company = ForeignKeyField(Company, null=True, on_delete="CASCADE")
        email = CharField(unique=True, max_length=254)
        name = CharField(max_length=128)
        role = CharField(max_length=32)
        password_hash = CharField(max_length=200)
        password_changed_at = DateTimeField()
        language = CharField(max_length=8, default="")
        responsible_at = DateTimeField(null=True)
        disabled_at = DateTimeField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "account"

    db.create_tables([Account])

    class Site(Model):
        id = never_again(db)
        company = ForeignKeyField(Company, on_delete="CASCADE")
        name = CharField(max_length=128)
        name_folded = TextField()
        zone = CharField(max_length=64)
        address = CharField(max_length=128, default="")
        city = CharField(max_length=128, default="")
        region = CharField(max_length=128, default="")
        status = CharField(max_length=24, default="not_invited")
        search = TextField(default="")
        created_at = DateTimeField()
        version = IntegerField(default=1)

        class Meta:
            database = db
            table_name = "site"
            indexes = ((("company", "name_folded"), True),)

    db.create_tables([Site])

    class Assignment(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        account = ForeignKeyField(Account, on_delete="CASCADE")
        until = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "assignment"
            indexes = ((("site", "account"), True),)

    db.create_tables([Assignment])

    class Attempt(Model):
        key = CharField(max_length=100)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "attempt"
            indexes = ((("key", "at"), False),)

    db.create_tables([Attempt])

    class AuditEntry(Model):
        at = DateTimeField()
        company_id = IntegerField(null=True)
        actor_id = IntegerField(null=True)
        actor_name = CharField(max_length=128)
        action = CharField(max_length=64)
        target_id = IntegerField(null=True)
        target_name = CharField(max_length=200, default="")
        changes = TextField(default="[]")
        address = CharField(max_length=45, default="")
        agent = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "audit_entry"
            indexes = ((("company_id", "at"), False),)

    db.create_tables([AuditEntry])

    class Device(Model):
        id = never_again(db)
        site = ForeignKeyField(Site, on_delete="CASCADE")
        name = CharField(max_length=128)
        mode = CharField(max_length=12, default="ip_domain")
        host = CharField(null=True, max_length=253)
        port = IntegerField(null=True)
        https = BooleanField(default=False)
        pin = CharField(max_length=80, default="")
        username = CharField(max_length=64, default="")
        password_sealed = BlobField(default=b"")
        password_strength = CharField(max_length=8, default="")
        password_set_at = DateTimeField(null=True)
        connection_version = IntegerField(default=1)
        type = CharField(max_length=20, default="unknown")
        type_by_hand = BooleanField(default=False)
        type_detected = CharField(max_length=20, default="unknown")
        type_declined = CharField(max_length=20, default="")
        model = CharField(max_length=100, default="")
        serial = CharField(max_length=100, default="")
        firmware = CharField(max_length=100, default="")
        health_monitoring = BooleanField(default=True)
        search = TextField(default="")
        version = IntegerField(default=1)
        changed_at = DateTimeField()
        changed_by = ForeignKeyField(Account, null=True, on_delete="SET NULL")
        added_at = DateTimeField()
        added_key = CharField(unique=True, null=True, max_length=64)

        class Meta:
            database = db
            table_name = "device"
            indexes = ((("host", "port"), True),)

    db.create_tables([Device])

    class DeviceState(Model):
        device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
        status = CharField(max_length=20, default="checking")
        reason = CharField(max_length=40, default="")
        since = DateTimeField()
        checked_at = DateTimeField(null=True)
        ms = IntegerField(null=True)
        tries_left = IntegerField(null=True)
        locked_until = DateTimeField(null=True)
        facts = TextField(default="{}")
        seen_key = CharField(max_length=80, default="")

        class Meta:
            database = db
            table_name = "device_state"

    db.create_tables([DeviceState])

    class Probe(Model):
        token = CharField(primary_key=True, max_length=43)
        company_id = IntegerField()
        account_id = IntegerField()
        address = CharField(max_length=45, default="")
        agent = CharField(max_length=200, default="")
        site_id = IntegerField()
        device_id = IntegerField(null=True)
        intent = CharField(max_length=8)
        typed = TextField(default="{}")
        password_sealed = BlobField(default=b"")
        login_key = CharField(max_length=64)
        connection_version = IntegerField(default=0)
        steps = TextField(default="[]")
        code = CharField(max_length=40, default="")
        facts = TextField(default="{}")
        created_at = DateTimeField()
        done_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "probe"
            indexes = ((("company_id", "created_at"), False), (("login_key",), False), (("created_at",), False))

    db.create_tables([Probe])

    class ResetToken(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = CharField(unique=True, max_length=64)
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "reset_token"

    db.create_tables([ResetToken])

    class Session(Model):
        id = never_again(db)
        account = ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = CharField(unique=True, max_length=64)
        created_at = DateTimeField()
        seen_at = DateTimeField()
        address = CharField(max_length=45)
        agent = CharField(max_length=200)

        class Meta:
            database = db
            table_name = "session"

    db.create_tables([Session])

    class SetupLock(Model):
        done = IntegerField(unique=True)

        class Meta:
            database = db
            table_name = "setup_lock"

    db.create_tables([SetupLock])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("setup_lock"))
    migrator.migrate(migrator.drop_table("session"))
    migrator.migrate(migrator.drop_table("reset_token"))
    migrator.migrate(migrator.drop_table("probe"))
    migrator.migrate(migrator.drop_table("device_state"))
    migrator.migrate(migrator.drop_table("device"))
    migrator.migrate(migrator.drop_table("audit_entry"))
    migrator.migrate(migrator.drop_table("attempt"))
    migrator.migrate(migrator.drop_table("assignment"))
    migrator.migrate(migrator.drop_table("site"))
    migrator.migrate(migrator.drop_table("account"))
    migrator.migrate(migrator.drop_table("company"))
