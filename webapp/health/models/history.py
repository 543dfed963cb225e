"""What checks have measured: an hour of a device in one row, a day in one row.

Source of the layout: `docs/decisions/0012-an-hour-in-one-row.md`.
"""

from __future__ import annotations

from peewee import BlobField, CompositeKey, IntegerField

from webapp.db import BaseModel


class DeviceHour(BaseModel):
    hour = IntegerField()  # hours since 1970
    device_id = IntegerField()  # no foreign key: it would cost each check a look-up
    n = IntegerField()  # checks that told up or down
    up = IntegerField()
    ms_sum = IntegerField()  # of those that told up
    ms_max = IntegerField()
    samples = BlobField()  # a byte a minute, see services.samples

    class Meta:
        table_name = "device_hour"
        primary_key = CompositeKey("hour", "device_id")  # a minute's checks lie side by side
        without_rowid = True


class DeviceDay(BaseModel):
    day = IntegerField()  # days since 1970, in UTC
    device_id = IntegerField()
    n = IntegerField()
    up = IntegerField()
    ms_sum = IntegerField()
    ms_max = IntegerField()

    class Meta:
        table_name = "device_day"
        primary_key = CompositeKey("day", "device_id")
        without_rowid = True
