"""Who checks: one engine for one database, however many processes run (Z31)."""

from __future__ import annotations

from typing import Any

from peewee import CharField, IntegerField

from webapp.db import BaseModel, UtcDateTimeField, is_sqlite, rows

ONLY = 1  # the id of the one row
CLOCK = "(now() AT TIME ZONE 'utc')"  # the database's, since the machines' may differ


class EngineLease(BaseModel):
    """One row. With PostgreSQL engines contend for it; with SQLite for a file lock, and the row tells of the engine."""

    holder = CharField(max_length=64, default="")
    fence = IntegerField(default=0)  # grows with every change of hands
    until = UtcDateTimeField(null=True)  # on the database's clock
    beat_at = UtcDateTimeField(null=True)  # when the engine last said that it lives
    lag = IntegerField(default=0)  # ms that the latest checks began late
    skipped = IntegerField(default=0)  # checks that were left out since the engine began
    uplink_lost_at = UtcDateTimeField(null=True)  # our own connection seems to be gone

    class Meta:
        table_name = "engine_lease"

    @classmethod
    def now(cls) -> EngineLease | None:
        return cls.get_or_none(cls.id == ONLY)

    @classmethod
    def tell(cls, **values: Any) -> None:
        cls.make()
        cls.update(**values).where(cls.id == ONLY).execute()

    @classmethod
    def make(cls) -> None:
        cls.insert(id=ONLY).on_conflict_ignore().execute()

    @classmethod
    def take(cls, holder: str, seconds: int) -> int | None:
        """The fencing number of a lease that nobody else holds; None when somebody does. PostgreSQL only."""
        cls.make()
        sql = f"""UPDATE engine_lease SET holder = ?, fence = fence + 1, until = {CLOCK} + ? * interval '1 second'
        WHERE id = ? AND (until IS NULL OR until < {CLOCK}) RETURNING fence"""  # noqa: S608
        found = rows(sql, (holder, seconds, ONLY))
        return int(found[0][0]) if found else None

    @classmethod
    def renew(cls, fence: int, seconds: int) -> bool:
        """Hold it longer; False when it has been lost."""
        sql = (
            f"UPDATE engine_lease SET until = {CLOCK} + ? * interval '1 second' WHERE id = ? AND fence = ? RETURNING 1"  # noqa: S608
        )
        return bool(rows(sql, (seconds, ONLY, fence)))

    @classmethod
    def holds(cls, fence: int) -> bool:
        """Whether the lease is still held, and stays so until this transaction ends."""
        sql = f"SELECT 1 FROM engine_lease WHERE id = ? AND fence = ? AND until > {CLOCK} FOR SHARE"  # noqa: S608
        return is_sqlite() or bool(rows(sql, (ONLY, fence)))

    @classmethod
    def release(cls, fence: int) -> None:
        cls.update(until=None).where(cls.id == ONLY, cls.fence == fence).execute()
