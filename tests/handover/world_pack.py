"""Handover packs in each of their states, and the hands that make them."""

from __future__ import annotations

import struct
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import Any

from werkzeug.test import TestResponse

from tests.accounts.pictures import segment
from tests.client import Person
from webapp.accounts.principal import Principal
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.handover.models import HandoverPack, PackLink
from webapp.handover.services import pack_links, packs, strokes
from webapp.sites.models import Site

# 24 by 16 pixels, as Chromium writes them: a white corner upper left on green, so that it shows which way is up.
JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8yb"
    "qmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAQ"
    "ABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAUG/8QAGBABAAMBAAAAAAAAAAAAAAAAAAVDgsH/xAAVAQEBAAAAAAAAAAAAAAAAAA"
    "ADAv/EABcRAAMBAAAAAAAAAAAAAAAAAAABEQL/2gAMAwEAAhEDEQA/ANMkT9GuJAJ7qgOt1QAIDP/Z"
)
DRAWN = "100,200 150,120 220,300 300,90;400,200 480,210 520,140"
PLACE = b"GPS 47.5459 N 9.6843 E, Ann's phone"


def exif(way: int = 6, order: str = ">") -> bytes:
    """A camera's Exif: which way is up, and where it was taken."""
    mark = {">": b"MM\0*", "<": b"II*\0"}[order]
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, way, 0)
    entries += struct.pack(f"{order}HHII", 0x8825, 4, 1, 8 + 2 + 24 + 4)
    return b"Exif\0\0" + mark + struct.pack(f"{order}IH", 8, 2) + entries + bytes(4) + PLACE


def telling_jpeg(way: int = 6, order: str = ">") -> bytes:
    """With all that a phone puts beside a picture: Exif, XMP, IPTC, a comment, and another picture behind it."""
    more = segment(0xE1, exif(way, order)) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE)
    more += segment(0xED, b"Photoshop 3.0\0" + PLACE) + segment(0xFE, PLACE) + segment(0xE5, PLACE)
    return JPEG[:2] + more + JPEG[2:] + JPEG + PLACE


def make_pack(person: Person, site: Site, **fields: Any) -> HandoverPack:
    """By the button on the site's page."""
    reply = person.post(f"/sites/{site.id}/packs", **fields)
    assert reply.status_code == 303, reply.text
    return HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))


def trail() -> list[tuple[str, str, int]]:
    """What the audit log says of packs: action, site's name, site's id."""
    rows = AuditEntry.select().where(AuditEntry.action.startswith("pack.")).order_by(AuditEntry.id)
    return [(row.action, row.target_name, row.site_id) for row in rows]


def add_photo(person: Person, pack: HandoverPack, photo: bytes, caption: str = "", name: str = "a.jpg") -> TestResponse:
    if not person.token:
        person.fetch_token()
    data = {"csrf_token": person.token, "caption": caption, "photo": (BytesIO(photo), name)}
    return person.client.post(f"/packs/{pack.id}/photos", data=data, content_type="multipart/form-data")


def sign(person: Person, pack: HandoverPack, **fields: Any) -> TestResponse:
    given = {"signer": "Olga Owner", "strokes": DRAWN, "version": str(HandoverPack.get_by_id(pack.id).version)}
    return person.post(f"/packs/{pack.id}/sign", **given | fields)


def pack_pages(by: Principal, site: Site) -> dict[str, str]:
    """A site's packs: not signed, signed with and without a drawing, and the links to one in each state."""
    draft = packs.make(by, site, True)
    signed, ticked = packs.make(by, site, False), packs.make(by, site, False)
    packs.add_photo(by, signed, BytesIO(telling_jpeg()), "The recorder <b>in the cellar</b>")
    packs.write_notes(by, fresh(signed), "Key at the baker's.\n\nSecond paragraph.", ["pictures", "shown"], 2)
    for pack, drawn in ((signed, strokes.read(DRAWN)), (ticked, [])):
        found = fresh(pack)
        packs.sign(by, found, "Olga <i>Owner</i>", drawn, found.version)
    links = [pack_links.make(by, fresh(signed)) for _ in range(3)]
    PackLink.update(expires_at=clock.now() - timedelta(days=1)).where(PackLink.id == links[1][0].id).execute()
    pack_links.revoke(by, fresh(signed), links[2][0].id)
    urls = [f"/pack/{token}" for _link, token in links]
    pages = {
        "packs": f"/sites/{site.id}/packs",
        "pack draft": f"/packs/{draft.id}",
        "pack signed": f"/packs/{signed.id}",
    }
    pages |= {"pack ticked": f"/packs/{ticked.id}", "pack sign": f"/packs/{draft.id}/sign"}
    pages |= {"pack discard": f"/packs/{draft.id}/delete", "pack public": urls[0]}
    return pages | {"pack link expired": urls[1], "pack link revoked": urls[2]}


def fresh(pack: HandoverPack) -> HandoverPack:
    return HandoverPack.get_by_id(pack.id)
