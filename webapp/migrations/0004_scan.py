"""What was read from codes, for half an hour; and devices that a company has received by another's link.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import BlobField, CharField, DateTimeField, IntegerField, Model, TextField


def up(migrator, db):
    class ScannedCode(Model):
        token_hash = CharField(max_length=64, unique=True)
        company_id = IntegerField()
        account_id = IntegerField()
        site_id = IntegerField(null=True)
        sealed = BlobField()
        link_key = CharField(max_length=64, null=True, unique=True)
        probes = TextField(default="{}")
        created_at = DateTimeField()
        expires_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "scanned_code"

    db.create_tables([ScannedCode])
    db.execute_sql("ALTER TABLE device ADD COLUMN received INTEGER NOT NULL DEFAULT 0")  # no rebuilding of the table
    db.execute_sql('DROP INDEX "device_host_port"')
    db.execute_sql('CREATE UNIQUE INDEX "device_host_port_received" ON device (host, port, received)')


def down(migrator, db):
    db.execute_sql("DELETE FROM device WHERE received <> 0")  # the same device is somebody else's too
    db.execute_sql('DROP INDEX "device_host_port_received"')
    db.execute_sql('CREATE UNIQUE INDEX "device_host_port" ON device (host, port)')
    db.execute_sql("ALTER TABLE device DROP COLUMN received")
    db.execute_sql('DROP TABLE "scanned_code"')
