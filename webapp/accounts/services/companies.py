"""How a company begins: once by /setup, else from the command line."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from peewee import IntegrityError

from webapp.accounts.hashing import hash_password
from webapp.accounts.models import Account, Company, SetupLock
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Operator
from webapp.audit import services as audit
from webapp.common import clock, keys
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.db import transaction

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread from a terminal


def is_set_up() -> bool:
    return Company.exists()


def setup_code(data: Path) -> str:
    """The code that a first visitor from another machine must know: ten characters, kept in DATA, 0600."""
    return keys.read_or_make(data / "setup-code", new_setup_code).decode().strip()


def new_setup_code() -> bytes:
    return "".join(secrets.choice(ALPHABET) for _ in range(10)).encode()


def is_setup_code(data: Path, typed: str) -> bool:
    plain = "".join(c for c in typed.upper() if c.isalnum())
    return hmac.compare_digest(plain.encode(), setup_code(data).encode())


def set_up(company: str, name: str, email: str, password: str) -> Account:
    """Create the first company and its Installer Admin. Raises Refused when there is one already."""
    try:
        with transaction():
            SetupLock.create(done=1)
            return create_company(company, name, email, password)
    except IntegrityError as error:
        raise Refused(
            _("This server is set up already. Sign in, or ask your Installer Admin for an account.")
        ) from error


def create_company(company: str, name: str, email: str, password: str) -> Account:
    """A company with its Installer Admin. `email` is unique in the installation. Raises Refused."""
    now, hashed = clock.now(), hash_password(password)
    with transaction():
        if Account.by_email(email):
            raise Refused(_("There is an account with this e-mail address already."), "email_taken")
        made = Company.create(name=company, created_at=now)
        admin = Account.create(
            company=made,
            email=email,
            name=name,
            role=Role.INSTALLER_ADMIN,
            password_hash=hashed,
            password_changed_at=now,
            created_at=now,
        )
        audit.record(Operator(made.id, admin.id, name), "company.created", made)
    return admin
