"""The two list pages, each one statement whose rows come as one text, so that a page is kept as long as it is equal.

Both count for their filters what the search leaves, before the filter itself; the counts come with every row, those of
devices as one text, and with a single row of NULLs when there is no other.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from webapp.accounts.models import naive
from webapp.accounts.principal import Principal
from webapp.common.pages import PAGE
from webapp.common.text import words
from webapp.db import gather, in_json, is_sqlite
from webapp.devices.models.device import devices_told_sql
from webapp.devices.models.state import INTERVALS, Status
from webapp.sites.models import Site, SiteStatus, seen_sql

# What may be claimed of a device now, and how bad that is: down, needs a look, not known, well.
CALM = "NOT EXISTS (SELECT 1 FROM silence si WHERE si.device_id = d.id AND si.until > ?)"  # nobody works at it (E16)
SHOWN = f"""
CASE WHEN NOT d.health_monitoring THEN 'paused'
     WHEN NOT {CALM} THEN 'maintenance'
     WHEN st.status IN ('online', 'offline', 'checking') AND COALESCE(st.checked_at, st.since) < ? THEN 'unknown'
     ELSE COALESCE(st.status, 'checking') END
"""
GROUP = """
CASE WHEN shown = 'maintenance' THEN 3
     WHEN shown IN ('offline', 'auth_failed', 'locked', 'certificate_changed', 'other_device', 'unsupported') THEN 1
     WHEN (shown = 'online' AND told <> '') OR password_strength = 'weak' OR type = 'unknown' OR due = 1 THEN 2
     WHEN shown IN ('unknown', 'checking', 'paused') THEN 3
     ELSE 4 END
"""
# Whether the password is older than the site wants it to be (E13); only where a password is kept.
DUE = {
    "sqlite": "julianday(?) - julianday(d.password_set_at) > s.password_days",
    "postgresql": "d.password_set_at < CAST(? AS timestamp) - s.password_days * INTERVAL '1 day'",
}
# Materialized: else what is shown would be worked out anew at each of the six places that ask for it.
MINE = """
  WITH seen AS MATERIALIZED (
    SELECT d.id, d.name, d.type, d.password_strength, {shown} AS shown,
           COALESCE(st.trouble, '') AS told,
           CASE WHEN s.password_days > 0 AND d.password_sealed <> {empty} AND {due} THEN 1 ELSE 0 END AS due {more}
    FROM device d JOIN site s ON s.id = d.site_id LEFT JOIN device_state st ON st.device_id = d.id
    WHERE {where})
  SELECT seen.*, CASE WHEN shown = 'online' THEN told ELSE '' END AS trouble,
         CASE WHEN password_strength = 'weak' THEN 1 ELSE 0 END AS weak, {group} AS grp FROM seen
"""
# The filters of the list: every status that can be shown, and what several have in common.
STATUSES = {
    "": "1 = 1",
    "down": "grp = 1",
    "attention": "grp = 2",
    "weak": "weak = 1",
    "old_password": "due = 1",
    **{status.value: f"shown = '{status.value}'" for status in Status},
}
COUNTS = ", ".join(f"COUNT(*) FILTER (WHERE {condition})" for condition in STATUSES.values())
DEVICES = """
WITH mine AS ({mine}),
counted AS (SELECT CAST({counts} AS text) AS counts FROM mine),
page AS (SELECT id, shown, grp, due, trouble FROM mine WHERE {chosen} ORDER BY grp, lower(name), id LIMIT ? OFFSET ?)
SELECT d.id, d.name, d.site_id, s.name, d.host, d.port, d.type, d.model, d.password_strength, p.shown, p.grp, p.due,
       p.trouble, counted.counts
