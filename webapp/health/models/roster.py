"""Which devices are to be checked, with all that a check needs: one statement a second.

Fetched in one piece: while checks run, a thread that lets go of the interpreter at each row gets it back late.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from webapp.accounts.models import naive
from webapp.common import clock
from webapp.db import gather, is_sqlite, moment, rows
from webapp.devices.models import Mode
from webapp.devices.models.probe import LONGEST

COLUMNS = """
SELECT d.id, d.site_id, s.company_id, d.host, d.port, d.https, d.pin, d.username, {password},
       d.connection_version, d.type, d.serial, d.firmware, st.status, st.reason, st.checked_at, st.locked_until,
       f.light_by, f.up, f.up_at, f.at, COALESCE(p.version = d.connection_version, FALSE),
       COALESCE(st.trouble, '')
FROM device d JOIN site s ON s.id = d.site_id
LEFT JOIN (
  SELECT device_id, MAX(connection_version) AS version FROM probe
  WHERE code = '' AND created_at > ? AND device_id IS NOT NULL GROUP BY device_id
) p ON p.device_id = d.id
LEFT JOIN device_state st ON st.device_id = d.id LEFT JOIN device_findings f ON f.device_id = d.id
WHERE d.mode = ? AND d.health_monitoring AND s.company_id IS NOT NULL AND
"""
COUNTS = """
SELECT d.id % ? AS slot, COUNT(*) FROM device d JOIN site s ON s.id = d.site_id
WHERE d.mode = ? AND d.health_monitoring AND s.company_id IS NOT NULL GROUP BY 1
"""


class Due(NamedTuple):
    """A monitored device as it is now. The state's columns are None before its first check."""

    id: int
    site_id: int
    company_id: int
    host: str
    port: int
    https: bool
    pin: str
    username: str
    password_sealed: bytes
    connection_version: int
    type: str
    serial: str
    firmware: str
    status: str | None
    reason: str | None
    checked_at: datetime | None
    locked_until: datetime | None
    light_by: str | None
    up: int | None  # seconds since its start, as it said at `up_at`
    up_at: datetime | None
    found_at: datetime | None
    probed: bool = False  # a person's check of just this connection is under way
    trouble: str = ""  # that stands in its state


def in_slots(interval: int, slots: Iterable[int]) -> list[Due]:
    """The devices whose turn comes in these seconds of the interval: a device's id says which is its own."""
    return listed("d.id % ? IN", [interval], slots)


def count_by_slot(interval: int) -> dict[int, int]:
    """How many devices' turn comes in each second of the interval."""
    return {int(slot): int(count) for slot, count in rows(COUNTS, [interval, Mode.IP_DOMAIN])}


def of(ids: Iterable[int]) -> list[Due]:
    return listed("d.id IN", [], ids)


def listed(condition: str, values: list[Any], choice: Iterable[int]) -> list[Due]:
    wanted = list(choice)
    if not wanted:
        return []
    marks, running_since = ", ".join("?" * len(wanted)), naive(clock.now() - LONGEST)
    columns = COLUMNS.format(password="hex(d.password_sealed)" if is_sqlite() else "encode(d.password_sealed, 'hex')")
    sql = f"{columns} {condition} ({marks}) ORDER BY d.id"
    text = gather(sql, [running_since, Mode.IP_DOMAIN, *values, *wanted], len(Due._fields), "c0")
    return [due(row) for row in json.loads(text)]


def due(row: list[Any]) -> Due:
    *plain, checked_at, locked_until, light_by, up, up_at, found_at, probed, trouble = row
    plain[8] = bytes.fromhex(plain[8])
    dated = (moment(checked_at), moment(locked_until), light_by, up, moment(up_at), moment(found_at))
    return Due._make((*plain, *dated, bool(probed), trouble))
