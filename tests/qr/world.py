"""Codes and links of the devices of tests/world.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.tokens import hash_token, new_token
from webapp.devices.models import Device
from webapp.qr.models import QrCode, QrLink
from webapp.qr.services import codes


def code_pages(by: Principal, devices: dict[str, Device]) -> dict[str, str]:
    """Devices whose codes and links are in every state, and one whose codes are yet to be made."""
    pages = {"device online qr": f"/devices/{devices['online'].id}/qr"}
    for name in ("markup", "unbroken"):
        device = devices[name]
        plain = codes.make(by, device, None, 0)
        made = codes.make(by, device, "lusab-babad-gutih-tugad", 30)
        age(device, plain.code)
        make_links(by, device)
        url = f"/devices/{device.id}/qr"
        pages |= {f"device {name} qr": url, f"device {name} code": f"{url}/{made.code.id}"}
        pages |= {
            f"device {name} old code": f"{url}/{plain.code.id}",
            f"device {name} label": f"{url}/{made.code.id}/label",
        }
    return pages


def age(device: Device, code: QrCode) -> None:
    """Let a code have been made, and have expired, before the device got its address."""
    before = code.made_at - timedelta(days=9)
    then = code.unseal(device) | {"host": "203.0.113.24"}
    sealed = code.seal(device, then)
    version = device.connection_version - 1
    QrCode.update(made_at=before, expires_at=before, connection_version=version, sealed=sealed).where(
        QrCode.id == code.id
    ).execute()


def make_links(by: Principal, device: Device) -> None:
    now = clock.now()
    states: list[dict[str, Any]] = [{}, {"uses": 1}, {"expires_at": now}, {"revoked_at": now}]
    for changed in states:
        given = {"device": device, "made_at": now, "maker_id": by.id, "maker_name": device.name, "most_uses": 1}
        QrLink.create(
            **given | {"token_hash": hash_token(new_token()), "expires_at": now + timedelta(days=7)} | changed
        )
