"""Invitations of employees, and the offer of the one role of Installer Admin.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import AutoField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField


def known(db, name):
    """A table that is there already, as far as others refer to it."""
    meta = type("Meta", (), {"database": db, "table_name": name, "legacy_table_names": False})
    return type(name.title().replace("_", ""), (Model,), {"id": AutoField(), "Meta": meta})


def up(migrator, db):
    companies, people, roles = (known(db, name) for name in ("company", "account", "company_role"))

    class TeamInvitation(Model):
        company = ForeignKeyField(companies, on_delete="CASCADE")
        maker_id = IntegerField()
        maker_name = CharField(max_length=128)
        made_at = DateTimeField()
        sent_at = DateTimeField()
        expires_at = DateTimeField()
        name = CharField(max_length=128)
        email = CharField(max_length=254)
        role = CharField(max_length=32)
        own_role = ForeignKeyField(roles, null=True, on_delete="SET NULL")
        sites = TextField(default="[]")
        token_hash = CharField(max_length=64, unique=True)
        mail_id = IntegerField(null=True)
        answer = CharField(max_length=12, default="open")
        answered_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "team_invitation"
            indexes = ((("company", "answer"), False),)

    class AdminOffer(Model):
        company = ForeignKeyField(companies, on_delete="CASCADE")
        maker = ForeignKeyField(people, on_delete="CASCADE")
        taker = ForeignKeyField(people, on_delete="CASCADE")
        role = CharField(max_length=32)
        own_role = ForeignKeyField(roles, null=True, on_delete="SET NULL")
        made_at = DateTimeField()
        expires_at = DateTimeField()
        answer = CharField(max_length=12, default="open")
        answered_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "admin_offer"
            indexes = ((("company", "answer"), False),)

    db.create_tables([TeamInvitation, AdminOffer])


def down(migrator, db):
    for table in ("admin_offer", "team_invitation"):
        db.execute_sql(f'DROP TABLE "{table}"')
