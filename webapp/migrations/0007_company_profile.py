"""What a company tells its customers: its profile, its logo, the end-user app; and the mail that is to be sent.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import AutoField, BlobField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, SqliteDatabase
from playhouse.sqlite_ext import AutoIncrementField

TEXTS = {"licence": 64, "phone": 40, "email": 254, "app_name": 80, "app_url": 300, "app_version": 20}


def never_again(db):
    """An id that is not given again after its row has gone: SQLite must be told so, PostgreSQL does it anyway."""
    return AutoIncrementField() if isinstance(db, SqliteDatabase) else AutoField()


def up(migrator, db):
    class Company(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "company"

    class Logo(Model):
        company = ForeignKeyField(Company, unique=True, on_delete="CASCADE")
        token = CharField(max_length=64, unique=True)
        kind = CharField(max_length=16)
        width = IntegerField()
        height = IntegerField()
        image = BlobField()
        set_at = DateTimeField()

        class Meta:
            database = db
            table_name = "logo"

    class Mail(Model):
        id = never_again(db)
        token = CharField(max_length=64, unique=True)
        company_id = IntegerField(null=True)
        recipient = CharField(max_length=254)
        sealed = BlobField(default=b"")
        state = CharField(max_length=8, default="queued")
        reason = CharField(max_length=16, default="")
        answer = CharField(max_length=200, default="")
        tries = IntegerField(default=0)
        at = DateTimeField()
        due_at = DateTimeField()
        until = DateTimeField()

        class Meta:
            database = db
            table_name = "mail"
            indexes = ((("state", "due_at"), False),)

    for name, length in TEXTS.items():
        db.execute_sql(f"ALTER TABLE company ADD COLUMN {name} VARCHAR({length}) NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE company ADD COLUMN version INTEGER NOT NULL DEFAULT 1")
    db.create_tables([Logo, Mail])


def down(migrator, db):
    db.execute_sql('DROP TABLE "mail"')
    db.execute_sql('DROP TABLE "logo"')
    for name in (*TEXTS, "version"):
        db.execute_sql(f"ALTER TABLE company DROP COLUMN {name}")
