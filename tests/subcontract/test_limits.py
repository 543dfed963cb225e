"""What a subcontractor may do at a site that is shared, and what not, however the request is made (T12)."""

from __future__ import annotations

import json

import pytest

from tests.devices.test_add_address import add as add_by_address
from tests.factories import make_device, make_site
from tests.handover.made import principal
from tests.qr.test_import import add, of, scanned, settled
from tests.subcontract.made import shared
from webapp.accounts.models import Account
from webapp.audit.models import AuditEntry
from webapp.common.errors import NotFound
from webapp.devices.models import Device
from webapp.devices.services import devices
from webapp.qr.models import QrLink
from webapp.qr.services import links
from webapp.sites.models import Site, Subcontract

ONLY = "for work on its devices"


@pytest.fixture
def there(admin, site, guest, boss) -> Site:
    """The site, shared."""
    shared(admin, site, guest)
    return site


def test_devices_are_added_tested_and_edited(there, guest, camera):
    where = add_by_address(guest, there, camera)
    added = Device.get(Device.host == camera.host)
    assert where == f"/devices/{added.id}" and added.site_id == there.id and added.password == "Kamera-123"
    assert guest.post(f"{where}/check").status_code == 303
    renamed = {"name": "Back yard", "host": camera.host, "port": str(camera.port), "username": "admin", "password": ""}
    reply = guest.post(f"/devices/{added.id}/address", version=str(added.version), **renamed)
    assert reply.status_code == 303 and Device.get_by_id(added.id).name == "Back yard"


def test_a_stored_password_goes_to_no_other_address(there, guest, device):
    form = {"name": device.name, "host": "127.0.0.66", "port": "8080", "username": "admin"}
    reply = guest.post(f"/devices/{device.id}/address", version=str(device.version), password="", **form)
    assert reply.status_code == 409 and "for the present address alone" in reply.text
    assert Device.get_by_id(device.id).host == device.host
    reply = guest.post(f"/devices/{device.id}/address", version=str(device.version), password="Own-12345", **form)
    assert reply.status_code == 303 and Device.get_by_id(device.id).password == "Own-12345"


FORCED = [
    "/sites/{site}/edit",
    "/sites/{site}/delete",
    "/sites/{site}/handover",
    "/sites/{site}/packs",
    "/devices/{device}/delete",
    "/devices/{device}/qr",
    "/devices/{device}/qr/links",
]


@pytest.mark.parametrize("path", FORCED)
def test_what_is_the_companys_is_refused(there, device, boss, path):
    """Even to an Installer Admin, and with a form that would do for the company's own people."""
    path = path.format(site=there.id, device=device.id)
    form = {"name": "Bakery", "zone": "Europe/Berlin", "version": "1", "encrypt": "", "days": "7", "uses": "1"}
    reply = boss.post(path, **form)
    assert reply.status_code == 409 and ONLY in reply.text, reply.text
    assert Site.get_by_id(there.id).name == "Bakery" and Device.get_by_id(device.id) and not QrLink.select().count()


@pytest.mark.parametrize(
    "path", ["handover", "authorization", "permissions", "packs", "story", "edit", "delete", "cabinet", "labels"]
)
def test_its_pages_are_refused_with_a_sentence(there, boss, path):
    reply = boss.get(f"/sites/{there.id}/{path}")
    assert reply.status_code == 409 and ONLY in reply.text


def test_no_button_leads_there(there, device, guest, boss):
    for person in (guest, boss):
        page = person.get(f"/sites/{there.id}").text
        for hidden in ("Handover pack", "What happened here", "Cabinet code", "Delete site", "Invite", ">Edit<"):
            assert hidden not in page
        page = person.get(f"/devices/{device.id}").text
        assert "Generate QR code" not in page and ONLY in page and 'aria-disabled="true"' in page


def test_no_link_takes_a_device_of_others_to_the_shared_site(there, guest, boss, southern):
    own = make_device(make_site(southern, name="Depot"), name="Gate")
    bo = principal(Account.get(Account.name == "Bo"))
    _link, token = links.make(bo, own, 7, 1)
    reply = guest.post(f"/q/{token}", site=str(there.id))
    assert (
        reply.status_code == 422
        and QrLink.get().uses == 0
        and not Device.select().where(Device.site == there.id, Device.name == "Gate")
    )


def test_a_code_of_ones_own_may_be_read_in(there, guest, camera):
    where = scanned(guest, there, of(camera))
    assert add(guest, where, there, 0).status_code == 303
    settled(guest, where, 0)
    assert Device.get(Device.name == "Gate").site_id == there.id


def test_what_they_do_stands_in_the_companys_log_with_their_company_and_no_address(there, guest, admin, boss, device):
    form = {"name": "Door", "host": device.host, "port": str(device.port), "username": "admin", "password": ""}
    assert guest.post(f"/devices/{device.id}/address", version=str(device.version), **form).status_code == 303
    row = AuditEntry.select().where(AuditEntry.action == "device.edited").get()
    assert row.company_id == there.company_id and row.actor_name == "Bea (Southern Cables)"
    assert (row.actor_id, row.address, row.agent) == (None, "", "") and json.loads(row.changes) == ["name"]
    for page in (admin.get("/audit").text, admin.get(f"/sites/{there.id}/story").text):
        assert "Bea (Southern Cables)" in page
    assert "Door" not in boss.get("/audit").text and "Bakery" not in boss.get("/audit.csv").text


def test_who_ends_a_write_that_is_under_way_wins(there, device, guest, bea):
    """Rights are looked at once more on the locked site."""
    by = principal(bea)
    found = devices.find(by, device.id)
    Subcontract.end(there.id)
    typed = {"name": "X", "host": found.host, "port": found.port, "https": False, "username": "admin", "password": ""}
    with pytest.raises(NotFound):
        devices.edit_address(by, found, typed, found.version)
    assert Device.get_by_id(device.id).name == device.name
