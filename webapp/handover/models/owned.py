"""What an end user's pages show of all their sites, in few statements."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from webapp.accounts.models import Company
from webapp.accounts.principal import Principal
from webapp.db import moment, rows
from webapp.devices.models.device import told_sql
from webapp.devices.models.lists import mine, mine_values
from webapp.handover.models.request import AccessRequest, Answer
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Site, seen_sql

MORE = ", d.site_id, st.since"
SITES = """
WITH mine AS ({mine}),
told AS (
  SELECT site_id, COUNT(*) AS n, COUNT(*) FILTER (WHERE grp = 1) AS bad,
         COUNT(*) FILTER (WHERE shown = 'offline') AS offline, COUNT(*) FILTER (WHERE shown = 'online') AS online,
         COUNT(*) FILTER (WHERE shown = 'paused') AS paused, COUNT(*) FILTER (WHERE type IN ({cameras})) AS cameras,
         MIN(CASE WHEN shown = 'offline' THEN since END) AS since, COUNT(*) FILTER (WHERE trouble <> '') AS troubles,
         COUNT(*) FILTER (WHERE shown = 'maintenance') AS worked
  FROM mine GROUP BY site_id
), held AS (
  SELECT site_id, MAX(CASE WHEN device_id IS NULL THEN at END) AS halted, COUNT(device_id) AS n
  FROM suspension WHERE site_id IN (SELECT s.id FROM site s WHERE {seen}) GROUP BY site_id
)
SELECT s.id, s.name, s.zone, s.address, s.city, s.owner_id, s.company_id, COALESCE(c.name, ''), s.status,
       s.authorized_until, COALESCE(t.n, 0), COALESCE(t.bad, 0), COALESCE(t.offline, 0), COALESCE(t.online, 0),
       COALESCE(t.paused, 0), COALESCE(t.cameras, 0), t.since, COALESCE(t.troubles, 0), h.halted, COALESCE(h.n, 0),
       COALESCE(t.worked, 0)
FROM site s LEFT JOIN company c ON c.id = s.company_id LEFT JOIN told t ON t.site_id = s.id
LEFT JOIN held h ON h.site_id = s.id
WHERE {seen} ORDER BY s.name_folded, s.id
"""
CAMERAS = (Kind.NETWORK_CAMERA, Kind.SPEED_DOME, Kind.THERMAL_CAMERA, Kind.SOLAR_CAMERA)


class Told(NamedTuple):
    """A site, and how many of its devices fare how."""

    id: int
    name: str
    zone: str
    address: str
    city: str
    owner_id: int | None
    company_id: int | None
    company: str
    decided: str
    until: datetime | None  # that the company may look after it
    devices: int
    bad: int  # down in whatever way
    offline: int
    online: int
    paused: int
    cameras: int
    since: datetime | None  # when the first of the offline ones fell silent
    troubles: int  # online, and tell of a disk, a camera or a clock that is not well
    halted: datetime | None  # since when the service of the site is paused; then no device is counted
    held: int  # devices whose own service is paused; they are not counted above
    worked: int  # under maintenance, whatever their state


def sites_of(by: Principal, now: datetime, interval: int, only: int | None = None) -> list[Told]:
    """All sites that an end user sees by name, or one of them. `interval` of checks in seconds."""
    seen, values = seen_sql(by)
    seen, values = (f"{seen} AND s.id = ?", [*values, only]) if only else (seen, values)
    marks = ", ".join(f"'{kind}'" for kind in CAMERAS)
    sql = SITES.format(mine=mine(f"{seen} AND {told_sql(by)}", MORE), seen=seen, cameras=marks)
    found = rows(sql, [*mine_values(now, interval), *values * 3])
    dated = [(moment(row[9]), moment(row[16]), moment(row[18])) for row in found]
    return [
        Told._make((*row[:9], until, *row[10:16], since, row[17], halted, *row[19:]))
        for row, (until, since, halted) in zip(found, dated, strict=True)
    ]


def requests_of(by: Principal, at: datetime, site_id: int | None = None) -> list[AccessRequest]:
    """What waits for an owner's answer, at one site or at all, each with its site and company, the newest first."""
    own = (Site.owner == by.id) & (AccessRequest.answer == Answer.OPEN) & (AccessRequest.expires_at > at)
    own = own & (AccessRequest.site == site_id) if site_id else own
    query = AccessRequest.select(AccessRequest, Site, Company).join(Site).switch(AccessRequest).join(Company)
    return list(query.where(own).order_by(AccessRequest.id.desc()))  # type: ignore[attr-defined]


def first_zone(by: Principal) -> str:
    """The time zone of the first site that a person sees; "UTC" without any."""
    found = Site.select(Site.zone).where(Site.seen_by(by)).order_by(Site.id).first()
    return found.zone if found else "UTC"
