"""What stands in a handover pack: a site and its devices as they were, in the words of that day (T11).

The document is plain JSON, so that it can be read without this program; `canonical` is the text its SHA-256 is of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from webapp.accounts.principal import Principal
from webapp.accounts.services import profile
from webapp.common import clock
from webapp.common.i18n import language, lazy
from webapp.devices.models import Device, Mode
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.models.pack import owner_name
from webapp.health.services import parts, reports
from webapp.sites.models import Site

SCHEMA = "sitehand-handover-pack/1"
TESTS = {
    "pictures": lazy("The picture of every camera was looked at"),
    "night": lazy("The pictures were looked at in the dark"),
    "playback": lazy("A recording was played back"),
    "power": lazy("Devices came back after their power was cut"),
    "app": lazy("Access from the owner's phone was tried"),
    "shown": lazy("The owner was shown how to use it"),
}

Document = dict[str, Any]


def canonical(document: Document) -> str:
    """One text for one content: keys in order, no blanks."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(at: datetime | None) -> str | None:
    """As "2026-11-23T14:03:12+00:00"."""
    return at.replace(microsecond=0).isoformat() if at else None


def take(by: Principal, site: Site, addresses: bool) -> Document:
    """The site as it is known now; addresses of devices only where the company wants them."""
    made = reports.report(site)
    return {
        "schema": SCHEMA,
        "language": language(),
        "made_at": stamp(clock.now()),
        "maker": by.name,
        "company": company(by),
        "site": {"name": site.name, "place": site.place, "zone": site.zone},
        "owner": owner_name(site),
        "verdict": made.verdict._asdict() if made.verdict else None,
        "spans": list(parts.spans()),
        "devices": [device(row, addresses) for row in made.rows],
    }


def company(by: Principal) -> Document:
    """`logo` is the name under which the company's logo was served, "" for none."""
    head = profile.letterhead(by.company_id)
    if head is None:
        return {"name": by.company_name, "licence": "", "phone": "", "email": "", "logo": ""}
    return {"name": head.name, "licence": head.licence, "phone": head.phone, "email": head.email, "logo": head.token}


def device(row: reports.Row, addresses: bool) -> Document:
    """Never a user name, never a password."""
    found = row.device
    said = {"status": row.status, "tone": row.tone, "icon": row.icon, "checked_at": stamp(row.checked_at)}
    who = {"name": found.name, "type": row.type, "model": found.model, "serial": found.serial}
    told = {"firmware": found.firmware, "available": row.percents, "storage": row.storage, "cameras": row.cameras}
    where = {"address": address(found)} if addresses and found.mode == Mode.IP_DOMAIN else {}
    return who | told | said | where


def address(found: Device) -> str:
    host = f"[{found.host}]" if ":" in (found.host or "") else found.host
    return f"{'https' if found.https else 'http'}://{host}:{found.port}"


def whole(pack: HandoverPack, photos: Iterable[PackPhoto]) -> Document:
    """All that a pack says now: of a signed one its document, else with what has been added until now."""
    document: Document = json.loads(pack.document)
    if pack.signed_at:
        return document
    added = {"notes": pack.notes, "tested": [str(TESTS[name]) for name in pack.tested.split() if name in TESTS]}
    return document | added | {"photos": [picture(photo) for photo in photos]}


def picture(photo: PackPhoto) -> Document:
    sides = {"width": photo.width, "height": photo.height}
    return {"id": photo.id, "kind": photo.kind, "sha256": photo.sha256, "caption": photo.caption} | sides


def signed(document: Document, name: str, at: datetime, strokes: list[list[int]]) -> Document:
    return document | {"signature": {"name": name, "at": stamp(at), "strokes": strokes}}