FROM counted LEFT JOIN page p ON 1 = 1 LEFT JOIN device d ON d.id = p.id LEFT JOIN site s ON s.id = d.site_id
"""


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
    due: int  # 1: the password is older than the site wants
    trouble: str = ""  # disk, camera or clock: what the device itself has told


def mine(where: str, more: str = "") -> str:
    """The devices that a condition leaves, with what may be claimed of each; `mine_values` come before its values."""
    return MINE.format(shown=SHOWN, group=GROUP, due=due(), empty=empty(), more=more, where=where)


def due() -> str:
    return DUE["sqlite" if is_sqlite() else "postgresql"]


def empty() -> str:
    return "x''" if is_sqlite() else "''::bytea"


def mine_values(now: datetime, interval: int) -> list[Any]:
    return [naive(now), stale(now, interval), naive(now)]


def stale(now: datetime, interval: int) -> datetime:
    """What was checked before it is not known any more."""
    return naive(now - timedelta(seconds=INTERVALS * interval))


def devices(by: Principal, chosen: dict[str, str], page: int, now: datetime, interval: int) -> str:
    """One page of the devices that a person sees, for `read_devices`. `interval` of checks in seconds."""
    seen, values = devices_told_sql(by)
    where, params = [seen], [*mine_values(now, interval), *values]
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
    counts = in_json()[0].format(f"COUNT(*) FILTER (WHERE {kept}), {COUNTS}")
    sql = DEVICES.format(mine=mine(" AND ".join(where)), counts=counts, chosen=kept)
    return gather(sql, [*params, PAGE, (page - 1) * PAGE], len(DeviceRow._fields) + 1, "c0")


def read_devices(text: str) -> tuple[list[DeviceRow], int, dict[str, int]]:
    """What `devices` gave: rows, worst first; how many match the filter; how many each filter leaves, "" for none."""
    found = json.loads(text)
    listed = [DeviceRow(*row[:-1]) for row in found if row[0] is not None]
    matching, *counts = json.loads(found[0][-1])
    return sorted(listed, key=worst_first), matching, dict(zip(STATUSES, counts, strict=True))


def worst_first(row: DeviceRow) -> tuple[int, str, int]:
    """The order of a page once more: a join need not keep it."""
    return row.group, row.name.lower(), row.id


# Of a site whose owner has not authorized the company, the company is told the name alone (decision 12). By name the
# devices of one page are counted, worst first those of every site.
SITES = """
WITH sites AS (
  SELECT s.id, s.name_folded,
         CASE WHEN s.authorized_until <= ? AND s.status = 'authorized' THEN 'owned_unauthorized' ELSE s.status END
           AS status
  FROM site s WHERE {where}),
chosen AS (SELECT * FROM sites {first}),
mine AS ({mine}),
told AS (
  SELECT site_id, id, grp, shown, NULL AS name_folded, NULL AS status FROM mine
  UNION ALL SELECT id, NULL, NULL, NULL, name_folded, status FROM chosen),
page AS (
  SELECT site_id AS id, MAX(name_folded) AS name_folded, MAX(status) AS status, COUNT(id) AS devices,
         COUNT(*) FILTER (WHERE grp = 1) AS bad, COUNT(*) FILTER (WHERE grp = 2) AS look,
         COUNT(*) FILTER (WHERE shown = 'unknown') AS unknown, COUNT(*) FILTER (WHERE shown = 'maintenance') AS worked
  FROM told GROUP BY site_id {then})
SELECT p.id, s.name, CASE WHEN p.status = ? THEN '' ELSE s.address END, CASE WHEN p.status = ? THEN '' ELSE s.city END,
       CASE WHEN p.status = ? THEN '' ELSE s.region END, p.status, p.devices, p.bad, p.look, p.unknown, p.worked,
       CASE WHEN s.company_id = ? THEN '' ELSE (SELECT c.name FROM company c WHERE c.id = s.company_id) END,
       (SELECT COUNT(*) FROM sites)
FROM page p JOIN site s ON s.id = p.id ORDER BY {order}p.name_folded, p.id
"""
OPEN = "d.site_id IN (SELECT id FROM chosen WHERE status <> ?)"
WORST = "bad DESC, look DESC, unknown DESC, "
CUT = "ORDER BY {order}name_folded, id LIMIT ? OFFSET ?"


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
    unknown: int  # not checked lately
    worked: int  # under maintenance
    shared_by: str  # the company whose site it is, where that is another


def sites(by: Principal, query: str, page: int, now: datetime, interval: int, worst: bool = False) -> str:
    """One page of the sites that a person sees, by name or worst first, with how devices fare, for `read_sites`."""
    where, params = seen_sql(by)
    for pattern in words(query):
        where, params = f"{where} AND s.search LIKE ? ESCAPE '!'", [*params, pattern]
    order = WORST if worst else ""
    cut, paging = CUT.format(order=order), [PAGE, (page - 1) * PAGE]
    (first, early), (then, late) = (("", []), (cut, paging)) if worst else ((cut, paging), ("", []))
    sql = SITES.format(where=where, first=first, mine=mine(OPEN, ", d.site_id"), then=then, order=order)
    closed = "" if by.is_owner else SiteStatus.OWNED_UNAUTHORIZED
    told = [*mine_values(now, interval), closed]
    values = [naive(now), *params, *early, *told, *late, closed, closed, closed, by.company_id]
    return gather(sql, values, len(SiteRow._fields) + 1)


def closed_sites(by: Principal) -> int:
    """How many sites a person sees without their devices."""
    return int(Site.select().where(Site.seen_by(by), ~Site.devices_seen_by(by)).count())


def read_sites(text: str) -> tuple[list[SiteRow], int]:
    """The rows in what `sites` gave, and how many sites there are."""
    found = json.loads(text)
    return [SiteRow(*row[:-1]) for row in found], found[0][-1] if found else 0
