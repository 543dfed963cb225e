"""What a person proves who they are with, beside or instead of a password, as rows."""

from __future__ import annotations

from datetime import datetime

from peewee import BigIntegerField, BlobField, CharField, ForeignKeyField, IntegerField

from webapp.accounts.models.company import Account, Company
from webapp.accounts.models.session import Session
from webapp.common import vault
from webapp.db import BaseModel, UtcDateTimeField, rows


class SecondFactor(BaseModel):
    """The secret that a person's authenticator app makes codes from."""

    account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
    account_id: int
    secret_sealed = BlobField()
    last_step = IntegerField(default=0)  # half minutes since 1970 of the code accepted last
    confirmed_at = UtcDateTimeField(null=True)  # None while it is being set up

    class Meta:
        table_name = "second_factor"

    @classmethod
    def of(cls, account_id: int) -> SecondFactor | None:
        return cls.get_or_none(cls.account == account_id)

    @classmethod
    def begin(cls, account_id: int, secret: str) -> None:
        """Keep a new secret in place of one that was not confirmed. Raises IntegrityError when one was."""
        cls.delete().where(cls.account == account_id, cls.confirmed_at.is_null()).execute()
        made = cls(account=account_id)
        made.secret_sealed = made.seal(secret)
        made.save()

    @classmethod
    def use_step(cls, factor: SecondFactor, step: int) -> bool:
        """Whether no code of this step or a later one was accepted: True for one of any number of parallel uses."""
        unused = (cls.id == factor.id) & (cls.last_step < step) & (cls.secret_sealed == factor.secret_sealed)
        return bool(cls.update(last_step=step).where(unused).execute() == 1)

    @classmethod
    def confirm(cls, factor_id: int, at: datetime) -> bool:
        """True for exactly one of any number of parallel confirmations."""
        new = (cls.id == factor_id) & cls.confirmed_at.is_null()
        return bool(cls.update(confirmed_at=at).where(new).execute() == 1)

    @classmethod
    def forget(cls, account_id: int) -> int:
        return int(cls.delete().where(cls.account == account_id).execute())

    @classmethod
    def sealed_after(cls, factor_id: int, count: int) -> list[SecondFactor]:
        return list(cls.select().where(cls.id > factor_id).order_by(cls.id).limit(count))

    @classmethod
    def reseal(cls, factor: SecondFactor, new: bytes) -> int:
        same = (cls.id == factor.id) & (cls.secret_sealed == factor.secret_sealed)
        return int(cls.update(secret_sealed=new).where(same).execute())

    @property
    def secret(self) -> str:
        """In base32. Raises vault.Broken."""
        return vault.unseal(self.secret_sealed, *self.label)

    def seal(self, secret: str) -> bytes:
        return vault.seal(secret, *self.label)

    @property
    def label(self) -> tuple[object, ...]:
        return ("account", self.account_id, "second_factor")


class RecoveryCode(BaseModel):
    """One of ten codes for the day on which the phone is lost; only its hash is kept."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    code_hash = CharField(max_length=64)
    used_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "recovery_code"
        indexes = ((("account", "code_hash"), True),)

    @classmethod
    def replace_all(cls, account_id: int, hashes: list[str]) -> None:
        cls.forget(account_id)
        if hashes:
            cls.insert_many([{"account": account_id, "code_hash": one} for one in hashes]).execute()

    @classmethod
    def use(cls, account_id: int, code_hash: str, at: datetime) -> bool:
        """True for exactly one of any number of parallel uses (Z14)."""
        unused = (cls.account == account_id) & (cls.code_hash == code_hash) & cls.used_at.is_null()
        return bool(cls.update(used_at=at).where(unused).execute() == 1)

    @classmethod
    def left(cls, account_id: int) -> int:
        return int(cls.select().where(cls.account == account_id, cls.used_at.is_null()).count())

    @classmethod
    def forget(cls, account_id: int) -> None:
        cls.delete().where(cls.account == account_id).execute()


class PendingSignIn(BaseModel):
    """A sign-in whose password was right, and whose code is yet to come."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    token_hash = CharField(max_length=64, unique=True)
    password_key = CharField(max_length=64)  # hash of the password's hash: a new password ends it
    expires_at = UtcDateTimeField(index=True)

    class Meta:
        table_name = "pending_sign_in"

    @classmethod
    def open(cls, token_hash: str, at: datetime) -> PendingSignIn | None:
        live = (cls.token_hash == token_hash) & (cls.expires_at > at) & Account.disabled_at.is_null()
        return cls.select(cls, Account).join(Account).where(live).first()

    @classmethod
    def take(cls, token_hash: str) -> bool:
        """True for exactly one of any number of parallel uses."""
        return bool(cls.delete().where(cls.token_hash == token_hash).execute() == 1)

    @classmethod
    def forget(cls, before: datetime, account_id: int | None = None) -> None:
        """Drop those that have expired, or all of a person."""
        cls.delete().where(cls.account == account_id if account_id else cls.expires_at < before).execute()


