"""Links by which an owner signs in without a password, and invitations to share a site.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import AutoField, CharField, DateTimeField, ForeignKeyField, IntegerField, Model


def up(migrator, db):
    class Account(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "account"

    class Site(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "site"

    class SignInLink(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = CharField(max_length=64, unique=True)
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "sign_in_link"

    class ShareInvitation(Model):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        maker_id = IntegerField()
        maker_name = CharField(max_length=128)
        made_at = DateTimeField()
        expires_at = DateTimeField()
        name = CharField(max_length=128, default="")
        email = CharField(max_length=254, default="")
        token_hash = CharField(max_length=64, unique=True)
        answer = CharField(max_length=12, default="open")
        answered_at = DateTimeField(null=True)
        answered_by = ForeignKeyField(Account, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "share_invitation"

    db.create_tables([SignInLink, ShareInvitation])


def down(migrator, db):
    db.execute_sql('DROP TABLE "share_invitation"')
    db.execute_sql('DROP TABLE "sign_in_link"')
