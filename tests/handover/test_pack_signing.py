"""A pack is signed on glass, or by a tick; from then on nothing of it changes (T11)."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from tests.client import at_once
from tests.factories import make_device, make_owner, make_site
from tests.handover.world_pack import DRAWN, JPEG, add_photo, fresh, sign
from webapp.accounts.models import Account
from webapp.accounts.services.acting import acting
from webapp.audit.models import AuditEntry
from webapp.common.errors import Refused
from webapp.handover.models import HandoverPack, PackPhoto
from webapp.handover.services import packs, snapshots


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery")


@pytest.fixture
def pack(admin, site):
    make_device(site)
    reply = admin.post(f"/sites/{site.id}/packs")
    return HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))


def rows(action="pack.signed"):
    return AuditEntry.select().where(AuditEntry.action == action).count()


def test_a_drawn_name_is_kept_as_strokes_and_drawn_by_the_server(admin, pack):
    reply = sign(admin, pack)
    assert (reply.status_code, reply.location) == (303, f"/packs/{pack.id}")
    page = admin.get(f"/packs/{pack.id}").text
    assert 'd="M100 200L150 120L220 300L300 90M400 200L480 210L520 140"' in page
    assert "Olga Owner" in page and "Nothing of it changes any more." in page
    assert "I have received this" not in page, "the hand says it, nothing was ticked"
    found = json.loads(fresh(pack).document)
    assert found["signature"]["strokes"][1] == [400, 200, 480, 210, 520, 140] and rows() == 1
    assert snapshots.digest(fresh(pack).document) == fresh(pack).sha256 != pack.sha256


def test_what_was_there_before_stays_within_what_is_signed(admin, pack):
    before = json.loads(pack.document)
    admin.post(f"/packs/{pack.id}/notes", notes="Key under the mat", tested=["app"], version="1")
    add_photo(admin, pack, JPEG, "Cellar")
    sign(admin, pack)
    after = json.loads(fresh(pack).document)
    assert {name: after[name] for name in before} == before
    assert after["notes"] == "Key under the mat" and after["tested"] == ["app"]
    assert [(p["caption"], p["sha256"]) for p in after["photos"]] == [("Cellar", PackPhoto.get().sha256)]


def test_a_tick_stands_for_the_hand_where_there_is_no_javascript(admin, pack):
    page = admin.get(f"/packs/{pack.id}/sign").text
    assert 'id="glass"' in page and "data-glass hidden" in page and "I have received this" in page
    assert sign(admin, pack, strokes="", received="y").status_code == 303
    page = admin.get(f"/packs/{pack.id}").text
    assert "Olga Owner" in page and '<svg class="ink"' not in page and fresh(pack).signed_at
    assert "I have received this." in page


def test_around_what_the_customer_signs_there_is_nothing_else(admin, pack):
    page = admin.get(f"/packs/{pack.id}/sign").text
    assert "<nav" not in page and 'class="round"' not in page and "SHA-256" not in page
    assert f'href="/packs/{pack.id}"' in page, "the way back"


def test_the_signer_is_whom_the_site_belongs_to_unless_another_name_is_typed(admin, site, pack):
    make_owner(site, name="Olga Older")
    admin.post(f"/packs/{pack.id}/delete")
    reply = admin.post(f"/sites/{site.id}/packs")
    assert 'value="Olga Older"' in admin.get(f"{reply.location}/sign").text


BAD = {
    "no name": {"signer": " "},
    "a long name": {"signer": "x" * 129},
    "neither hand nor tick": {"strokes": ""},
    "out of the box": {"strokes": "1001,5 1,1 1,1 1,1 1,1"},
    "below the box": {"strokes": "5,401 1,1 1,1 1,1 1,1"},
    "a picture": {"strokes": "data:image/png;base64,iVBORw0KGgo="},
    "markup": {"strokes": '1,1"/><script>alert(1)</script>'},
    "a dot": {"strokes": "5,5"},
    "too many points": {"strokes": " ".join(["5,5"] * 20_001)},
    "too many strokes": {"strokes": ";".join(["5,5"] * 201)},
    "far too long": {"strokes": "1000,400 " * 30_000},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_signature_is_refused_with_the_form(admin, pack, name):
    reply = sign(admin, pack, **BAD[name])
    assert reply.status_code == 422 and 'role="alert"' in reply.text and "<script>alert" not in reply.text
    assert not fresh(pack).signed_at and not rows()


def test_a_signature_as_large_as_one_can_be_is_taken(admin, pack):
    drawn = ";".join([" ".join(["1000,400"] * 100)] * 200)
    assert sign(admin, pack, strokes=drawn).status_code == 303
    assert admin.get(f"/packs/{pack.id}").text.count("L1000 400") == 19_800


def test_a_good_drawing_comes_back_with_the_form_when_the_name_is_missing(admin, pack):
    assert f'value="{DRAWN}"' in sign(admin, pack, signer="").text


def test_it_is_signed_once(admin, pack):
    sign(admin, pack)
    before = fresh(pack).document
    reply = sign(admin, pack, signer="Eve")
    assert reply.status_code == 409 and "has been signed" in reply.text
    assert admin.get(f"/packs/{pack.id}/sign").status_code == 409
    assert admin.post(f"/packs/{pack.id}/notes", notes="Later", version="2").status_code == 409
    assert fresh(pack).document == before and rows() == 1


@pytest.mark.parametrize("later", ["notes", "photo"])
def test_nobody_signs_what_they_have_not_seen(admin, pack, later):
    if later == "notes":
        admin.post(f"/packs/{pack.id}/notes", notes="In small letters", version="1")
    else:
        add_photo(admin, pack, JPEG, "In small letters")
    reply = sign(admin, pack, version="1")
    assert reply.status_code == 409 and "Somebody has changed this pack meanwhile" in reply.text
    assert "In small letters" in reply.text and 'name="version" type="hidden" value="2"' in reply.text
    assert not fresh(pack).signed_at
    assert sign(admin, pack, version="2").status_code == 303


@pytest.mark.parametrize("version", ["", "0", "99", "-1", "1e3", "2"])
def test_a_version_that_is_none_signs_nothing(admin, pack, version):
    assert sign(admin, pack, version=version).status_code == 409
    assert not fresh(pack).signed_at


def signing(pack, name):
    by = acting(Account.get().id, "", "")
    return lambda: packs.sign(by, HandoverPack.of(by, pack.id), name, [[1, 1, 2, 2]], 1)


def test_of_twenty_signings_at_once_one_wins(app, admin, pack):
    told = at_once(*[signing(pack, f"Signer {n}") for n in range(20)])
    assert sum(one is None for one in told) == 1 and rows() == 1
    assert all(one is None or (isinstance(one, Refused) and one.code == "signed") for one in told)
    found = fresh(pack)
    assert json.loads(found.document)["signature"]["name"] == found.signer_name


def test_signing_against_a_photo_and_a_note_leaves_what_was_signed(app, admin, pack):
    by = acting(Account.get().id, "", "")
    told = at_once(
        signing(pack, "Olga"),
        lambda: packs.add_photo(by, HandoverPack.of(by, pack.id), BytesIO(JPEG), "late"),
        lambda: packs.write_notes(by, HandoverPack.of(by, pack.id), "late", [], 1),
        lambda: packs.discard(by, HandoverPack.of(by, pack.id)),
    )
    found = HandoverPack.get_or_none(id=pack.id)
    if told[0] is None:
        document = json.loads(found.document)
        assert document["photos"] == [] and document["notes"] == "" and not PackPhoto.select().count()
        assert [one.code for one in told[1:]] == ["signed"] * 3
    else:
        assert found is None or not found.signed_at


def test_a_deleted_pack_is_gone_for_whoever_still_signs_it(admin, pack):
    admin.post(f"/packs/{pack.id}/delete")
    assert admin.post(f"/packs/{pack.id}/sign", signer="Olga", strokes=DRAWN, version="1").status_code == 404
