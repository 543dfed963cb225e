"""How a device fares now: one narrow row for each."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from webapp.db import BaseModel, UtcDateTimeField
from webapp.devices.models.device import Device
from webapp.devices.models.event import DeviceEvent

INTERVALS = 3  # a figure older than so many check intervals is not known any more (decision 14)


class Status(StrEnum):
    """State machine 3.1. `unknown`, `paused` and `maintenance` are derived when shown, never stored."""

    CHECKING = "checking"
    ONLINE = "online"
    OFFLINE = "offline"
    AUTH_FAILED = "auth_failed"
    LOCKED = "locked"
    CERTIFICATE_CHANGED = "certificate_changed"
    OTHER_DEVICE = "other_device"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"
    PAUSED = "paused"
    MAINTENANCE = "maintenance"


FLEETING = {Status.ONLINE, Status.OFFLINE, Status.CHECKING}  # true for three intervals; the others until a person acts


class DeviceState(BaseModel):
    device = ForeignKeyField(Device, primary_key=True, on_delete="CASCADE")
    device_id: int
    status = CharField(max_length=20, default=Status.CHECKING)
    reason = CharField(max_length=40, default="")  # code of what was in the way
    since = UtcDateTimeField()
    checked_at = UtcDateTimeField(null=True)
    ms = IntegerField(null=True)
    tries_left = IntegerField(null=True)
    locked_until = UtcDateTimeField(null=True)
    trouble = CharField(max_length=12, default="")  # that it told when it was last asked for more: disk, camera, clock
    facts = TextField(default="{}")  # JSON of what the sentence about the reason needs
    seen_key = CharField(max_length=80, default="")  # the changed certificate's, until it is accepted

    class Meta:
        table_name = "device_state"

    @classmethod
    def set(cls, device_id: int, at: datetime, status: str, **values: object) -> None:
        """Write the outcome of a check; `since` moves only when the status does, and that is an event."""
        before = cls.get_or_none(cls.device == device_id)
        since = before.since if before and before.status == status else at
        fresh = {"reason": "", "ms": None, "tries_left": None, "locked_until": None, "seen_key": "", "facts": "{}"}
        row = fresh | values | {"status": status, "since": since}
        if status == Status.CHECKING:
            row |= {"trouble": ""}  # of a connection that may lead to another device now
        if before:
            cls.update(**row).where(cls.device == device_id).execute()
        else:
            cls.create(device=device_id, **row)
        if since == at and status != Status.CHECKING:
            DeviceEvent.note_status(device_id, at, status, str(row["reason"]))

    @classmethod
    def note_trouble(cls, device_id: int, connection_version: int, trouble: str) -> None:
        """Write it, unless the device is reached elsewhere by now."""
        same = Device.select(Device.id).where(Device.id == device_id, Device.connection_version == connection_version)
        cls.update(trouble=trouble).where(cls.device.in_(same)).execute()

    @classmethod
    def of(cls, device_id: int) -> DeviceState | None:
        return cls.get_or_none(cls.device == device_id)


def shown_status(stored: str, at: datetime | None, monitored: bool, now: datetime, interval: int) -> str:
    """What may be claimed of a device now: `at` is when it was checked, or since when it is being. `interval` in s."""
    if not monitored:
        return Status.PAUSED
    old = at is not None and now - at > timedelta(seconds=INTERVALS * interval)
    return Status.UNKNOWN if old and stored in FLEETING else stored
