"""Leaving a trace: every change leaves exactly one row (Z40)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.text import with_company


class Actor(Protocol):
    """Whoever acts: a signed-in person, or the command line."""

    @property
    def id(self) -> int | None: ...
    @property
    def company_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def agent(self) -> str: ...


class Target(Protocol):
    """A thing with `audit_site` and `audit_company` says by them where it belongs; it need not have them."""

    @property
    def id(self) -> Any: ...
    @property
    def name(self) -> Any: ...


def record(
    by: Actor,
    action: str,
    target: Target | None = None,
    changes: Iterable[str] = (),
    *,
    site: int | None = None,
    company: int | None = None,
) -> None:
    """Append a row inside the caller's transaction. `changes` are names of fields, never their values.

    `site` is the id of the site where it was done, else the target says so. The row stands in the log of `company`,
    else of the target's, else of the actor's.
    """
    log_of = company or getattr(target, "audit_company", None) or by.company_id
    AuditEntry.create(
        at=clock.now(),
        company_id=log_of,
        site_id=site or getattr(target, "audit_site", None),
        action=action,
        target_id=target.id if target else None,
        target_name=target.name[:200] if target else "",
        changes=json.dumps(sorted(changes)),
        **told_of(by, log_of),
    )


def told_of(by: Actor, company_id: int | None) -> dict[str, Any]:
    """What the log of this company tells of somebody: where from only of its own people, and of another company's
    no id."""
    if company_id in {by.company_id, None}:
        return {"actor_id": by.id, "actor_name": by.name[:128], "address": by.address, "agent": by.agent[:200]}
    if not by.company_id:  # an owner, or the command line
        return {"actor_id": by.id, "actor_name": by.name[:128]}
    return {"actor_id": None, "actor_name": with_company(by.name, getattr(by, "company_name", ""))}
