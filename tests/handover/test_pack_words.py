"""A pack keeps names and figures, and is read in the language of its reader; the first packs kept sentences (T11)."""

from __future__ import annotations

import json

import pytest

from tests.factories import cameras, make_device, make_findings, make_hours, make_site
from tests.handover.world_pack import fresh, make_pack, sign
from webapp.handover.models import HandoverPack
from webapp.handover.services import snapshots
from webapp.protocols.isapi.kinds import Kind


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery")


@pytest.fixture
def recorder(site):
    device = make_device(site, name="Recorder", type=Kind.NVR)
    make_findings(device, blocks={"channels": cameras(8, 3)})
    return device


def read(person, pack, language):
    person.environ["HTTP_ACCEPT_LANGUAGE"] = language
    return person.get(f"/packs/{pack.id}").text


ENGLISH = (
    "Online",
    "1 disk is well.",
    "1 of 8 cameras is offline.",
    "Network video recorder",
    "24 hours",
    "owner&#39;s",
)


def test_each_reader_reads_their_own_language(admin, site, recorder):
    make_hours(recorder, 20)
    admin.environ["HTTP_ACCEPT_LANGUAGE"] = "de"
    pack = make_pack(admin, site)
    assert admin.post(f"/packs/{pack.id}/notes", tested=["app"], notes="", version="1").status_code == 303
    sign(admin, pack)
    kept = fresh(pack).document
    for text in ENGLISH:
        assert text in read(admin, pack, "en") and text not in kept
    german = read(admin, pack, "de")
    assert "24 Stunden" in german and not [text for text in ENGLISH[1:] if text in german]
    found = json.loads(kept)
    assert found["devices"][0]["type"] == "nvr" and found["tested"] == ["app"]
    assert snapshots.digest(kept) == fresh(pack).sha256 and fresh(pack).document == kept


def test_a_share_of_a_time_that_is_hardly_known_is_left_out(admin, site, recorder):
    make_hours(recorder, 3)
    page = read(admin, make_pack(admin, site), "en")
    assert "24 hours" not in page and "% known" not in page and "not known" in page


def test_where_a_network_disk_lies_is_not_written_down(admin, site, recorder):
    disk = {"id": 1, "name": "192.0.2.203/pub/hik", "kind": "nas", "status": "ok", "capacity": 9, "free": 1}
    make_findings(recorder, blocks={"storage": {"disks": [disk | {"access": "RW"}], "mode": "quota"}})
    pack = make_pack(admin, site)
    assert "192.0.2.203" not in pack.document and "1 disk is well." in read(admin, pack, "en")


def test_findings_of_another_release_are_not_known(admin, site, recorder):
    pack = make_pack(admin, site)
    document = json.loads(pack.document)
    document["devices"][0]["told"]["channels"] = [{"number": 1}]
    HandoverPack.update(document=snapshots.canonical(document)).execute()
    assert "Storage: unknown." in read(admin, pack, "en")


DEVICE = {"name": "Hof", "type": "Netzwerkkamera", "model": "", "serial": "", "firmware": "", "checked_at": None}
DEVICE |= {"status": "Online", "tone": "ok", "icon": "check", "storage": ["1 Festplatte"], "cameras": []}
OLD = {
    "schema": "sitehand-handover-pack/1",
    "language": "de",
    "made_at": "2026-11-23T14:03:12+00:00",
    "maker": "Ada",
    "company": {"name": "Northlight", "licence": "", "phone": "", "email": "", "logo": ""},
    "site": {"name": "Bakery", "place": "Lindau", "zone": "Europe/Berlin"},
    "owner": "Olga",
    "verdict": {"tone": "ok", "icon": "check", "text": "Das Gerät ist online."},
    "spans": ["24 Stunden", "7 Tage", "30 Tage"],
    "devices": [DEVICE | {"available": ["100 % (1 % bekannt)", "99 %", "98 %"]}],
}


def test_a_pack_of_the_first_kind_stays_as_it_is(admin, site):
    pack = make_pack(admin, site)
    text = snapshots.canonical(OLD)
    HandoverPack.update(document=text, sha256=snapshots.digest(text), tested="app").execute()
    sign(admin, pack)
    page = read(admin, pack, "en")
    for said in ("Das Gerät ist online.", "30 Tage", "100 % (1 % bekannt)", "Netzwerkkamera", "1 Festplatte"):
        assert said in page
    assert "Access from the owner&#39;s phone was tried" in page
    assert json.loads(fresh(pack).document)["tested"] == ["Access from the owner's phone was tried"]
