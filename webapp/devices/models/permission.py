"""What an owner lets a company do with single devices, as rows (T7)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from peewee import CharField, ForeignKeyField

from webapp.accounts.models import Company
from webapp.common import clock
from webapp.db import BaseModel, UtcDateTimeField
from webapp.devices.models.device import Device
from webapp.sites.models import Site


class Permission(StrEnum):
    CONFIGURATION = "configuration"
    LIVE_VIEW = "live_view"
    PLAYBACK = "playback"


class DevicePermission(BaseModel):
    """One kind of access to one device, for good or until a moment. None is needed before the site has an owner."""

    device = ForeignKeyField(Device, on_delete="CASCADE")
    device_id: int
    company = ForeignKeyField(Company, on_delete="CASCADE")
    company_id: int
    kind = CharField(max_length=16)
    granted_at = UtcDateTimeField()
    until = UtcDateTimeField(null=True)

    class Meta:
        table_name = "device_permission"
        indexes = ((("device", "company", "kind"), True),)

    @classmethod
    def holds(cls, device: Device, kind: Permission) -> bool:
        """Whether the site's company may do this with the device now."""
        live = cls.until.is_null() | (cls.until > clock.now())
        mine = (cls.device == device.id) & (cls.company == device.site.company_id) & (cls.kind == kind)
        return bool(cls.select().where(mine, live).exists())

    @classmethod
    def of_site(cls, site: Site) -> list[DevicePermission]:
        """The live ones of the site's company, each with its device, by device and kind."""
        live = cls.until.is_null() | (cls.until > clock.now())
        query = cls.select(cls, Device).join(Device).where(Device.site == site.id, cls.company == site.company_id, live)
        return list(query.order_by(Device.name, Device.id, cls.kind))

    @classmethod
    def prolong_all(cls, site: Site, before: datetime, until: datetime | None) -> int:
        """Let those of the site's company that end at this very moment hold longer; gives how many there were."""
        of_site = Device.select(Device.id).where(Device.site == site.id)
        mine = cls.device.in_(of_site) & (cls.company == site.company_id) & (cls.until == before)
        return int(cls.update(until=until).where(mine).execute())

    @classmethod
    def grant(cls, device_id: int, company_id: int, kind: str, at: datetime, until: datetime | None) -> None:
        """Give it, or change how long an earlier one holds."""
        key = {"device": device_id, "company": company_id, "kind": kind}
        values = {"granted_at": at, "until": until}
        mine = [cls.device, cls.company, cls.kind]
        cls.insert(**key, **values).on_conflict(conflict_target=mine, update=values).execute()

    @classmethod
    def end(cls, device_ids: list[int], company_id: int, kinds: list[str]) -> int:
        mine = cls.device.in_(device_ids) & (cls.company == company_id) & cls.kind.in_(kinds)
        return int(cls.delete().where(mine).execute())

    @classmethod
    def end_all(cls, site: Site) -> int:
        of_site = Device.select(Device.id).where(Device.site == site.id)
        return int(cls.delete().where(cls.device.in_(of_site)).execute())
