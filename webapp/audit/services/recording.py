"""Leaving a trace: every change leaves exactly one row (Z40)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from webapp.audit.models import AuditEntry
from webapp.common import clock


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

    `site` is the id of the site where it was done, else the target says so. The row is one of the actor's company;
    who has none, as an owner, writes it into the log of `company`, else of the target's: without where from, which is
    nothing for a company to know.
    """
    of_target = company or getattr(target, "audit_company", None)
    where = ("", "") if of_target and not by.company_id else (by.address, by.agent[:200])
    AuditEntry.create(
        at=clock.now(),
        company_id=by.company_id or of_target,
        site_id=site or getattr(target, "audit_site", None),
        actor_id=by.id,
        actor_name=by.name[:128],
        action=action,
        target_id=target.id if target else None,
        target_name=target.name[:200] if target else "",
        changes=json.dumps(sorted(changes)),
        address=where[0],
        agent=where[1],
    )
