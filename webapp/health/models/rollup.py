"""How sites and companies fare, in a few statements. Outages are told from the states of devices, never stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import fn

from webapp.accounts.models import naive
from webapp.accounts.principal import Principal
from webapp.db import gather, moment, rows
from webapp.devices.models import Device, DeviceState
from webapp.devices.models.device import devices_told_sql, told_sql
from webapp.devices.models.lists import DeviceRow, mine, mine_values, worst_first
from webapp.health.models.findings import DeviceFindings, Silence
from webapp.health.models.reading import Count
from webapp.sites.models import Site, seen_sql

MORE = ", d.site_id, d.host, COALESCE(st.reason, '') AS reason, st.since, st.checked_at"
# How many devices, and sums by which others are hardly ever taken for them.
WHICH = """COUNT(*){only} AS watched, COALESCE(SUM(id){only}, 0) AS ids,
         COALESCE(SUM(CAST(id AS BIGINT) * id % 999983){only}, 0) AS squares"""
WATCHED_ONLY = WHICH.format(only=" FILTER (WHERE shown <> 'paused' AND host IS NOT NULL)")
# An address is dead when every monitored device behind it is silent; a site is, when all its addresses are. A device
# that is not asked until a person acts says nothing of a line that it was last heard over before the outage began.
OVERVIEW = """
WITH mine AS ({mine}),
told AS (
  SELECT mine.*, CASE WHEN shown = 'offline' AND reason IN ({silent}) THEN 1 ELSE 0 END AS silent,
         CASE WHEN grp = 1 AND shown <> 'offline' THEN 1 ELSE 0 END AS stopped
  FROM mine
), line AS (
  SELECT site_id, host, SUM(silent) AS n, SUM(stopped) AS mute,
         MIN(CASE WHEN stopped = 0 THEN silent END) AS dead, MAX(CASE WHEN silent = 1 THEN since END) AS since,
         MAX(CASE WHEN stopped = 1 THEN checked_at END) AS heard,
         MIN(CASE WHEN silent = 0 THEN NULL WHEN reason = 'no_such_name' THEN 1 ELSE 0 END) AS nameless
  FROM told WHERE shown NOT IN ('paused', 'maintenance') AND host IS NOT NULL GROUP BY site_id, host
), whole AS (
  SELECT site_id, SUM(n) AS n, SUM(mute) AS mute, MAX(since) AS since, MIN(nameless) AS nameless FROM line
  GROUP BY site_id HAVING SUM(n) > 1 AND MIN(dead) = 1 AND (MAX(heard) IS NULL OR MAX(heard) < MAX(since))
), outage AS (
  SELECT site_id, NULL AS host, n, mute, since, nameless FROM whole
  UNION ALL SELECT site_id, host, n, mute, since, nameless FROM line
  WHERE n > 1 AND dead = 1 AND (heard IS NULL OR heard < since) AND site_id NOT IN (SELECT site_id FROM whole)
), counted AS (
  SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE grp = 1) AS bad, COUNT(*) FILTER (WHERE grp = 2) AS look,
         COUNT(*) FILTER (WHERE due = 1) AS due,
         COUNT(*) FILTER (WHERE shown = 'unknown') AS unknown, {watched}
  FROM told
), alone AS (
  SELECT id, site_id, shown, grp, due, trouble, since FROM told
  WHERE (grp < 3 OR shown = 'maintenance') AND NOT (silent = 1 AND EXISTS (
    SELECT 1 FROM outage o WHERE o.site_id = told.site_id AND (o.host IS NULL OR o.host = told.host)))
  ORDER BY grp, lower(name), id LIMIT ?
), item AS (
  SELECT 0 AS id, site_id, '' AS shown, 0 AS grp, 0 AS due, '' AS trouble, host, n, mute, since, nameless FROM outage
  UNION ALL SELECT id, site_id, shown, grp, due, trouble, '', 1, 0, since, 0 FROM alone
)
SELECT d.id, d.name, i.site_id, s.name, d.host, d.port, d.type, d.model, d.password_strength, i.shown, i.grp, i.due,
       i.trouble, s.zone, i.host, i.n, i.mute, i.since, i.nameless,
       (SELECT COUNT(*) FROM device x WHERE x.site_id = i.site_id), counted.*,
       (SELECT COUNT(*) FROM site s WHERE {seen})
