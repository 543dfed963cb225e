"""The two list pages, each one statement whose rows come as one text, so that a page is kept as long as it is equal.

Both count for their filters what the search leaves, before the filter itself; the counts come with every row, and with
a single row of NULLs when there is no other.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from webapp.accounts.models import naive
from webapp.accounts.principal import Principal
from webapp.common.pages import PAGE
from webapp.common.text import words
from webapp.db import gather, rows
from webapp.devices.models.state import INTERVALS
from webapp.sites.models import seen_sql

# What may be claimed of a device now, and how bad that is: down, needs a look, not known, well.
SHOWN = """
CASE WHEN NOT d.health_monitoring THEN 'paused'
     WHEN st.status IN ('online', 'offline', 'checking') AND COALESCE(st.checked_at, st.since) < ? THEN 'unknown'
     ELSE COALESCE(st.status, 'checking') END
"""
GROUP = """
CASE WHEN shown IN ('offline', 'auth_failed', 'locked', 'certificate_changed', 'unsupported') THEN 1
     WHEN password_strength = 'weak' OR type = 'unknown' THEN 2
     WHEN shown IN ('unknown', 'checking', 'paused') THEN 3
     ELSE 4 END
"""
DEVICES = """
WITH mine AS (
  SELECT id, name, shown, CASE WHEN password_strength = 'weak' THEN 1 ELSE 0 END AS weak, {group} AS grp FROM (
    SELECT d.id, d.name, d.type, d.password_strength, {shown} AS shown
    FROM device d JOIN site s ON s.id = d.site_id LEFT JOIN device_state st ON st.device_id = d.id
    WHERE {where}
  ) AS seen
), counted AS (
  SELECT COALESCE(SUM(CASE WHEN {chosen} THEN 1 ELSE 0 END), 0) AS matching, COUNT(*) AS total,
         COALESCE(SUM(CASE WHEN grp = 1 THEN 1 ELSE 0 END), 0) AS bad,
         COALESCE(SUM(CASE WHEN grp = 2 THEN 1 ELSE 0 END), 0) AS look,
         COALESCE(SUM(CASE WHEN shown = 'online' THEN 1 ELSE 0 END), 0) AS online FROM mine
), page AS (SELECT id, shown, grp FROM mine WHERE {chosen} ORDER BY grp, lower(name), id LIMIT ? OFFSET ?)
SELECT d.id, d.name, d.site_id, s.name, d.host, d.port, d.type, d.model, d.password_strength, p.shown, p.grp, counted.*
FROM counted LEFT JOIN page p ON 1 = 1 LEFT JOIN device d ON d.id = p.id LEFT JOIN site s ON s.id = d.site_id
"""
STATUSES = {
    "": "1 = 1",
    "down": "grp = 1",
    "attention": "grp = 2",
    "online": "shown = 'online'",
    "offline": "shown = 'offline'",
    "unknown": "shown IN ('unknown', 'checking')",
    "weak": "weak = 1",
}


class DeviceRow(NamedTuple):
    id: int
    name: str
    site_id: int
    site_name: str
    host: str | None
    port: int | None
    type: str
    model: str
    password_strength: str
    shown: str
    group: int


class Counts(NamedTuple):
    matching: int
    total: int
    bad: int
    look: int
    online: int


DEVICE_WIDTH, COUNTS_WIDTH = len(DeviceRow._fields), len(Counts._fields)


def devices(by: Principal, chosen: dict[str, str], page: int, now: datetime, interval: int) -> str:
    """One page of the devices that a person sees, for `read_devices`. `interval` of checks in seconds."""
    seen, values = seen_sql(by)
    where, params = [seen], [naive(now - timedelta(seconds=INTERVALS * interval)), *values]
    for column, name in (("d.type", "type"), ("d.mode", "mode")):
        if chosen.get(name):
            where.append(f"{column} = ?")
            params.append(chosen[name])
    if site := chosen.get("site"):
        where.append("d.site_id = ?")
        params.append(int(site) if site.isascii() and site.isdigit() and len(site) < 16 else 0)
    for pattern in words(chosen.get("q", "")):
        where.append("(d.search LIKE ? ESCAPE '!' OR s.search LIKE ? ESCAPE '!')")
        params += [pattern] * 2
    kept = STATUSES.get(chosen.get("status", ""), "1 = 0")
    sql = DEVICES.format(shown=SHOWN, group=GROUP, where=" AND ".join(where), chosen=kept)
    return gather(sql, [*params, PAGE, (page - 1) * PAGE], DEVICE_WIDTH + COUNTS_WIDTH)


def read_devices(text: str) -> tuple[list[DeviceRow], Counts]:
    """The rows in what `devices` gave, worst first, and the counts for its filters."""
    found = json.loads(text)
    listed = [DeviceRow(*row[:DEVICE_WIDTH]) for row in found if row[0] is not None]
    return sorted(listed, key=worst_first), Counts(*found[0][DEVICE_WIDTH:])


def worst_first(row: DeviceRow) -> tuple[int, str, int]:
    """The order of a page once more: a join need not keep it."""
    return row.group, row.name.lower(), row.id


SITES = """
WITH mine AS (SELECT s.id, s.name, s.name_folded, s.address, s.city, s.region, s.status FROM site s WHERE {where}),
page AS (SELECT * FROM mine ORDER BY name_folded LIMIT ? OFFSET ?)
SELECT p.id, p.name, p.address, p.city, p.region, p.status,
       (SELECT COUNT(*) FROM device d WHERE d.site_id = p.id),
       (SELECT COUNT(*) FROM device d LEFT JOIN device_state st ON st.device_id = d.id
        WHERE d.site_id = p.id AND d.health_monitoring AND st.status NOT IN ('online', 'checking')
        AND NOT (st.status = 'offline' AND st.checked_at < ?)),
       (SELECT COUNT(*) FROM device d WHERE d.site_id = p.id AND (d.password_strength = 'weak' OR d.type = 'unknown')),
       (SELECT COUNT(*) FROM mine)
