"""Every page of an owned site that shows what stands there counts as a look, whatever led to it (U5)."""

from __future__ import annotations

import pytest

from tests.factories import make_device
from tests.handover.made import principal
from tests.handover.world_pack import JPEG, add_photo, make_pack
from webapp.accounts.models import Account
from webapp.devices.models import Mode
from webapp.devices.services import devices
from webapp.handover.models import Look, PackPhoto
from webapp.handover.services import looking
from webapp.qr.models import QrCode
from webapp.qr.services import codes
from webapp.sites.models import Site


def look_again():
    """As nobody had looked yet."""
    Look.delete().execute()
    looking._noted.clear()


def kept():
    return [(look.name, look.count) for look in Look.select()]


@pytest.fixture
def device(admin, site):
    made = make_device(site, name="Front door")
    ada = principal(Account.get(Account.email == "ada@example.com"))
    codes.make(ada, devices.find(ada, made.id), None, 0)
    return made


@pytest.fixture
def pack(admin, site, device):
    return make_pack(admin, site)


@pytest.mark.parametrize("path", ["", ".png", "/label"])
def test_a_code_counts_with_its_picture_and_label(admin, device, path):
    look_again()
    assert admin.get(f"/devices/{device.id}/qr/{QrCode.get().id}{path}").status_code == 200
    assert kept() == [("Ada Admin", 1)]


def test_labels_count_printed_and_refused(admin, site, device):
    for chosen, status in (({"devices": [str(device.id)], "stock": "custom"}, 422), ({}, 422)):
        look_again()
        assert admin.post(f"/sites/{site.id}/labels", **chosen).status_code == status
        assert kept() == [("Ada Admin", 0)]


@pytest.mark.parametrize("path", ["", "/sign", "/pack.json", "/photos/{photo}"])
def test_a_pack_counts_with_its_papers(admin, pack, path):
    add_photo(admin, pack, JPEG)
    look_again()
    assert admin.get(f"/packs/{pack.id}{path.format(photo=PackPhoto.get().id)}").status_code == 200
    assert kept() == [("Ada Admin", 0)]


@pytest.mark.parametrize("path", ["/sign", "/notes"])
def test_a_pack_that_is_shown_again_by_a_refusal_counts(admin, pack, path):
    look_again()
    assert admin.post(f"/packs/{pack.id}{path}", notes="x" * 2001, version=str(pack.version)).status_code == 422
    assert kept() == [("Ada Admin", 0)]


@pytest.mark.parametrize("path", ["/permissions", "/story"])
def test_permissions_and_what_happened_count(admin, site, device, path):
    look_again()
    assert "Front door" in admin.get(f"/sites/{site.id}{path}").text or path == "/permissions"
    assert kept() == [("Ada Admin", 0)]
    look_again()
    if path == "/permissions":
        assert admin.post(f"/sites/{site.id}{path}").status_code == 422
        assert kept() == [("Ada Admin", 0)]


@pytest.mark.parametrize("path", ["/password-reset", "/pause", "/resume"])
def test_what_is_asked_about_a_device_counts(admin, site, device, path):
    Site.update(rental=True).execute()
    look_again()
    assert admin.get(f"/devices/{device.id}{path}").status_code == 200
    assert kept() == [("Ada Admin", 1)]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("path", ["type", "address", "silence", "qr", "password-reset"])
def test_a_form_that_comes_back_shows_the_device_and_counts(admin, site, device, path, htmx):
    look_again()
    reply = admin.post(f"/devices/{device.id}/{path}", htmx=htmx, **({"days": "x"} if path == "qr" else {}))
    assert reply.status_code in {409, 422}
    assert kept() == [("Ada Admin", 1)]


def test_a_deletion_that_is_refused_counts(admin, site):
    panel = make_device(site, mode=Mode.SERIAL)
    look_again()
    assert admin.post(f"/devices/{panel.id}/delete").status_code == 409
    assert kept() == [("Ada Admin", 1)]


def test_what_is_refused_without_showing_anything_does_not_count(admin, device):
    look_again()
    assert admin.post(f"/devices/{device.id}/pause", reason="x").status_code == 409
    assert admin.get(f"/devices/{device.id}/qr/99").status_code == 404
    assert kept() == []


def test_overviews_are_not_counted_and_both_sides_are_told_so(admin, owner, site, device):
    look_again()
    assert "Front door" in admin.get("/devices").text
    for path in ("/", "/sites", "/audit"):
        assert admin.get(path).status_code == 200
    assert kept() == []
    assert "Overviews of all sites are not counted." in admin.get(f"/sites/{site.id}").text
    told = "The company’s overviews of all its sites show names and states of devices, too, and are not counted."
    assert told in owner.get(f"/sites/{site.id}/looks").text


def test_owner_and_invited_read_a_pack_without_being_noted(owner, pack):
    look_again()
    owner.get(f"/packs/{pack.id}")
    assert kept() == []
