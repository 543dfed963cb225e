"""Where an act was done, and an audit log that refuses to be changed.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import SqliteDatabase

OF_SITE = "substr(action, 1, 5) = 'site.' OR action = 'qr.labels_made'"
OF_DEVICE = "substr(action, 1, 7) = 'device.' OR (substr(action, 1, 3) = 'qr.' AND action <> 'qr.labels_made')"


def up(migrator, db):
    db.execute_sql("ALTER TABLE audit_entry ADD COLUMN site_id INTEGER")  # no rebuilding of the table
    db.execute_sql(f"UPDATE audit_entry SET site_id = target_id WHERE {OF_SITE}")
    site = "SELECT d.site_id FROM device d WHERE d.id = audit_entry.target_id"
    db.execute_sql(f"UPDATE audit_entry SET site_id = ({site}) WHERE {OF_DEVICE}")
    db.execute_sql('CREATE INDEX "audit_entry_site_id_at" ON audit_entry (site_id, at)')
    db.execute_sql('CREATE INDEX "audit_entry_company_id_actor_id_at" ON audit_entry (company_id, actor_id, at)')
    for statement in SQLITE if isinstance(db, SqliteDatabase) else POSTGRESQL:
        db.execute_sql(statement)


SQLITE = [
    f"CREATE TRIGGER audit_entry_no_{deed.lower()} BEFORE {deed} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for deed in ("UPDATE", "DELETE")
]
# For each row, so that emptying the whole database by TRUNCATE, as a test does, stays possible for its owner.
POSTGRESQL = [
    "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
]


def down(migrator, db):
    if isinstance(db, SqliteDatabase):
        db.execute_sql("DROP TRIGGER audit_entry_no_update")
        db.execute_sql("DROP TRIGGER audit_entry_no_delete")
    else:
        db.execute_sql("DROP TRIGGER audit_entry_append_only ON audit_entry")
        db.execute_sql("DROP FUNCTION audit_entry_refuse()")
    db.execute_sql('DROP INDEX "audit_entry_company_id_actor_id_at"')
    db.execute_sql('DROP INDEX "audit_entry_site_id_at"')
    db.execute_sql("ALTER TABLE audit_entry DROP COLUMN site_id")
