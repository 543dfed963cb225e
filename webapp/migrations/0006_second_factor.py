"""Two-factor sign-in: secrets of authenticator apps, recovery codes, sign-ins that wait for a code; and passkeys.

A frozen copy, on purpose independent of the models as they are today.
"""

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
)


def tables(db):
    class Account(Model):
        id = AutoField()

        class Meta:
            database = db
            table_name = "account"

    class SecondFactor(Model):
        account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
        secret_sealed = BlobField()
        last_step = IntegerField(default=0)
        confirmed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "second_factor"

    class RecoveryCode(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        code_hash = CharField(max_length=64)
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "recovery_code"
            indexes = ((("account", "code_hash"), True),)

    class PendingSignIn(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = CharField(max_length=64, unique=True)
        password_key = CharField(max_length=64)
        expires_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "pending_sign_in"

    class Passkey(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=64)
        credential_id = CharField(max_length=1400, unique=True)
        public_key = BlobField()
        sign_count = BigIntegerField(default=0)
        made_at = DateTimeField()
        used_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "passkey"

    class PasskeyChallenge(Model):
        account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
        challenge_hash = CharField(max_length=64, unique=True)
        expires_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "passkey_challenge"

    return [SecondFactor, RecoveryCode, PendingSignIn, Passkey, PasskeyChallenge]


def up(migrator, db):
    db.create_tables(tables(db))
    kind, no = ("INTEGER", "0") if isinstance(db, SqliteDatabase) else ("BOOLEAN", "FALSE")
    db.execute_sql(f"ALTER TABLE company ADD COLUMN requires_second_factor {kind} NOT NULL DEFAULT {no}")


def down(migrator, db):
    db.execute_sql("ALTER TABLE company DROP COLUMN requires_second_factor")
    db.drop_tables(tables(db))
