"""Owners of sites, roles that companies make, looking at another's pages, and what owners let companies do.

A frozen copy, on purpose independent of the models as they are today.
"""

import secrets

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model, SqliteDatabase, TextField
from playhouse.migrate import migrate

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def table(db, name, **fields):
    meta = type("Meta", (), {"database": db, "table_name": name, "legacy_table_names": False})
    return type(name.title().replace("_", ""), (Model,), fields | {"Meta": meta})


def up(migrator, db):
    company, account, site, device = (table(db, name) for name in ("company", "account", "site", "device"))

    class CompanyRole(Model):
        company_id = ForeignKeyField(company, on_delete="CASCADE", column_name="company_id")
        name = CharField(max_length=64)
        rights = TextField(default="")

        class Meta:
            database = db
            table_name = "company_role"

    db.create_tables([CompanyRole])
    db.execute_sql('CREATE UNIQUE INDEX "company_role_company_id_name" ON company_role (company_id, name)')
    relax(migrator, db)
    text, moment = ("VARCHAR({})", "DATETIME") if isinstance(db, SqliteDatabase) else ("VARCHAR({})", "TIMESTAMP")
    add = [
        ("account", "phone", text.format(32) + " NOT NULL DEFAULT ''"),
        ("account", "own_role_id", "INTEGER REFERENCES company_role (id) ON DELETE RESTRICT"),
        ("session", "viewing_id", "INTEGER REFERENCES account (id) ON DELETE SET NULL"),
        ("site", "owner_id", "INTEGER REFERENCES account (id) ON DELETE RESTRICT"),
        ("site", "owned_at", moment),
        ("site", "authorized_at", moment),
        ("site", "authorized_until", moment),
        ("site", "code", text.format(16)),
    ]
    for name, column, what in add:
        db.execute_sql(f'ALTER TABLE "{name}" ADD COLUMN "{column}" {what}')
    for name, column in (("account", "own_role_id"), ("session", "viewing_id"), ("site", "owner_id")):
        db.execute_sql(f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")')
    db.execute_sql('CREATE UNIQUE INDEX "site_code" ON "site" ("code")')
    mark = "?" if isinstance(db, SqliteDatabase) else "%s"
    for (site_id,) in db.execute_sql("SELECT id FROM site").fetchall():
        code = "".join(secrets.choice(ALPHABET) for _ in range(12))
        db.execute_sql(f"UPDATE site SET code = {mark} WHERE id = {mark}", (code, site_id))
    make_tables(db, company, account, site, device)


def relax(migrator, db):
    """An owner may have given no e-mail address, and a site may be looked after by no company."""
    if not isinstance(db, SqliteDatabase):
        db.execute_sql("ALTER TABLE account ALTER COLUMN email DROP NOT NULL")
        db.execute_sql("ALTER TABLE site ALTER COLUMN company_id DROP NOT NULL")
        return
    last = dict(db.execute_sql("SELECT name, seq FROM sqlite_sequence").fetchall())
    migrate(migrator.drop_not_null("account", "email"), migrator.drop_not_null("site", "company_id"))
    for name in ("account", "site"):  # no id is given again
        db.execute_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        db.execute_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last.get(name, 0)))


def make_tables(db, company, account, site, device):
    class SiteShare(Model):
        site_id = ForeignKeyField(site, on_delete="CASCADE", column_name="site_id")
        account_id = ForeignKeyField(account, on_delete="CASCADE", column_name="account_id")
        shared_at = DateTimeField()

        class Meta:
            database = db
            table_name = "site_share"

    class DevicePermission(Model):
        device_id = ForeignKeyField(device, on_delete="CASCADE", column_name="device_id")
        company_id = ForeignKeyField(company, on_delete="CASCADE", column_name="company_id")
        kind = CharField(max_length=16)
        granted_at = DateTimeField()
        until = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "device_permission"

    class OwnerInvitation(Model):
        site_id = ForeignKeyField(site, on_delete="CASCADE", column_name="site_id")
        company_id = ForeignKeyField(company, on_delete="CASCADE", column_name="company_id")
        maker_id = IntegerField()
        maker_name = CharField(max_length=128)
        made_at = DateTimeField()
        sent_at = DateTimeField()
        expires_at = DateTimeField()
        name = CharField(max_length=128, default="")
        email = CharField(max_length=254, default="")
        phone = CharField(max_length=32, default="")
        language = CharField(max_length=8, default="")
        retained = TextField()
        token_hash = CharField(max_length=64, unique=True)
        answer = CharField(max_length=12, default="open")
        answered_at = DateTimeField(null=True)
        answered_by_id = ForeignKeyField(account, null=True, on_delete="SET NULL", column_name="answered_by_id")

        class Meta:
            database = db
            table_name = "owner_invitation"

    class AccessRequest(Model):
        site_id = ForeignKeyField(site, on_delete="CASCADE", column_name="site_id")
        company_id = ForeignKeyField(company, on_delete="CASCADE", column_name="company_id")
        device_id = ForeignKeyField(device, null=True, on_delete="CASCADE", column_name="device_id")
        kind = CharField(max_length=16)
        maker_id = IntegerField()
        maker_name = CharField(max_length=128)
        made_at = DateTimeField()
        expires_at = DateTimeField()
        reason = CharField(max_length=500, default="")
        wanted = TextField()
        answer = CharField(max_length=12, default="open")
        answered_at = DateTimeField(null=True)
        answered_by_name = CharField(max_length=128, default="")

        class Meta:
            database = db
            table_name = "access_request"

    db.create_tables([SiteShare, DevicePermission, OwnerInvitation, AccessRequest])
    for unique, name, columns in INDEXES:
        quoted = ", ".join(f'"{column}"' for column in columns)
        db.execute_sql(f'CREATE {unique}INDEX "{name}_{"_".join(columns)}" ON "{name}" ({quoted})')


INDEXES = [
    ("UNIQUE ", "site_share", ("site_id", "account_id")),
    ("UNIQUE ", "device_permission", ("device_id", "company_id", "kind")),
    ("", "owner_invitation", ("site_id", "made_at")),
    ("", "access_request", ("site_id", "answer")),
    ("", "access_request", ("company_id", "answer")),
]


def down(migrator, db):
    for name in ("access_request", "owner_invitation", "device_permission", "site_share"):
        db.execute_sql(f'DROP TABLE "{name}"')
    db.execute_sql("DELETE FROM site WHERE company_id IS NULL")
    db.execute_sql("DELETE FROM account WHERE company_id IS NULL OR email IS NULL")
    for name in ("account_own_role_id", "session_viewing_id", "site_owner_id", "site_code"):
        db.execute_sql(f'DROP INDEX "{name}"')
    columns = [("site", name) for name in ("code", "owner_id", "owned_at", "authorized_at", "authorized_until")]
    columns += [("session", "viewing_id"), ("account", "own_role_id"), ("account", "phone")]
    for name, column in columns:
        migrate(migrator.drop_column(name, column))
    migrate(migrator.add_not_null("account", "email"), migrator.add_not_null("site", "company_id"))
    db.execute_sql('DROP TABLE "company_role"')
