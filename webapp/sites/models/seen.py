"""Which sites a person sees, as conditions for statements that are written by hand."""

from __future__ import annotations

from typing import Any

from webapp.accounts.models import naive
from webapp.accounts.principal import Principal
from webapp.common import clock


def seen_sql(by: Principal) -> tuple[str, list[Any]]:
    """`Site.seen_by` for a hand-written statement in which the site is `s`: condition and its values."""
    if by.is_owner:
        shared = "SELECT x.site_id FROM site_share x WHERE x.account_id = ?"
        return f"(s.owner_id = ? OR s.id IN ({shared}))", [by.id, by.id]
    now = naive(clock.now())
    theirs, values = f"s.id IN ({OF_COMPANY})", [by.company_id, by.company_id, now]
    if by.sees_all:
        return theirs, values
    live = "SELECT x.site_id FROM assignment x WHERE x.account_id = ? AND (x.until IS NULL OR x.until > ?)"
    return f"{theirs} AND s.id IN ({live})", [*values, by.id, now]


# One list of ids: of "company_id = ? OR id IN (…)" PostgreSQL expects half of all sites, and reads every device.
OF_COMPANY = """SELECT o.id FROM site o WHERE o.company_id = ? UNION ALL
SELECT l.site_id FROM subcontract l WHERE l.company_id = ? AND (l.until IS NULL OR l.until > ?)"""
OPEN = "(s.status NOT IN ('owned_unauthorized', 'authorized') OR (s.status = 'authorized' AND {live}))"
LIVE = "(s.authorized_until IS NULL OR s.authorized_until > ?)"


def devices_sql(by: Principal) -> tuple[str, list[Any]]:
    """`Site.devices_seen_by` for a hand-written statement, as `seen_sql`."""
    seen, values = seen_sql(by)
    if by.is_owner:
        return seen, values
    return f"{seen} AND {OPEN.format(live=LIVE)}", [*values, naive(clock.now())]


def places_sql(by: Principal) -> tuple[str, list[Any]]:
    """The sites that a person sees, for a room below: a statement of (id, name, zone, open) and its values.

    open: 1, or 0 where this person sees nothing of what stands there.
    """
    seen, values = seen_sql(by)
    if by.is_owner:
        return f"SELECT s.id, s.name, s.zone, 1 FROM site s WHERE {seen}", values  # noqa: S608  (conditions of our own)
    shown = f"CASE WHEN {OPEN.format(live=LIVE)} THEN 1 ELSE 0 END"
    return f"SELECT s.id, s.name, s.zone, {shown} FROM site s WHERE {seen}", [naive(clock.now()), *values]  # noqa: S608
