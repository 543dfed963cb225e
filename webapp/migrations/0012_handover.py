"""How often somebody looked for a site by its ID, and the letter that carried an invitation.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import DateTimeField, IntegerField, Model
from playhouse.migrate import migrate


def up(migrator, db):
    class AdoptionTry(Model):
        account_id = IntegerField(index=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "adoption_try"

    db.create_tables([AdoptionTry])
    db.execute_sql('ALTER TABLE "owner_invitation" ADD COLUMN "mail_id" INTEGER')


def down(migrator, db):
    migrate(migrator.drop_column("owner_invitation", "mail_id"))
    db.execute_sql('DROP TABLE "adoption_try"')