FROM counted LEFT JOIN item i ON 1 = 1 LEFT JOIN device d ON d.id = i.id LEFT JOIN site s ON s.id = i.site_id
"""


class Outage(NamedTuple):
    """Devices that are all silent since the moment at which the last of them fell silent."""

    site_id: int
    site_name: str
    zone: str
    host: str | None  # None: every address of the site
    devices: int
    mute: int  # others there, of which nothing is known since before: they are not asked until a person acts
    since: datetime
    nameless: bool  # none of the names leads to an address
    of: int  # devices of the site, watched or not


class Counts(NamedTuple):
    devices: int
    bad: int
    look: int
    due: int
    unknown: int  # not checked lately
    watched: int  # by the engine: monitored, and with an address
    ids: int  # sum of the ids of those watched, and of what their squares leave: hardly ever those of others
    squares: int
    sites: int


class Overview(NamedTuple):
    counts: Counts
    outages: list[Outage]
    worst: list[DeviceRow]  # that need somebody and are in no outage


SORTED = "c0, c2, c14"  # devices by id; outages, which have none, by site and address
ROW, TOLD, COUNTED = len(DeviceRow._fields), 7, len(Counts._fields)


def overview(
    by: Principal, now: datetime, interval: int, silent: Sequence[str], most: int, site_id: int | None = None
) -> str:
    """What a person's sites, or one of them, need; for `read_overview`. `silent` are reasons that may be the line's."""
    (seen, values), (theirs, chosen) = seen_sql(by), devices_told_sql(by)
    where, chosen = (f"{theirs} AND s.id = ?", [*chosen, site_id]) if site_id else (theirs, chosen)
    sql = OVERVIEW.format(mine=mine(where, MORE), silent=marks(silent), seen=seen, watched=WATCHED_ONLY)
    return gather(sql, [*mine_values(now, interval), *chosen, *silent, most, *values], ROW + TOLD + COUNTED, SORTED)


def read_overview(text: str) -> Overview:
    """What `overview` gave: outages, the longest first, and devices, the worst first."""
    found = json.loads(text)
    outages = [read_outage(row) for row in found if row[0] is None and row[2] is not None]
    worst = [DeviceRow(*row[:ROW]) for row in found if row[0] is not None]
    counts = Counts(*found[0][ROW + TOLD :])
    outages.sort(key=lambda one: (one.since, one.site_id, one.host or ""))
    return Overview(counts, outages, sorted(worst, key=worst_first))


def read_outage(row: list[Any]) -> Outage:
    zone, host, devices, mute, since, nameless, of = row[ROW : ROW + TOLD]
    return Outage(row[2], row[3], zone, host, devices, mute, moment(since), bool(nameless), of)  # type: ignore[arg-type]


def marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _value in values)


# Each device of a site, of those that the reader is told of. Each hour and each day is looked up by its key.
OF_SITE = "SELECT d.id FROM device d WHERE d.site_id = ? AND {told}"
EACH = "SELECT device_id, {at}, n, up FROM device_{at} WHERE {at} IN ({keys}) AND device_id IN ({devices})"


def hours_of_site(by: Principal, site_id: int, hours: Sequence[int]) -> list[tuple[int, Count]]:
    """By the id of the device; hours are since 1970, days too."""
    return of_site("hour", by, site_id, hours)


def days_of_site(by: Principal, site_id: int, days: Sequence[int]) -> list[tuple[int, Count]]:
    return of_site("day", by, site_id, days)


def of_site(at: str, by: Principal, site_id: int, keys: Sequence[int]) -> list[tuple[int, Count]]:
    devices = OF_SITE.format(told=told_sql(by))
    found = rows(EACH.format(at=at, keys=marks(keys), devices=devices), [*keys, site_id]) if keys else []
    return [(device, Count(*row)) for device, *row in found]


# The same of all monitored devices together, by hour or by day: of one that is not, nothing old is told.
WATCHED = "SELECT d.id FROM device d JOIN site s ON s.id = d.site_id WHERE {which} AND {monitored}"
MONITORED = "d.health_monitoring AND d.host IS NOT NULL"
SUMS = "SELECT {at}, SUM(n), SUM(up) FROM device_{at} WHERE {at} IN ({keys}) AND device_id IN ({devices}) GROUP BY {at}"
NEWEST = "SELECT MAX(day) FROM device_day WHERE day < ?"
Chosen = tuple[str, list[Any]]  # a statement that gives ids of devices, and its values


def watched_at(by: Principal, site_id: int) -> Chosen:
    """Those of a site that this person is told of."""
    return WATCHED.format(which=f"d.site_id = ? AND {told_sql(by)}", monitored=MONITORED), [site_id]


def watched_by(by: Principal) -> Chosen:
    """Those at all sites that this person sees."""
    which, values = devices_told_sql(by)
    return WATCHED.format(which=which, monitored=MONITORED), values


def hour_sums(devices: Chosen, hours: Sequence[int]) -> list[Count]:
    return sums("hour", devices, hours)


def day_sums(devices: Chosen, days: Sequence[int]) -> list[Count]:
    return sums("day", devices, days)


def sums(at: str, devices: Chosen, keys: Sequence[int]) -> list[Count]:
    which, values = devices
    found = rows(SUMS.format(at=at, keys=marks(keys), devices=which), [*keys, *values]) if keys else []
    return [Count(*map(int, row)) for row in found]


def which_are(devices: Chosen) -> tuple[int, int, int]:
    """How many, and the sums of `Counts`."""
    sql, values = devices
    ((count, ids, squares),) = rows(f"SELECT {WHICH.format(only='')} FROM ({sql}) w", values)  # noqa: S608
    return int(count), int(ids), int(squares)


def newest_day(before: int) -> int:
    """The newest day before this one that was made of hours, of any device; 0 for none."""
    return int(rows(NEWEST, [before])[0][0] or 0)


def devices_of_site(by: Principal, site: Site) -> list[Device]:
    """By name."""
    mine = (Device.site == site) & Device.told_to(by)
    return list(Device.select().where(mine).order_by(fn.LOWER(Device.name), Device.id))


def states_of_site(by: Principal, site: Site) -> dict[int, DeviceState]:
    query = DeviceState.select(DeviceState).join(Device).where(Device.site == site, Device.told_to(by))
    return {state.device_id: state for state in query}


def findings_of_site(by: Principal, site: Site) -> dict[int, DeviceFindings]:
    query = DeviceFindings.select(DeviceFindings).join(Device).where(Device.site == site, Device.told_to(by))
    return {findings.device_id: findings for findings in query}


def worked_at(site: Site, now: datetime) -> set[int]:
    """The devices of a site under maintenance."""
    query = Silence.select(Silence.device).join(Device).where(Device.site == site, Silence.until > now)
    return {silence.device_id for silence in query}


LAST_OFFLINE = """
SELECT e.device_id, MAX(e.at) FROM device_event e JOIN device d ON d.id = e.device_id
WHERE d.site_id = ? AND {told} AND e.kind = 'status' AND e.became = 'offline' GROUP BY e.device_id
"""


def last_offline(by: Principal, site_id: int) -> dict[int, datetime | None]:
    """When each device of a site last went offline, of those that did."""
    return {device: moment(at) for device, at in rows(LAST_OFFLINE.format(told=told_sql(by)), [site_id])}


DUE = "SELECT id FROM ({mine}) AS mine WHERE due = 1"


def due_of_site(by: Principal, site: Site, now: datetime) -> set[int]:
    """Devices whose password is older than the site wants."""
    sql = DUE.format(mine=mine(f"d.site_id = ? AND {told_sql(by)}"))
    return {device for (device,) in rows(sql, [*mine_values(now, 0), site.id])}


CHANGING = """
SELECT d.id, d.name, COUNT(*) FROM device d JOIN device_event e ON e.device_id = d.id
WHERE d.site_id = ? AND {told} AND d.health_monitoring AND e.kind = 'status' AND e.was <> '' AND e.at >= ?
GROUP BY d.id, d.name HAVING COUNT(*) >= ? ORDER BY lower(d.name), d.id
"""


class Unstable(NamedTuple):
    device_id: int
    name: str
    changes: int


def unstable_of_site(by: Principal, site: Site, since: datetime, least: int) -> list[Unstable]:
    """Monitored devices whose status has changed so often since then, by name."""
    found = rows(CHANGING.format(told=told_sql(by)), [site.id, naive(since), least])
    return [Unstable(*row) for row in found]


BY_STATUS = "SELECT shown, COUNT(*) FROM ({mine}) AS mine GROUP BY shown"


def by_status(now: datetime, interval: int) -> dict[str, int]:
    """How many devices of the whole installation are shown with each status."""
    return dict(rows(BY_STATUS.format(mine=mine("1 = 1")), mine_values(now, interval)))
