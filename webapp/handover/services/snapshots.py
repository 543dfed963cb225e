"""What stands in a handover pack: a site and its devices as they were (T11); `readings` words it for a reader.

The document is plain JSON, so that it can be read without this program; `canonical` is the text its SHA-256 is of.
Packs of the first schema keep sentences in the language of whoever made them.
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
from webapp.common.i18n import lazy
from webapp.devices.models import Device, Mode, Status
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.models.pack import owner_name
from webapp.health.models import rollup as stored
from webapp.health.services import reports, summary
from webapp.health.services.shares import rounded
from webapp.protocols.isapi.health import Findings, to_json
from webapp.sites.models import Site

SCHEMA = "sitehand-handover-pack/2"
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
    made, found = reports.report(by, site), findings(by, site)
    return {
        "schema": SCHEMA,
        "made_at": stamp(clock.now()),
        "maker": by.name,
        "company": company(by),
        "site": {"name": site.name, "place": site.place, "zone": site.zone},
        "owner": owner_name(site),
        "counts": reports.counts(made.rows),
        "devices": [device(row, found.get(row.device.id), addresses) for row in made.rows],
    }


def company(by: Principal) -> Document:
    """`logo` is the name under which the company's logo was served, "" for none."""
    head = profile.letterhead(by.company_id)
    if head is None:
        return {"name": by.company_name, "licence": "", "phone": "", "email": "", "logo": ""}
    return {"name": head.name, "licence": head.licence, "phone": head.phone, "email": head.email, "logo": head.token}


def findings(by: Principal, site: Site) -> dict[int, Findings | None]:
    """What each device has told, as far as it may still be said."""
    states, told = stored.states_of_site(by, site), stored.findings_of_site(by, site)
    devices = stored.devices_of_site(by, site)
    return {one.id: summary.told(summary.gather(one, states.get(one.id), told.get(one.id))) for one in devices}


def device(row: reports.Row, told: Findings | None, addresses: bool) -> Document:
    """Never a user name, never a password. `shares` of 24 hours, 7 and 30 days: [up, known], each 0 to 1."""
    found = row.device
    said = {"status": row.shown, "checked_at": stamp(row.checked_at), "firmware": found.firmware}
    who = {"name": found.name, "type": found.type, "model": found.model, "serial": found.serial}
    told_of = blocks(told) if told and row.shown == Status.ONLINE else None
    shares = [list(rounded(share)) for share in row.shares]
    where = {"address": address(found)} if addresses and found.mode == Mode.IP_DOMAIN else {}
    return who | said | {"told": told_of, "shares": shares} | where


def blocks(told: Findings) -> Document:
    """Disks and channels; where a network disk lies is left out."""
    kept: Document = json.loads(to_json(told))
    for disk in kept["storage"].get("disks", ()):
        disk["name"] = ""
    return {"storage": kept["storage"], "channels": kept["channels"]}


def address(found: Device) -> str:
    host = f"[{found.host}]" if ":" in (found.host or "") else found.host
    return f"{'https' if found.https else 'http'}://{host}:{found.port}"


def whole(pack: HandoverPack, photos: Iterable[PackPhoto]) -> Document:
    """All that a pack says now: of a signed one its document, else with what has been added until now."""
    document: Document = json.loads(pack.document)
    if pack.signed_at:
        return document
    tested = [name for name in pack.tested.split() if name in TESTS]
    if document["schema"] != SCHEMA:
        tested = [str(TESTS[name]) for name in tested]
    added = {"notes": pack.notes, "tested": tested}
    return document | added | {"photos": [picture(photo) for photo in photos]}


def picture(photo: PackPhoto) -> Document:
    sides = {"width": photo.width, "height": photo.height}
    return {"id": photo.id, "kind": photo.kind, "sha256": photo.sha256, "caption": photo.caption} | sides


def signed(document: Document, name: str, at: datetime, strokes: list[list[int]]) -> Document:
    return document | {"signature": {"name": name, "at": stamp(at), "strokes": strokes}}
