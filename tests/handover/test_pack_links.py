"""A link shows a signed pack to the owner, read only, until it ends (T11, Z14)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.client import Person
from tests.factories import make_device, make_employee, make_owner, make_site
from tests.handover.world_pack import JPEG, add_photo, sign
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.handover.models import HandoverPack, PackLink, PackPhoto
from webapp.sites.models import Site


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery")


@pytest.fixture
def pack(admin, site):
    make_device(site, name="Yard camera", host="203.0.113.9")
    reply = admin.post(f"/sites/{site.id}/packs")
    found = HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))
    add_photo(admin, found, JPEG, "Cellar")
    sign(admin, found)
    return found


def make(admin, pack):
    reply = admin.post(f"/packs/{pack.id}/links")
    assert reply.status_code == 200, reply.text
    return re.search(r'value="http://localhost(/pack/[\w-]{43})"', reply.text)[1]


def test_the_signed_page_shows_link_and_code_once(admin, pack):
    reply = admin.post(f"/packs/{pack.id}/links")
    path = re.search(r'value="http://localhost(/pack/[\w-]{43})"', reply.text)[1]
    assert "<svg" in reply.text and "This link is shown only here." in reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    assert path not in admin.get(f"/packs/{pack.id}").text
    assert path.rsplit("/", 1)[1] not in str(list(PackLink.select().dicts()))
    assert AuditEntry.select().where(AuditEntry.action == "pack.link_made").count() == 1


def test_whoever_has_it_sees_the_pack_without_signing_in(app, admin, pack, anyone):
    path = make(admin, pack)
    reply = anyone.get(path)
    assert reply.status_code == 200 and "Yard camera" in reply.text and "Olga Owner" in reply.text
    assert "203.0.113.9" not in reply.text and "csrf_token" not in reply.text and "Set-Cookie" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-store" and "same-origin" in reply.headers["Referrer-Policy"]
    photo = PackPhoto.get().id
    assert f'src="{path}/photos/{photo}"' in reply.text and anyone.get(f"{path}/photos/{photo}").data == JPEG
    assert anyone.get(f"{path}/photos/{photo}").headers["Cache-Control"] == "no-store"
    assert anyone.get(f"{path}/pack.json").data.decode() == HandoverPack.get_by_id(pack.id).document
    assert anyone.get(f"/packs/{pack.id}").status_code == 303


def test_it_only_reads(admin, pack, anyone):
    path = make(admin, pack)
    for method in ("post", "put", "delete", "patch"):
        assert getattr(anyone.client, method)(path).status_code in {400, 403, 405}
    assert anyone.client.head(path).status_code == 200


def test_a_token_that_is_none_is_not_found(pack, anyone):
    for token in ("x", "A" * 43, "%00", "../packs/1", "ä" * 43):
        assert anyone.get(f"/pack/{token}").status_code == 404, token


def test_after_ninety_days_it_ends(admin, pack, anyone, time_machine):
    path, now = make(admin, pack), clock.now()
    time_machine.move_to(now + timedelta(days=89, hours=23))
    assert anyone.get(path).status_code == 200
    time_machine.move_to(now + timedelta(days=90, minutes=1))
    reply = anyone.get(path)
    assert reply.status_code == 409 and "This link has expired" in reply.text and "Bakery" not in reply.text
    assert anyone.get(f"{path}/photos/{PackPhoto.get().id}").status_code == 404
    assert anyone.get(f"{path}/pack.json").status_code == 404


def revoke(person, pack, link=None):
    return person.post(f"/packs/{pack.id}/links/{(link or PackLink.get()).id}/revoke")


def test_a_revoked_link_shows_nothing_more(admin, pack, anyone):
    path = make(admin, pack)
    assert revoke(admin, pack).status_code == 303 and revoke(admin, pack).status_code == 303
    reply = anyone.get(path)
    assert reply.status_code == 409 and "This link was revoked" in reply.text and "Yard camera" not in reply.text
    assert AuditEntry.select().where(AuditEntry.action == "pack.link_revoked").count() == 1


def test_the_owner_may_end_it_too_and_nobody_else(admin, company, site, pack, sign_in, anyone):
    path = make(admin, pack)
    observer = sign_in(make_employee(company, Role.OBSERVER).email)
    stranger = sign_in(make_owner().email)
    assert revoke(observer, pack).status_code == 404 and revoke(stranger, pack).status_code == 404
    assert revoke(Person(admin.app), pack).status_code == 303 and anyone.get(path).status_code == 200
    owner = sign_in(make_owner(site).email)
    assert "Revoke" in owner.get(f"/packs/{pack.id}").text and revoke(owner, pack).status_code == 303
    assert anyone.get(path).status_code == 409


def test_a_link_of_another_pack_is_none_of_this(admin, site, pack):
    make(admin, pack)
    reply = admin.post(f"/sites/{site.id}/packs")
    other = HandoverPack.get_by_id(int(reply.location.rsplit("/", 1)[1]))
    assert revoke(admin, other).status_code == 404 and PackLink.get().revoked_at is None


def test_what_is_not_signed_gets_no_link(admin, site):
    reply = admin.post(f"/sites/{site.id}/packs")
    reply = admin.post(f"{reply.location}/links")
    assert reply.status_code == 409 and "has not been signed yet" in reply.text and not PackLink.select().count()


def test_ten_open_links_are_enough(admin, pack):
    for _ in range(10):
        make(admin, pack)
    assert admin.post(f"/packs/{pack.id}/links").status_code == 409
    revoke(admin, pack)
    make(admin, pack)


def test_the_link_outlives_the_company_at_the_site_and_ends_with_the_site(admin, site, pack, anyone):
    path = make(admin, pack)
    Site.update(company=None).where(Site.id == site.id).execute()
    assert anyone.get(path).status_code == 200
    Site.delete().where(Site.id == site.id).execute()
    assert anyone.get(path).status_code == 404
