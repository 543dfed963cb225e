"""Codes and links, made as a person makes them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.client import Person
from tests.qr.pictures import link_in
from webapp.devices.models import Device
from webapp.qr.models import QrCode

OWN = "Stairway-to-roof-9"
PLAIN = {"understood": "y", "days": "30"}
SPOKEN = re.compile(r'<output[^>]*id="qr-spoken"[^>]*>([a-z-]+)</output>')


def make(person: Person, device: Device, htmx: bool = False, **fields: Any) -> Any:
    """A code without encryption, unless the fields say otherwise."""
    return person.post(f"/devices/{device.id}/qr", htmx=htmx, **(fields or PLAIN))


def sealed(person: Person, device: Device, htmx: bool = False, **fields: Any) -> Any:
    given = {"encrypt": "y", "password": OWN, "repeat": OWN, "days": "30"}
    return person.post(f"/devices/{device.id}/qr", htmx=htmx, **given | fields)


def text_of(page: str) -> str:
    """The text of the code that a page shows."""
    return link_in(page).partition("/scan#")[2]


def spoken_in(page: str) -> str:
    found = SPOKEN.search(page)
    return unescape(found[1]) if found else ""


def newest(device: Device) -> QrCode:
    return QrCode.newest(device)[0]
