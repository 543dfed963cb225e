"""What has happened to a device, as rows that are written on a change only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from peewee import CharField, ForeignKeyField

from webapp.db import BaseModel, UtcDateTimeField
from webapp.devices.models.device import Device


class Happening(StrEnum):
    STATUS = "status"  # was and became are statuses
    REBOOT = "reboot"
    FIRMWARE = "firmware"  # was and became are versions


class DeviceEvent(BaseModel):
    device = ForeignKeyField(Device, on_delete="CASCADE")
    device_id: int
    at = UtcDateTimeField()
    kind = CharField(max_length=10, default=Happening.STATUS)
    was = CharField(max_length=100, default="")
    became = CharField(max_length=100, default="")
    reason = CharField(max_length=40, default="")  # code of what was in the way

    class Meta:
        table_name = "device_event"
        indexes = ((("device", "at"), False), (("at",), False))

    @classmethod
    def note_status(cls, device_id: int, at: datetime, status: str, reason: str) -> None:
        """Keep a change of status; being checked in between is none."""
        mine = (cls.device == device_id) & (cls.kind == Happening.STATUS)
        last = cls.select(cls.became).where(mine).order_by(*LATEST_FIRST).first()
        if last is None or last.became != status:
            cls.create(device=device_id, at=at, was=last.became if last else "", became=status, reason=reason)

    @classmethod
    def note_firmware(cls, device_id: int, at: datetime, was: str, became: str) -> None:
        """Keep a change of firmware; the first that is known is none, nor one that is not told."""
        if was and became and was != became:
            cls.create(device=device_id, at=at, kind=Happening.FIRMWARE, was=was, became=became)

    @classmethod
    def of(cls, device_id: int, since: datetime, most: int = 50) -> list[DeviceEvent]:
        """What has happened since then, newest first."""
        query = cls.select().where(cls.device == device_id, cls.at >= since)
        return list(query.order_by(*NEWEST_FIRST).limit(most))

    @classmethod
    def forget(cls, before: datetime) -> None:
        cls.delete().where(cls.at < before).execute()


LATEST_FIRST = (DeviceEvent.id.desc(),)  # type: ignore[attr-defined]  # clocks may go back
NEWEST_FIRST = (DeviceEvent.at.desc(), DeviceEvent.id.desc())  # type: ignore[attr-defined]
