"""What a device itself has told that somebody must look at, beside its state, for the lists."""

from playhouse.migrate import migrate


def up(migrator, db):
    db.execute_sql("ALTER TABLE device_state ADD COLUMN trouble VARCHAR(12) NOT NULL DEFAULT ''")


def down(migrator, db):
    migrate(migrator.drop_column("device_state", "trouble"))
