"""What codes and links do when a lower room tells that something is about to happen."""

from __future__ import annotations

from typing import Any

from webapp.accounts.principal import Principal
from webapp.common import vault
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.common.signals import device_added
from webapp.devices.models import Device
from webapp.qr.models.scan import ScannedCode
from webapp.qr.services import links


@device_added.connect
def use_link(device: Device, by: Principal, **_more: Any) -> None:
    """A device that came by a link is added only while the link can be used, and uses it with the same stroke."""
    if not device.received:
        return
    row = ScannedCode.by_link_key(device.added_key)
    if row is None or not links.use_link(token_of(row), by):
        raise Refused(_("The link cannot be used any more."), "link_gone")


def token_of(row: ScannedCode) -> str:
    """The link's; "" when the key file no longer opens the row, as after two rotations of the key."""
    try:
        return str(row.unseal()["link"])
    except vault.Broken:
        return ""
