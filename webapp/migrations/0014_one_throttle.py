"""What is counted by the hour is an attempt like the others; counts of the last hour are not carried over.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import DateTimeField, IntegerField, Model

COUNTED = ("qr_making", "adoption_try")


def up(migrator, db):
    for table in COUNTED:
        db.execute_sql(f'DROP TABLE "{table}"')


def down(migrator, db):
    for table in COUNTED:
        columns = {"account_id": IntegerField(index=True), "at": DateTimeField()}
        meta = type("Meta", (), {"database": db, "table_name": table})
        db.create_tables([type(table, (Model,), {**columns, "Meta": meta})])
