"""Companies and people, as rows."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from webapp.accounts.permissions import Right, Role, rights_of
from webapp.db import BaseModel, UtcDateTimeField, locking, rows


class Company(BaseModel):
    name = CharField(max_length=128)
    licence = CharField(max_length=64, default="")
    phone = CharField(max_length=40, default="")  # for its customers, as is the e-mail address
    email = CharField(max_length=254, default="")
    app_name = CharField(max_length=80, default="")  # of the end-user app; without a link it is our own web app
    app_url = CharField(max_length=300, default="")
    app_version = CharField(max_length=20, default="")  # the least that will do; "" for any
    requires_second_factor = BooleanField(default=False)  # of its people, beside their password (R7)
    created_at = UtcDateTimeField()
    version = IntegerField(default=1)  # of the profile above

    @classmethod
    def exists(cls) -> bool:
        return bool(rows("SELECT 1 FROM company LIMIT 1"))

    @classmethod
    def app_of(cls, company_id: int) -> tuple[str, str, str]:
        """Name, link and least version of the end-user app that a company has chosen; all "" where it has not."""
        found = rows("SELECT app_name, app_url, app_version FROM company WHERE id = ?", (company_id,))
        return found[0] if found else ("", "", "")

    @classmethod
    def move_on(cls, company_id: int, version: int, values: dict[str, Any]) -> bool:
        """Write these fields, unless somebody else was faster: False then."""
        unchanged = (cls.id == company_id) & (cls.version == version)
        return bool(cls.update(version=version + 1, **values).where(unchanged).execute() == 1)


class CompanyRole(BaseModel):
    """A role that a company has made itself: a name for a set of rights (R3)."""

    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    name = CharField(max_length=64)
    rights = TextField(default="")  # permissions.write_rights

    class Meta:
        table_name = "company_role"
        indexes = ((("company", "name"), True),)


class Account(BaseModel):
    company = ForeignKeyField(Company, null=True, on_delete="CASCADE")  # None: an owner
    company_id: int
    email = CharField(max_length=254, unique=True, null=True)  # casefolded; None: an owner who gave none
    email_proved_at = UtcDateTimeField(null=True)  # when a link that was mailed to it was first used
    phone = CharField(max_length=32, default="")
    name = CharField(max_length=128)
    role = CharField(max_length=32)
    own_role = ForeignKeyField(CompanyRole, null=True, on_delete="RESTRICT")  # where role is "own"
    own_role_id: int | None
    password_hash = CharField(max_length=200)  # Argon2id; "" for an owner who signs in by links or a passkey alone
    password_changed_at = UtcDateTimeField()
    language = CharField(max_length=8, default="")
    responsible_at = UtcDateTimeField(null=True)  # when the responsibility notice was seen (D14)
    disabled_at = UtcDateTimeField(null=True)
    created_at = UtcDateTimeField()

    @classmethod
    def by_email(cls, email: str) -> Account | None:
        return cls.get_or_none((cls.email == email) & cls.disabled_at.is_null())

    @classmethod
    def of_email(cls, email: str) -> Account | None:
        """Whoever has the address, disabled or not."""
        return cls.get_or_none(cls.email == email)

    @classmethod
    def active(cls, account_id: int) -> Account | None:
        return cls.get_or_none((cls.id == account_id) & cls.disabled_at.is_null())

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(self.role, self.own_role.rights if self.own_role else None)

    @classmethod
    def still_has(cls, account_id: int, password_hash: str) -> bool:
        """Whether the password is the one that was compared; nobody changes it until this transaction ends."""
        query = cls.select(cls.id).where(cls.id == account_id, cls.password_hash == password_hash)
        return bool(locking(query).first())

    @classmethod
    def set_fields(cls, account_id: int, **values: Any) -> None:
        cls.update(**values).where(cls.id == account_id).execute()


ADMIN = SQL(f"role = '{Role.INSTALLER_ADMIN}'")
Account.add_index(Account.index(Account.company, unique=True, where=ADMIN, name="account_one_admin"))  # R1


class SetupLock(BaseModel):
    """One row that the first company's maker inserts: of two at once, the second fails."""

    done = IntegerField(unique=True)

    class Meta:
        table_name = "setup_lock"
