"""The log as a person may read it: a page of it, and the story of one site (G1, R2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.audit import models, words
from webapp.audit.models import Act, Filter, Person, Place, Scope, Statement
from webapp.common import clock
from webapp.common.pages import PAGE

FILTERS = ("kind", "site", "person", "period", "since", "until")
PERIODS = {"": None, "today": 0, "week": 7, "month": 30}  # days
NOBODY = 0  # no row has this id


@dataclass(frozen=True, slots=True)
class Log:
    acts: list[Act]
    more: bool  # there are older ones
    page: int
    places: list[Place]
    people: list[Person]
    zone: str  # of what was done at no site


@dataclass(frozen=True, slots=True)
class Story:
    acts: list[Act]
    more: bool
    page: int


def log(scope: Scope, wanted: Filter, page: int, zone: str = "") -> Log:
    """One page. Without a zone it is that of the newest site that the reader sees."""
    acts, places, people = models.page(scope, wanted, PAGE + 1, (page - 1) * PAGE)
    newest = max(places, default=None)
    return Log(acts[:PAGE], len(acts) > PAGE, page, places, people, zone or (newest.zone if newest else "UTC"))


def story(site_id: int, places: Statement, company_id: int | None, page: int) -> Story:
    """One page of what was done at a site: by one company and in its log, or by all (`company_id` None)."""
    acts = models.story(site_id, places, company_id, PAGE + 1, (page - 1) * PAGE)
    return Story(acts[:PAGE], len(acts) > PAGE, page)


def needs_zone(chosen: dict[str, str]) -> bool:
    """Whether the chosen days begin and end somewhere."""
    return bool(day(chosen["since"]) or day(chosen["until"]) or chosen["period"] == "today")


def wanted(chosen: dict[str, str], zone: str) -> Filter:
    """What was chosen, by FILTERS; days are those of the zone, and win over a period. What is no such thing finds
    nothing."""
    since, until = span(chosen, zone)
    actions = words.actions_of(chosen["kind"])
    if chosen["period"] not in PERIODS:
        actions = ()
    return Filter(number(chosen["site"]), number(chosen["person"]), actions, since, until)


def span(chosen: dict[str, str], zone: str) -> tuple[datetime | None, datetime | None]:
    first, last = day(chosen["since"]), day(chosen["until"])
    if first or last:
        return begin(first, zone), begin(last + timedelta(days=1) if last else None, zone)
    if chosen["period"] == "today":
        return begin(clock.now().astimezone(ZoneInfo(zone)).date(), zone), None
    days = PERIODS.get(chosen["period"])
    return clock.now() - timedelta(days=days) if days else None, None


def begin(of: date | None, zone: str) -> datetime | None:
    return datetime.combine(of, time(), ZoneInfo(zone)) if of else None


def day(text: str) -> date | None:
    """A day as "2026-11-23"; None for what is none, or so far away that a clock could not reach it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 3000 else None


def number(text: str) -> int | None:
    """An id; NOBODY for what is none, None for nothing."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NOBODY
