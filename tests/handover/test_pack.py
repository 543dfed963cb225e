"""A handover pack: made in one tap, and the same for ever after (T11)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from tests.client import Person
from tests.factories import (
    cameras,
    make_device,
    make_findings,
    make_hours,
    make_owner,
    make_site,
)
from tests.handover.world_pack import add_photo, fresh, make_pack, sign, telling_jpeg, trail
from webapp.common import clock, jobs
from webapp.devices.models import Device, DeviceState, Mode, Status
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.protocols.isapi.kinds import Kind


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery <Groß>", city="Lindau")


@pytest.fixture
def recorder(site):
    more = {"model": "DS-7608NXI-I2", "serial": "0820230711CCRR", "firmware": "V5.0.1", "host": "203.0.113.7"}
    device = make_device(site, name="Recorder", type=Kind.NVR, username="hikadmin", **more)
    make_findings(device, blocks={"channels": cameras(8, 3)})
    make_hours(device, 20)
    return device


def texts(person, pack):
    reply = person.get(f"/packs/{pack.id}")
    assert reply.status_code == 200
    return reply.text


def test_it_says_what_was_built_and_how_it_fares(admin, site, recorder):
    pack = make_pack(admin, site)
    page = texts(admin, pack)
    for text in ("Northlight Security", "Bakery &lt;Groß&gt;", "Lindau", "Ada Admin", "Europe/Berlin", "Recorder"):
        assert text in page
    for text in ("DS-7608NXI-I2", "0820230711CCRR", "V5.0.1", "1 disk is well.", "1 of 8 cameras is offline.", "100%"):
        assert text in page
    assert hashlib.sha256(pack.document.encode()).hexdigest() == pack.sha256 and pack.sha256 not in page
    assert json.loads(pack.document)["schema"] == "sitehand-handover-pack/2"
    sign(admin, pack)
    assert fresh(pack).sha256 in texts(admin, pack), "the fingerprint is that of what was signed"
    assert trail()[0] == ("pack.made", site.name, site.id)


def test_an_address_stands_in_it_only_where_the_company_wants_it_and_nothing_secret_ever(admin, site, recorder):
    without, with_them = make_pack(admin, site), make_pack(admin, site, addresses="y")
    assert "203.0.113.7" not in without.document and "203.0.113.7" not in texts(admin, without)
    assert "http://203.0.113.7:80" in texts(admin, with_them)
    for pack in (without, with_them):
        for secret in ("hikadmin", "Kamera-123", recorder.password_sealed.hex()):
            assert secret not in pack.document and secret not in texts(admin, pack)


def test_a_device_that_came_by_its_serial_number_has_no_address(admin, site):
    make_device(site, mode=Mode.SERIAL, serial="123456789")
    assert '"address"' not in make_pack(admin, site, addresses="y").document


def test_it_is_the_same_after_a_year_whatever_became_of_the_devices(admin, site, recorder, time_machine):
    pack = make_pack(admin, site)
    add_photo(admin, pack, telling_jpeg(), "Cellar")
    assert sign(admin, pack).status_code == 303
    before, kept = main(texts(admin, pack)), fresh(pack).document

    Device.update(name="Renamed", model="Other", serial="1").where(Device.id == recorder.id).execute()
    DeviceState.set(recorder.id, clock.now(), Status.OFFLINE)
    make_device(site, name="Newcomer")
    admin.post("/company", name="Southlight", app="own", version="1")
    admin.post(
        f"/sites/{site.id}/edit", name="Butcher", address="", city="Ulm", region="", password_days="0", version="1"
    )
    time_machine.move_to(clock.now() + timedelta(days=366))
    person = again(admin)
    assert main(texts(person, pack)) == before and "Southlight" not in before
    admin_deletes(person, recorder)
    assert main(texts(person, pack)) == before and fresh(pack).document == kept


def again(person):
    other = Person(person.app)
    assert other.post("/sign-in", email="ada@example.com", password="Ladder-and-light-7").status_code == 303
    return other


def admin_deletes(person, device):
    assert person.post(f"/devices/{device.id}/delete").status_code in {204, 303}
    assert not Device.get_or_none(id=device.id)


def main(page):
    """What of a page is the pack's."""
    return page[page.index('<div class="letterhead">') : page.index("</main>")].replace("Butcher", "")


