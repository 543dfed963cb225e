"""Acting for a person in the background, after their request has been answered."""

from __future__ import annotations

from webapp.accounts.models import Account
from webapp.accounts.principal import Principal


def acting(account_id: int, address: str, agent: str) -> Principal | None:
    """The person as they are now: None when they may not act any more."""
    account = Account.active(account_id)
    if account is None:
        return None
    return Principal(
        id=account.id,
        company_id=account.company_id or 0,
        company_name=account.company.name if account.company else "",
        name=account.name,
        email=account.email or "",
        role=account.role,
        language=account.language,
        session_id=0,
        token="",
        responsible=account.responsible_at is not None,
        address=address,
        agent=agent,
        rights=account.rights,
    )
