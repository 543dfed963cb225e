"""Who of a company looked at the devices of an owned site, as rows (U5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from webapp.accounts.models import naive
from webapp.db import BaseModel, UtcDateTimeField, database, marked
from webapp.sites.models import Site

COLUMNS = ("site_id", "account_id", "hour", "name", "company", "first_at", "last_at", "devices")
KNOWN = "look.devices LIKE '%' || excluded.devices || '%'"
NOTE = f"""
INSERT INTO look ({", ".join(COLUMNS)}) VALUES ({", ".join("?" * len(COLUMNS))})
ON CONFLICT (site_id, account_id, hour) DO UPDATE SET last_at = excluded.last_at,
devices = CASE WHEN {KNOWN} THEN look.devices ELSE look.devices || excluded.devices END
WHERE look.last_at < ? OR NOT ({KNOWN})
"""  # noqa: S608  (names of our own)


class Look(BaseModel):
    """One person, one site, one hour. Names are as they were then; an account's id is never given again."""

    site = ForeignKeyField(Site, on_delete="CASCADE")
    site_id: int
    account_id = IntegerField()
    hour = IntegerField(index=True)  # since 1970
    name = CharField(max_length=128)
    company = CharField(max_length=128)
    first_at = UtcDateTimeField()
    last_at = UtcDateTimeField()
    devices = TextField(default="")  # ids of those whose page was opened, each once: ",7,,12,"

    class Meta:
        indexes = ((("site", "account_id", "hour"), True),)

    @classmethod
    def note(cls, row: Mapping[str, Any], again_after: datetime) -> None:
        """Begin the hour's row, or let it go on, by one statement.

        `row` has the COLUMNS. A row that is there is left as it is when it was noted since `again_after` and knows the
        device.
        """
        values = [naive(value) if isinstance(value, datetime) else value for value in (row[name] for name in COLUMNS)]
        database.execute_sql(marked(NOTE), [*values, naive(again_after)])

    @classmethod
    def of_site(cls, site_id: int, count: int, skipped: int) -> list[Look]:
        """The newest first."""
        newest = (cls.last_at.desc(), cls.id.desc())  # type: ignore[attr-defined]
        return list(cls.select().where(cls.site == site_id).order_by(*newest).limit(count).offset(skipped))

    @classmethod
    def forget(cls, before: int) -> None:
        """Remove the rows of earlier hours."""
        cls.delete().where(cls.hour < before).execute()

    @property
    def count(self) -> int:
        """Of devices whose page was opened; 0 for a look at their list alone."""
        return self.devices.count(",") // 2
