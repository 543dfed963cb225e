"""The Installer Admin of tests/world.py half-way to two-factor sign-in, with passkeys of all sorts of names."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.models import Account, Passkey
from webapp.accounts.principal import Principal
from webapp.accounts.services import second_factor
from webapp.common import clock

PUBLIC = ("code", "recovery code")  # nobody's sign-in waits there: both lead back to its beginning


def factor_pages(by: Principal, account: Account, names: list[str]) -> dict[str, str]:
    """`names` are of the passkeys. The admin still signs in by password alone."""
    second_factor.begin(by)
    now = clock.now()
    for n, name in enumerate(names):
        used = now - timedelta(hours=n) if n else None
        Passkey.create(
            account=account,
            name=name[:64],
            credential_id=f"world-{n}",
            public_key=b"x",
            made_at=now - timedelta(days=n),
            used_at=used,
        )
    pages = {"two-factor sign-in": "/account/second-factor", "passkeys": "/account/passkeys"}
    return pages | {"code": "/sign-in/code", "recovery code": "/sign-in/recovery-code"}
