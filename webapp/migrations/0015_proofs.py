"""Whether an e-mail address is known to be its person's; and a row of the log cannot be replaced on SQLite either."""

from peewee import SqliteDatabase
from playhouse.migrate import migrate


def up(migrator, db):
    db.execute_sql(f"ALTER TABLE account ADD COLUMN email_proved_at {'DATETIME' if sqlite(db) else 'TIMESTAMP'}")
    if sqlite(db):  # INSERT OR REPLACE fires no trigger of DELETE
        db.execute_sql(
            "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry "
            "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def down(migrator, db):
    if sqlite(db):
        db.execute_sql("DROP TRIGGER audit_entry_no_replace")
    migrate(migrator.drop_column("account", "email_proved_at"))


def sqlite(db):
    return isinstance(db, SqliteDatabase)
