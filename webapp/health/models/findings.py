"""What a device has last said of its disks, channels and clock: one row for each."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from webapp.db import BaseModel, UtcDateTimeField
from webapp.devices.models import Device


class DeviceFindings(BaseModel):
    device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
    device_id: int
    at = UtcDateTimeField(null=True)  # when the blocks were read; None: never
    blocks = TextField(default="{}")  # JSON of protocols.isapi.health.to_json
    drift = IntegerField(null=True)  # seconds that its clock is ahead; None: not known
    up = IntegerField(null=True)  # seconds since its start, as said at `up_at`
    up_at = UtcDateTimeField(null=True)
    light_by = CharField(max_length=12, default="status")  # which light question the device answers

    class Meta:
        table_name = "device_findings"

    @classmethod
    def of(cls, device_id: int) -> DeviceFindings | None:
        return cls.get_or_none(cls.device == device_id)

    @classmethod
    def write(cls, device_id: int, **values: Any) -> None:
        """Keep these values, and those of before for the rest."""
        if not cls.update(**values).where(cls.device == device_id).execute():
            cls.create(device=device_id, **values)

    @classmethod
    def forget(cls, device_id: int) -> None:
        """Its next turn is as the first: it is asked for everything, and who it is."""
        cls.delete().where(cls.device == device_id).execute()

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.blocks))


class Silence(BaseModel):
    """Somebody works at the device: what it does until then is expected (E16)."""

    device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
    device_id: int
    until = UtcDateTimeField()
    reason = CharField(max_length=200, default="")
    by_name = CharField(max_length=128)
    began_at = UtcDateTimeField()

    @classmethod
    def of(cls, device_id: int, now: datetime) -> Silence | None:
        return cls.get_or_none(cls.device == device_id, cls.until > now)

    @classmethod
    def set(cls, device_id: int, **values: Any) -> None:
        cls.lift(device_id)
        cls.create(device=device_id, **values)

    @classmethod
    def lift(cls, device_id: int) -> int:
        return int(cls.delete().where(cls.device == device_id).execute())
