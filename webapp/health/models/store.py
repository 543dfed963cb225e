"""What thousands of checks have found, written at once: by hand, since it is the busiest path to the database.

A result counts only for the connection that was checked: a device that was edited, deleted or switched off meanwhile is
left out by the statement itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from webapp.accounts.models import naive
from webapp.db import database, is_sqlite

GROUPS = (100, 10, 1)  # rows of one statement on SQLite


class Checked(NamedTuple):
    """One check that told up or down."""

    hour: int  # since 1970
    device_id: int
    version: int  # of the connection
    up: int  # 1 or 0
    ms: int  # 0 when down
    samples: bytes  # of the hour, as if this check were all


class Still(NamedTuple):
    """One check that found what was known."""

    device_id: int
    version: int
    status: str
    at: datetime
    ms: int | None


class Found(NamedTuple):
    """What a device has said of itself. None keeps what was known."""

    device_id: int
    version: int
    at: datetime | None
    blocks: str | None
    drift: int | None
    up: int | None
    up_at: datetime | None
    light_by: str


# A byte for each minute, as far as they go (services.samples): the new last one comes behind or to its place, where the
# worse stays. What || makes is text on SQLite, of which substr would count characters: so it is cast, at the end only.
MERGED = """CASE WHEN length(excluded.samples) > length(device_hour.samples)
THEN CAST(device_hour.samples || substr(excluded.samples, length(device_hour.samples) + 1) AS {blob})
ELSE CAST(substr(device_hour.samples, 1, length(excluded.samples) - 1)
  || {worse}(substr(device_hour.samples, length(excluded.samples), 1),
             substr(excluded.samples, length(excluded.samples), 1))
  || substr(device_hour.samples, length(excluded.samples) + 1) AS {blob}) END"""

# SQLite's come in tables of values, many rows a statement: the interpreter is handed to another thread at each one.
HOURS = f"""
INSERT INTO device_hour (hour, device_id, n, up, ms_sum, ms_max, samples)
SELECT u.column1, u.column2, 1, u.column4, u.column5, u.column5, u.column6 FROM ({{values}}) u
JOIN device d ON d.id = u.column2 AND d.connection_version = u.column3 AND d.health_monitoring WHERE true
ON CONFLICT (hour, device_id) DO UPDATE SET n = n + 1, up = up + excluded.up, ms_sum = ms_sum + excluded.ms_sum,
ms_max = max(ms_max, excluded.ms_max), samples = {MERGED.format(worse="max", blob="BLOB")}
"""  # noqa: S608
STILL = """
UPDATE device_state SET checked_at = u.column4, ms = u.column5 FROM ({values}) u
JOIN device d ON d.id = u.column1 AND d.connection_version = u.column2 AND d.health_monitoring
WHERE device_state.device_id = u.column1 AND device_state.status = u.column3
"""
HOURS_AT_ONCE = f"""
INSERT INTO device_hour (hour, device_id, n, up, ms_sum, ms_max, samples)
SELECT u.hour, u.device_id, 1, u.up, u.ms, u.ms, u.samples
FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::bytea[])
  AS u(hour, device_id, version, up, ms, samples)
JOIN device d ON d.id = u.device_id AND d.connection_version = u.version AND d.health_monitoring
ON CONFLICT (hour, device_id) DO UPDATE SET n = device_hour.n + 1, up = device_hour.up + excluded.up,
ms_sum = device_hour.ms_sum + excluded.ms_sum, ms_max = greatest(device_hour.ms_max, excluded.ms_max),
samples = {MERGED.format(worse="greatest", blob="bytea")}
"""  # noqa: S608
STILL_AT_ONCE = """
UPDATE device_state s SET checked_at = u.at, ms = u.ms
FROM unnest(%s::int[], %s::int[], %s::text[], %s::timestamp[], %s::int[]) AS u(device_id, version, status, at, ms)
JOIN device d ON d.id = u.device_id AND d.connection_version = u.version AND d.health_monitoring
WHERE s.device_id = u.device_id AND s.status = u.status
"""

KEEP = """
ON CONFLICT (device_id) DO UPDATE SET at = COALESCE(excluded.at, device_findings.at),
drift = CASE WHEN excluded.at IS NULL THEN device_findings.drift ELSE excluded.drift END,
blocks = CASE WHEN excluded.at IS NULL THEN device_findings.blocks ELSE excluded.blocks END,
up = COALESCE(excluded.up, device_findings.up), up_at = COALESCE(excluded.up_at, device_findings.up_at),
light_by = excluded.light_by
"""
FINDINGS = f"""
INSERT INTO device_findings (device_id, at, blocks, drift, up, up_at, light_by)
SELECT u.column1, u.column3, COALESCE(u.column4, '{{{{}}}}'), u.column5, u.column6, u.column7, u.column8
FROM ({{values}}) u JOIN device d ON d.id = u.column1 AND d.connection_version = u.column2 AND d.health_monitoring
WHERE true {KEEP}
"""  # noqa: S608
FINDINGS_AT_ONCE = f"""
INSERT INTO device_findings (device_id, at, blocks, drift, up, up_at, light_by)
SELECT u.device_id, u.at, COALESCE(u.blocks, '{{}}'), u.drift, u.up, u.up_at, u.light_by
FROM unnest(%s::int[], %s::int[], %s::timestamp[], %s::text[], %s::int[], %s::int[], %s::timestamp[], %s::text[])
  AS u(device_id, version, at, blocks, drift, up, up_at, light_by)
JOIN device d ON d.id = u.device_id AND d.connection_version = u.version AND d.health_monitoring {KEEP}
"""  # noqa: S608


def write_findings(found: Sequence[Found]) -> None:
    """Keep what devices have said of themselves. Inside the caller's transaction; one a device."""
    run(FINDINGS, FINDINGS_AT_ONCE, [row._replace(at=naive(row.at), up_at=naive(row.up_at)) for row in found])


def write(checked: Sequence[Checked], still: Sequence[Still]) -> None:
    """Add to the history, and to what is known. Inside the caller's transaction; one result a device."""
    run(HOURS, HOURS_AT_ONCE, sorted(checked))
    run(STILL, STILL_AT_ONCE, [row._replace(at=naive(row.at)) for row in still])


def run(sqlite: str, postgresql: str, results: Sequence[tuple[Any, ...]]) -> None:
    if not is_sqlite():
        if results:
            database.execute_sql(postgresql, tuple(map(list, zip(*results, strict=True))))
        return
    for group in grouped(results):
        marks = "(" + ", ".join("?" * len(group[0])) + ")"
        statement = sqlite.format(values="VALUES " + ", ".join([marks] * len(group)))
        database.connection().execute(statement, list(chain.from_iterable(group)))


def grouped(results: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Groups of a few fixed sizes, so that few statements are prepared, and each once."""
    at = 0
    while at < len(results):
        size = next(size for size in GROUPS if size <= len(results) - at)
        yield results[at : at + size]
        at += size
