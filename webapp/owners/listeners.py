"""What end users' links do when a lower room tells that something is about to happen."""

from __future__ import annotations

from typing import Any

from webapp.accounts.models import Account
from webapp.common.signals import password_changing
from webapp.owners.models import SignInLink


@password_changing.connect
def close_links(account: Account, **_more: Any) -> None:
    """A new password ends every other way in that was mailed before it (Z11)."""
    SignInLink.close(account.id)