class Passkey(BaseModel):
    """A key pair in a phone, a computer or a stick; here is its public half."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    account_id: int
    name = CharField(max_length=64)
    credential_id = CharField(max_length=1400, unique=True)  # base64url of up to 1023 bytes
    public_key = BlobField()  # COSE
    sign_count = BigIntegerField(default=0)  # 0 for ever where the maker does not count
    made_at = UtcDateTimeField()
    used_at = UtcDateTimeField(null=True)

    @classmethod
    def of(cls, account_id: int) -> list[Passkey]:
        return list(cls.select().where(cls.account == account_id).order_by(cls.id))

    @classmethod
    def by_credential(cls, credential_id: str) -> Passkey | None:
        """The passkey with its person, unless the account is disabled."""
        known = (cls.credential_id == credential_id) & Account.disabled_at.is_null()
        return cls.select(cls, Account).join(Account).where(known).first()

    @classmethod
    def count_use(cls, passkey_id: int, was: int, count: int, at: datetime) -> bool:
        """Note a use, unless another one moved the counter meanwhile: False then."""
        same = (cls.id == passkey_id) & (cls.sign_count == was)
        return bool(cls.update(sign_count=count, used_at=at).where(same).execute() == 1)

    @classmethod
    def remove(cls, account_id: int, passkey_id: int) -> int:
        return int(cls.delete().where(cls.account == account_id, cls.id == passkey_id).execute())

    @classmethod
    def forget(cls, account_id: int) -> int:
        return int(cls.delete().where(cls.account == account_id).execute())


class PasskeyChallenge(BaseModel):
    """What a passkey has to sign, once and soon."""

    account = ForeignKeyField(Account, null=True, on_delete="CASCADE")  # None: for whoever signs in
    challenge_hash = CharField(max_length=64, unique=True)
    expires_at = UtcDateTimeField(index=True)

    class Meta:
        table_name = "passkey_challenge"

    @classmethod
    def take(cls, account_id: int | None, challenge_hash: str, at: datetime) -> bool:
        """True for exactly one of any number of parallel uses."""
        mine = (cls.account == account_id) if account_id else cls.account.is_null()
        live = mine & (cls.challenge_hash == challenge_hash) & (cls.expires_at > at)
        return bool(cls.delete().where(live).execute() == 1)

    @classmethod
    def forget(cls, before: datetime) -> None:
        cls.delete().where(cls.expires_at < before).execute()


def held(account_id: int) -> tuple[bool, int, bool]:
    """(has two-factor sign-in, number of passkeys, whether the person's company asks for one of them)."""
    found = rows(HELD, (account_id,))
    codes, passkeys, required = found[0] if found else (0, 0, 0)
    return bool(codes), int(passkeys), bool(required)


HELD = """
SELECT EXISTS (SELECT 1 FROM second_factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL),
       (SELECT COUNT(*) FROM passkey p WHERE p.account_id = a.id), c.requires_second_factor
FROM account a LEFT JOIN company c ON c.id = a.company_id WHERE a.id = ?
"""


def people_without(company_id: int, role: str | None = None) -> list[int]:
    """Ids of a company's people who have neither, perhaps of one role alone."""
    found = rows(WITHOUT, (company_id, role or "", role or ""))
    return [number for (number,) in found]


WITHOUT = """
SELECT a.id FROM account a WHERE a.company_id = ? AND (? = '' OR a.role = ?) AND a.disabled_at IS NULL
AND NOT EXISTS (SELECT 1 FROM second_factor f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.account_id = a.id)
"""


def is_required(company_id: int) -> bool:
    return bool(Company.select().where(Company.id == company_id, Company.requires_second_factor).exists())


def set_required(company_id: int, on: bool) -> None:
    Company.update(requires_second_factor=on).where(Company.id == company_id).execute()


def end_sessions(account_ids: list[int]) -> None:
    Session.delete().where(Session.account.in_(account_ids)).execute()