def test_the_list_shows_the_packs_of_the_site(admin, company, site):
    pack, other = make_pack(admin, site), make_pack(admin, make_site(company))
    page = admin.get(f"/sites/{site.id}/packs").text
    assert f'href="/packs/{pack.id}"' in page and f'href="/packs/{other.id}"' not in page
    assert "Not signed yet. Made by Ada Admin" in page
    sign(admin, pack, signer="Olga <i>")
    assert "Signed by Olga &lt;i&gt;" in admin.get(f"/sites/{site.id}/packs").text


def test_five_without_a_signature_are_enough(admin, site):
    made = [make_pack(admin, site) for _ in range(5)]
    reply = admin.post(f"/sites/{site.id}/packs")
    assert reply.status_code == 409 and "5 packs that nobody has signed" in reply.text
    sign(admin, made[0])
    make_pack(admin, site)


def test_notes_and_tests_are_kept_until_it_is_signed(admin, site):
    pack = make_pack(admin, site)
    given = {"notes": "Key at the <baker>'s.\r\n\r\n\r\nRing  twice.", "version": "1"}
    assert admin.post(f"/packs/{pack.id}/notes", tested=["pictures", "shown"], **given).status_code == 303
    page = texts(admin, pack)
    assert '<p dir="auto">Key at the &lt;baker&gt;&#39;s.</p><p dir="auto">Ring twice.</p>' in page
    assert "<li>The picture of every camera was looked at</li>" in page and "<li>A recording was" not in page
    assert trail()[-1] == ("pack.edited", site.name, site.id)
    assert admin.post(f"/packs/{pack.id}/notes", notes="x" * 2001, version="2").status_code == 422
    assert admin.post(f"/packs/{pack.id}/notes", tested=["bribery"], version="2").status_code == 422
    old = admin.post(f"/packs/{pack.id}/notes", notes="Mine", version="1")
    assert old.status_code == 409 and "Somebody has changed this pack meanwhile" in old.text and "Mine" in old.text


def test_a_pack_that_nobody_signed_can_be_deleted_with_its_photos(admin, site, tmp_path):
    pack = make_pack(admin, site)
    add_photo(admin, pack, telling_jpeg())
    assert "Its notes and photos are deleted." in admin.get(f"/packs/{pack.id}/delete").text
    assert admin.post(f"/packs/{pack.id}/delete").status_code == 303
    assert not HandoverPack.select().count() and not list((tmp_path / "uploads").iterdir())
    assert trail()[-1] == ("pack.deleted", site.name, site.id)


def test_a_site_that_was_never_handed_over_goes_with_its_packs_and_their_files(admin, company, site, tmp_path):
    kept = make_pack(admin, make_site(company))
    add_photo(admin, kept, telling_jpeg())
    pack, signed = make_pack(admin, site), make_pack(admin, site)
    for each in (pack, signed):
        add_photo(admin, each, telling_jpeg())
    sign(admin, signed)
    assert admin.post(f"/sites/{site.id}/delete", name=site.name).status_code == 303
    jobs.stop(forget=False)
    assert [row.id for row in HandoverPack.select()] == [kept.id]
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [row.name for row in PackPhoto.select()]


def test_a_deletion_that_is_refused_leaves_the_photos(admin, company, site, tmp_path):
    add_photo(admin, make_pack(admin, site), telling_jpeg())
    assert admin.post(f"/sites/{site.id}/delete", name="another").status_code == 422
    jobs.stop(forget=False)
    assert len(list((tmp_path / "uploads").iterdir())) == 1
    make_owner(site)
    assert admin.post(f"/sites/{site.id}/delete", name=site.name).status_code == 409
    assert HandoverPack.select().count() == 1 and len(list((tmp_path / "uploads").iterdir())) == 1


def test_the_file_is_the_text_of_the_fingerprint(admin, site):
    pack = make_pack(admin, site)
    reply = admin.get(f"/packs/{pack.id}/pack.json")
    assert reply.mimetype == "application/json" and "attachment" in reply.headers["Content-Disposition"]
    assert hashlib.sha256(reply.data).hexdigest() == pack.sha256 and reply.headers["Cache-Control"] == "no-store"


def test_it_works_without_any_device(admin, site):
    assert "There were no devices at this site." in texts(admin, make_pack(admin, site))
