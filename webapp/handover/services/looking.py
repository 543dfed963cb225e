"""The owner reads who of a company looked at their devices, and when (U5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from peewee import PeeweeException

from webapp.accounts.principal import Principal
from webapp.accounts.services import sessions
from webapp.common import clock
from webapp.common.pages import PAGE
from webapp.common.tokens import hash_token
from webapp.db import hurrying
from webapp.handover.models.look import Look
from webapp.handover.words import span_of_time
from webapp.sites.models import Site, SiteStatus

log = structlog.get_logger("looking")
HOUR = 3600  # seconds
AGAIN = timedelta(minutes=1)  # within it a second look at the same is nothing new
KEPT = timedelta(days=90)
LIST = 0  # no device has this id
REMEMBERED = 10_000  # looks

Key = tuple[str, int, int]  # hash of the session's token, site, device
_noted: dict[Key, datetime] = {}  # of this process, so that what it has just written costs no statement


def note(by: Principal, site: Site, device_id: int = LIST, poll: bool = False) -> None:
    """Keep that a person of a company is shown the devices of a site, or one of them. It stops no page.

    An open page that asks for news by itself (`poll`) is a look once an hour.
    """
    if by.is_owner or site.owner_id is None or site.status != SiteStatus.AUTHORIZED:
        return
    now, key = clock.now(), (hash_token(by.token), site.id, device_id)
    since = now.replace(minute=0, second=0, microsecond=0) if poll else now - AGAIN
    if not is_new(key, since, now) or not write(by, site, device_id, since, now):
        return
    if len(_noted) > REMEMBERED:
        _noted.clear()
    _noted[key] = now


def is_new(key: Key, since: datetime, now: datetime) -> bool:
    last = _noted.get(key)
    return last is None or last < since or hour_of(last) != hour_of(now)


def hour_of(at: datetime) -> int:
    return int(at.timestamp()) // HOUR


def write(by: Principal, site: Site, device_id: int, since: datetime, now: datetime) -> bool:
    """False when the database is in trouble, or the site is gone. Whoever views as another is named as themselves."""
    try:
        who = sessions.really(by)
        row: dict[str, Any] = {"site_id": site.id, "account_id": who.id, "hour": hour_of(now)}
        row |= {"name": who.name[:128], "company": by.company_name, "first_at": now, "last_at": now}
        row["devices"] = f",{device_id}," if device_id else ""
        with hurrying():
            Look.note(row, since)
    except PeeweeException as error:
        log.warning("a look is not kept", site=site.id, error=str(error))
        return False
    return True


class Looked(NamedTuple):
    """A row of the owner's page."""

    name: str
    company: str
    devices: int  # whose pages were opened; 0: the list alone
    span: str


class Looks(NamedTuple):
    rows: list[Looked]
    more: bool  # there are older ones
    page: int


def looks(site: Site, page: int) -> Looks:
    """One page of them, the newest first."""
    found = Look.of_site(site.id, PAGE + 1, (page - 1) * PAGE)
    rows = [Looked(one.name, one.company, one.count, spoken(one, site.zone)) for one in found[:PAGE]]
    return Looks(rows, len(found) > PAGE, page)


def spoken(one: Look, zone: str) -> str:
    return span_of_time(one.first_at, one.last_at, zone)


def forget() -> None:
    Look.forget(hour_of(clock.now() - KEPT))
