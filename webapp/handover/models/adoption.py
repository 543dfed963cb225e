"""How often somebody looked for a site by its ID, as rows."""

from __future__ import annotations

from datetime import datetime

from peewee import IntegerField

from webapp.db import BaseModel, UtcDateTimeField


class AdoptionTry(BaseModel):
    """One look for a site by its ID; rows are dropped once they no longer count."""

    account_id = IntegerField(index=True)
    at = UtcDateTimeField()

    class Meta:
        table_name = "adoption_try"

    @classmethod
    def since(cls, account_id: int, at: datetime) -> list[datetime]:
        """The moments, the first one first."""
        made = cls.select(cls.at).where(cls.account_id == account_id, cls.at > at)
        return sorted(at for (at,) in made.tuples())

    @classmethod
    def forget(cls, before: datetime) -> None:
        cls.delete().where(cls.at <= before).execute()
