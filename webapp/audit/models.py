"""Who did what, as rows. Append-only; plain ids, so that nothing has to outlive its target.

Whoever may see what is decided above: sites are handed in as a statement of (id, name, zone, open).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from peewee import CharField, IntegerField, TextField

from webapp.db import BaseModel, UtcDateTimeField, moment, rows


class AuditEntry(BaseModel):
    at = UtcDateTimeField()
    company_id = IntegerField(null=True)
    site_id = IntegerField(null=True)  # where it was done, if at a site
    actor_id = IntegerField(null=True)
    actor_name = CharField(max_length=128)  # as it was then
    action = CharField(max_length=64)  # "device.added"
    target_id = IntegerField(null=True)
    target_name = CharField(max_length=200, default="")
    changes = TextField(default="[]")  # JSON list of field names, never values of secrets
    address = CharField(max_length=45, default="")  # of the person's phone or browser
    agent = CharField(max_length=200, default="")

    class Meta:
        table_name = "audit_entry"
        indexes = (
            (("company_id", "at"), False),
            (("company_id", "actor_id", "at"), False),
            (("site_id", "at"), False),
        )


Statement = tuple[str, list[Any]]  # with `?` for its values


class Act(NamedTuple):
    """One row as it is read: the site's name and zone are those of today, None where the reader sees no such site."""

    id: int
    at: datetime
    actor_name: str
    action: str
    target_name: str
    changes: tuple[str, ...]
    address: str
    agent: str
    site_id: int | None
    site: str | None
    zone: str | None
    open: bool  # False: a site that the reader does not see, or its name alone (decision 12); one that is gone is open


class Place(NamedTuple):
    id: int
    name: str
    zone: str


class Person(NamedTuple):
    id: int
    name: str  # as they were called last


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows of a company a person may read: all, or those of the sites they see and their own."""

    company_id: int
    places: Statement
    only: int | None = None  # the person's id; None: all of the company
    team: bool = False  # beside, what was done at no site

    def condition(self, entry: str) -> Statement:
        if self.only is None:
            return f"{entry}.company_id = ?", [self.company_id]
        at_none = f" OR {entry}.site_id IS NULL" if self.team else ""
        own = f"({entry}.actor_id = ? OR {entry}.site_id IN (SELECT id FROM places){at_none})"  # noqa: S608  (names of our own)
        return f"{entry}.company_id = ? AND {own}", [self.company_id, self.only]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; None: whatever."""

    site: int | None = None
    person: int | None = None
    actions: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None  # before it

    def condition(self) -> Statement:
        tests: list[tuple[str, Any]] = [
            ("e.site_id = ?", self.site),
            ("e.actor_id = ?", self.person),
            ("e.at >= ?", stored(self.since)),
            ("e.at < ?", stored(self.until)),
        ]
        held = [(test, value) for test, value in tests if value is not None]
        sql, values = " AND ".join(["1 = 1", *(test for test, _value in held)]), [value for _test, value in held]
        if self.actions is None:
            return sql, values
        marks = ", ".join("?" * len(self.actions)) or "NULL"
        return f"{sql} AND e.action IN ({marks})", [*values, *self.actions]


ACTS = """
SELECT e.id, e.at, e.actor_name, e.action, e.target_name, e.changes, e.address, e.agent, e.site_id,
       p.name, p.zone, CASE WHEN e.site_id IS NULL THEN 1 WHEN p.id IS NOT NULL THEN p.open
       WHEN EXISTS (SELECT 1 FROM audit_entry d WHERE d.site_id = e.site_id AND d.action = 'site.deleted') THEN 1
       ELSE 0 END
FROM audit_entry e LEFT JOIN places p ON p.id = e.site_id
WHERE {where} ORDER BY e.at DESC, e.id DESC LIMIT ? OFFSET ?
"""
SOME = "WITH places(id, name, zone, open) AS ({places}) {acts}"
# The persons of a log are looked up by leaps through the index, so that a log of years costs no more than a short one.
PAGE = """
WITH RECURSIVE places(id, name, zone, open) AS ({places}),
people(id) AS (
  SELECT MIN(actor_id) FROM audit_entry WHERE company_id = ?
  UNION ALL
  SELECT (SELECT MIN(x.actor_id) FROM audit_entry x WHERE x.company_id = ? AND x.actor_id > people.id)
  FROM people WHERE people.id IS NOT NULL
)
SELECT 'act', a.* FROM ({acts}) a
UNION ALL
SELECT 'place', s.id, NULL, s.name, s.zone, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (SELECT id, name, zone FROM places ORDER BY lower(name), id LIMIT ?) s
UNION ALL
SELECT 'person', people.id, NULL,
       (SELECT x.actor_name FROM audit_entry x WHERE x.company_id = ? AND x.actor_id = people.id
        ORDER BY x.at DESC LIMIT 1),
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM people WHERE people.id IS NOT NULL AND EXISTS (
  SELECT 1 FROM audit_entry v WHERE v.actor_id = people.id AND {seen}
)
"""
MOST_PLACES = 500  # that a page offers to choose from


def page(scope: Scope, wanted: Filter, count: int, skipped: int) -> tuple[list[Act], list[Place], list[Person]]:
    """So many rows, the newest first, and what they can be filtered by: sites and persons by name."""
    places, in_places = scope.places
    acts, in_acts = acts_of(scope, wanted, count, skipped)
    seen, in_seen = scope.condition("v")
    sql = PAGE.format(places=places, acts=acts, seen=seen)
    company = scope.company_id
    values = [*in_places, company, company, *in_acts, MOST_PLACES, company, *in_seen]
    found = rows(sql, values)
    offered = [Place(row[1], row[3], row[4]) for row in found if row[0] == "place"]
    people = [Person(row[1], row[3]) for row in found if row[0] == "person"]
    listed = [read(row[1:]) for row in found if row[0] == "act"]
    return sorted(listed, key=newest_first, reverse=True), sorted(offered, key=by_name), sorted(people, key=by_name)


def some(scope: Scope, wanted: Filter, count: int) -> list[Act]:
    """The newest rows, so many at most."""
    places, in_places = scope.places
    acts, in_acts = acts_of(scope, wanted, count, 0)
    return [read(row) for row in rows(SOME.format(places=places, acts=acts), [*in_places, *in_acts])]


def acts_of(scope: Scope, wanted: Filter, count: int, skipped: int) -> Statement:
    (mine, in_mine), (kept, in_kept) = scope.condition("e"), wanted.condition()
    return ACTS.format(where=f"{mine} AND {kept}"), [*in_mine, *in_kept, count, skipped]


def story(site_id: int, places: Statement, company_id: int | None, count: int, skipped: int) -> list[Act]:
    """What was done at a site, the newest first: by one company and the owner there, or by everybody."""
    sql, in_places = places
    where, values = "e.site_id = ?", [site_id]
    if company_id is not None:
        where, values = f"{where} AND e.company_id = ?", [site_id, company_id]
    found = SOME.format(places=sql, acts=ACTS.format(where=where))
    return [read(row) for row in rows(found, [*in_places, *values, count, skipped])]


def read(row: Sequence[Any]) -> Act:
    act = Act(*row)
    at, changes = moment(act.at), tuple(json.loads(str(act.changes)))
    return act._replace(at=at, changes=changes, open=bool(act.open))  # type: ignore[arg-type]


def newest_first(act: Act) -> tuple[datetime, int]:
    return act.at, act.id


def by_name(one: Place | Person) -> tuple[str, int]:
    return one.name.casefold(), one.id


def stored(at: datetime | None) -> Any:
    return AuditEntry.at.db_value(at)
