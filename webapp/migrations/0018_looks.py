"""Who of a company looked at the devices of a site, for its owner to read.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import AutoField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    meta = type("Meta", (), {"database": db, "table_name": "site", "legacy_table_names": False})
    sites = type("Site", (Model,), {"id": AutoField(), "Meta": meta})

    class Look(Model):
        site = ForeignKeyField(sites, on_delete="CASCADE")
        account_id = IntegerField()
        hour = IntegerField(index=True)
        name = CharField(max_length=128)
        company = CharField(max_length=128)
        first_at = DateTimeField()
        last_at = DateTimeField()
        devices = TextField(default="")

        class Meta:
            database = db
            table_name = "look"
            indexes = ((("site", "account_id", "hour"), True),)

    db.create_tables([Look])


def down(migrator, db):
    db.execute_sql('DROP TABLE "look"')
