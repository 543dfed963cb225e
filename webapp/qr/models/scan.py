"""What was read from a code, kept for as long as it takes to add it; and where a person may add it, as rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import BlobField, CharField, IntegerField, TextField

from webapp.accounts.principal import Principal
from webapp.common import vault
from webapp.db import BaseModel, UtcDateTimeField, locking
from webapp.devices.models import Device
from webapp.sites.models import Site


class ScannedCode(BaseModel):
    """The devices that a person has read from a code, or takes over by a link. Only the hash of its token is kept."""

    token_hash = CharField(max_length=64, unique=True)
    company_id = IntegerField()
    account_id = IntegerField()
    site_id = IntegerField(null=True)  # that was chosen, or from which the scan page was opened
    sealed = BlobField()  # JSON of a list of devices, and of the link's token
    link_key = CharField(max_length=64, null=True, unique=True)  # added_key of the device that a link gives
    probes = TextField(default="{}")  # JSON: place in the list → token of the latest probe
    created_at = UtcDateTimeField()
    expires_at = UtcDateTimeField(index=True)

    class Meta:
        table_name = "scanned_code"

    @classmethod
    def by_token(cls, token_hash: str, by: Principal, at: datetime) -> ScannedCode | None:
        """The person's own, while it is kept."""
        mine = (cls.account_id == by.id) & (cls.company_id == by.company_id)
        return cls.get_or_none((cls.token_hash == token_hash) & mine & (cls.expires_at > at))

    @classmethod
    def by_link_key(cls, key: str) -> ScannedCode | None:
        return cls.get_or_none(cls.link_key == key)

    @classmethod
    def note(cls, row_id: int, site_id: int, begun: dict[str, str]) -> None:
        """Add probes that have begun. Inside the caller's transaction."""
        row = locking(cls.select().where(cls.id == row_id)).first()
        if row:
            probes = json.dumps(row.begun | begun)
            cls.update(probes=probes, site_id=site_id).where(cls.id == row_id).execute()

    @classmethod
    def wipe(cls, at: datetime) -> None:
        cls.delete().where(cls.expires_at <= at).execute()

    @property
    def begun(self) -> dict[str, str]:
        return dict(json.loads(self.probes))

    def seal(self, kept: dict[str, Any]) -> bytes:
        return vault.seal(json.dumps(kept), *self.secret_label)

    def unseal(self) -> dict[str, Any]:
        """What seal() was given. Raises vault.Broken."""
        return dict(json.loads(vault.unseal(self.sealed, *self.secret_label)))

    @property
    def secret_label(self) -> tuple[object, ...]:
        return ("scanned_code", self.company_id, self.token_hash, "kept")


def sites_by_name(by: Principal, statuses: Iterable[str], own: bool) -> list[tuple[int, str]]:
    """(id, name) of the sites in these states whose devices this person sees; `own`: of their own company alone."""
    query = Site.select(Site.id, Site.name).where(Site.devices_seen_by(by), Site.decided.in_(list(statuses)))
    query = query.where(Site.company == by.company_id) if own else query
    return [(site_id, name) for site_id, name in query.order_by(Site.name_folded).tuples()]


def names_taken(site_id: int, names: Iterable[str]) -> set[str]:
    """Those of the names that a device of the site has."""
    query = Device.select(Device.name).where(Device.site == site_id, Device.name.in_(list(names)))
    return {name for (name,) in query.tuples()}