FROM page p ORDER BY p.name_folded
"""


class SiteRow(NamedTuple):
    id: int
    name: str
    address: str
    city: str
    region: str
    status: str
    devices: int
    bad: int
    look: int


def sites(by: Principal, query: str, page: int, now: datetime, interval: int) -> str:
    """One page of the sites that a person sees, by name, with how their devices fare, for `read_sites`."""
    where, params = seen_sql(by)
    for pattern in words(query):
        where, params = f"{where} AND s.search LIKE ? ESCAPE '!'", [*params, pattern]
    stale = naive(now - timedelta(seconds=INTERVALS * interval))
    return gather(SITES.format(where=where), [*params, PAGE, (page - 1) * PAGE, stale], len(SiteRow._fields) + 1)


def read_sites(text: str) -> tuple[list[SiteRow], int]:
    """The rows in what `sites` gave, and how many sites there are."""
    found = json.loads(text)
    return [SiteRow(*row[:-1]) for row in found], found[0][-1] if found else 0


TALLY = """
SELECT (SELECT COUNT(*) FROM site s WHERE {where}), COUNT(*),
       COALESCE(SUM(CASE WHEN d.password_strength = 'weak' THEN 1 ELSE 0 END), 0),
       COALESCE(SUM(CASE WHEN d.type = 'unknown' THEN 1 ELSE 0 END), 0)
FROM device d JOIN site s ON s.id = d.site_id WHERE {where}
"""


def tally(by: Principal) -> tuple[int, int, int, int]:
    """How many: sites, devices, weak passwords, unknown types."""
    where, params = seen_sql(by)
    sites_, devices_, weak, unknown = rows(TALLY.format(where=where), [*params, *params])[0]
    return sites_, devices_, weak, unknown
