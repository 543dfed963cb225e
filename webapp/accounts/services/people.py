"""What a person sets for themselves."""

from __future__ import annotations

from webapp.accounts.models import Account
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.db import transaction


def choose_language(by: Principal, language: str) -> None:
    """`language` is a code, or "" for what the browser says."""
    if language == by.language:
        return
    with transaction():
        Account.set_fields(by.id, language=language)
        audit.record(by, "account.edited", changes=["language"])


def note_responsibility(by: Principal) -> None:
    """Record once that a person has seen the responsibility notice (D14, S5)."""
    if not by.responsible:
        Account.set_fields(by.id, responsible_at=clock.now())
        audit.record(by, "responsibility.noted")
