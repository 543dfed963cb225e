"""Sheets of labels for a site: where each label lies on the paper, and what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.db import transaction
from webapp.devices.models import Device
from webapp.qr import seal
from webapp.qr.models import devices_of
from webapp.qr.record import Carried, DeviceRecord
from webapp.qr.services import codes, images, turns
from webapp.sites import services as sites
from webapp.sites.models import Site

MOST = 200  # devices on the sheets of one making


class Content(StrEnum):
    PAGE = "page"  # the address of the device's page: nothing secret, and never out of date
    CODES = "codes"  # an encrypted code of each device
    ALL = "all"  # all devices in as few encrypted codes as hold them


@dataclass(frozen=True, slots=True)
class Stock:
    """A sheet of labels; lengths in mm, rows without a gap between them. `qr`: how wide a code is printed."""

    paper: str
    columns: int
    rows: int
    width: float
    height: float
    top: float
    side: float
    gap: float
    qr: float
    known_as: str  # one maker's number for it; others have the same grid

    @property
    def count(self) -> int:
        return self.columns * self.rows


# The figures of the makers' templates, as LibreOffice (extras/source/labels/labels.xml) and Perl's Paper::Specs carry
# them too. static/css/47-qr.css has a class for each; a test holds the two together.
STOCKS = {
    "a4-21": Stock("A4", 3, 7, 63.5, 38.1, 15.15, 7.2, 2.54, 33, "L7160"),
    "a4-14": Stock("A4", 2, 7, 99.06, 38.1, 15.15, 4.67, 2.54, 34, "L7163"),
    "a4-8": Stock("A4", 2, 4, 99.06, 67.73, 13.04, 4.67, 2.54, 56, "L7165"),
    "letter-30": Stock("Letter", 3, 10, 66.675, 25.4, 12.7, 4.76, 3.175, 23, "5160"),
    "letter-10": Stock("Letter", 2, 5, 101.6, 50.8, 12.7, 3.97, 4.76, 46, "5163"),
    "letter-6": Stock("Letter", 2, 3, 101.6, 84.66, 12.7, 3.97, 4.76, 58, "5164"),
}


@dataclass(frozen=True, slots=True)
class Label:
    device: Device
    svg: str
    expires_at: datetime | None = None
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One of the codes that hold all devices: what is in it, and its text."""

    devices: tuple[Device, ...]
    text: str
    expires_at: datetime | None


def find_site(by: Principal, site_id: int) -> Site:
    """A site that this person sees and whose devices they may manage. Raises NotFound, and Refused by its state."""
    return sites.find_for(by, site_id, sites.Operation.PASS_ON)


def chosen(site: Site, ids: list[int], addressed: bool) -> list[Device]:
    """The site's devices with these ids, only those with an address if that is needed. Raises Refused for too many."""
    found = [device for device in devices_of(site, ids) if device.host or not addressed]
    if not found:
        raise Refused(_("None of these devices has an address that a code could carry."), "no_address")
    if len(found) > MOST:
        raise Refused(_("At most %(most)s devices at once: tick fewer of them.", most=MOST), "too_many")
    return found


def of_pages(by: Principal, made_of: list[Device], base: str) -> list[Label]:
    """Labels that lead to the devices' pages under `base`. Raises TooMany."""
    turns.take(by)
    note(by, made_of[0].site, Content.PAGE)
    return [Label(device, images.svg(f"{base}/devices/{device.id}")) for device in made_of]


def of_codes(by: Principal, made_of: list[Device], stock: Stock, password: str, days: int) -> list[Label]:
    """Labels with an encrypted code of each device; the codes are kept as if each were made alone.

    Raises TooMany, Refused (code "too_fine" when a code would be too fine for such a label), vault.Broken.
    """
    turns.take(by)
    now = clock.now()
    expires = codes.until(now, days)
    written = codes.write_each(made_of, password, now, expires)
    drawn = [images.draw(text) for text in written]
    if any(images.module_mm(code, stock.qr) < images.FINEST for code in drawn):
        raise Refused(_("The codes are too fine for labels of this size. Choose larger labels."), "too_fine")
    with transaction():
        codes.keep_each(by, made_of, written, True, now, expires)
        note(by, made_of[0].site, Content.CODES)
    return [
        Label(device, images.inline(code), expires, encrypted=True) for device, code in zip(made_of, drawn, strict=True)
    ]


def of_all(by: Principal, made_of: list[Device], password: str, days: int) -> list[Part]:
    """All devices in as few encrypted codes as hold them; these are not kept. Raises TooMany, Refused, vault.Broken."""
    turns.take(by)
    now = clock.now()
    expires = codes.until(now, days)
    by_record = [(codes.record_of(device, with_password=True), device) for device in made_of]
    groups = grouped([record for record, _device in by_record])
    written = codes.texts([Carried(group, now, expires) for group in groups], password)
    note(by, made_of[0].site, Content.ALL)
    return [
        Part(tuple(device for record, device in by_record if any(record is other for other in group)), text, expires)
        for group, text in zip(groups, written, strict=True)
    ]


def grouped(records: list[DeviceRecord]) -> list[tuple[DeviceRecord, ...]]:
    """Raises Refused when a device fits no code by itself."""
    try:
        return seal.split(records, encrypted=True)
    except ValueError as error:
        raise codes.too_large() from error


def note(by: Principal, site: Site, content: Content) -> None:
    with transaction():
        audit.record(by, "qr.labels_made", site, [content])


def papers(labels: list[Label], stock: Stock, start: int) -> Iterator[list[Label | None]]:
    """The labels sheet by sheet, the first of them at place `start` (from 1); None for a place that stays empty."""
    places: list[Label | None] = [*([None] * (start - 1)), *labels]
    for first in range(0, len(places), stock.count):
        yield places[first : first + stock.count]
