"""A site that is not handed over can be shared with another company, for hours or for good.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model


def up(migrator, db):
    class Site(Model):
        class Meta:
            database = db

    class Company(Model):
        class Meta:
            database = db

    class Subcontract(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE", unique=True)
        company = ForeignKeyField(Company, null=True, on_delete="CASCADE")
        token_hash = CharField(max_length=64, unique=True)
        hours = IntegerField(null=True)
        maker_id = IntegerField()
        expires_at = DateTimeField()
        accepted_by_name = CharField(max_length=128, default="")
        until = DateTimeField(null=True)

        class Meta:
            database = db

    db.create_tables([Subcontract])


def down(migrator, db):
    db.execute_sql('DROP TABLE "subcontract"')
