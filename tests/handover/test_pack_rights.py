"""Who may make, fill, sign and read a handover pack, and when (T11, Z6, Z7)."""

from __future__ import annotations

import pytest

from tests.client import Person
from tests.factories import assign, make_company, make_employee, make_owner, make_site
from tests.handover.world_pack import add_photo, fresh, make_pack, sign, telling_jpeg, trail
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.handover.models import PackPhoto
from webapp.sites.models import Site, SiteShare, SiteStatus


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery")


STATES = [(None, 303), (SiteStatus.INVITED, 303), (SiteStatus.OWNED_UNAUTHORIZED, 409), (SiteStatus.AUTHORIZED, 303)]


@pytest.mark.parametrize(("status", "code"), STATES)
def test_the_state_of_the_site_decides_as_for_editing(admin, company, status, code):
    site = make_site(company, status=status or SiteStatus.NOT_INVITED)
    assert admin.post(f"/sites/{site.id}/packs").status_code == code
    assert admin.get(f"/sites/{site.id}/packs").status_code == (403 if code == 409 else 200)


def test_a_company_that_lost_the_authorization_sees_and_changes_no_pack(admin, site):
    pack = make_pack(admin, site)
    Site.update(decided=SiteStatus.OWNED_UNAUTHORIZED).where(Site.id == site.id).execute()
    assert {admin.get(path).status_code for path in reading(pack)} == {403}
    assert {admin.post(path, **fields).status_code for path, fields in changing(pack)} == {409}
    assert fresh(pack).version == 1


def reading(pack):
    paths = ("", "/pack.json", "/sign", "/delete")
    return [f"/packs/{pack.id}{path}" for path in paths]


def changing(pack):
    given = {"notes": {"notes": "Mine", "version": "1"}, "sign": {"signer": "Eve", "received": "y", "version": "1"}}
    paths = ("notes", "photos", "photos/1/delete", "delete", "sign", "links", "links/1/revoke")
    return [(f"/packs/{pack.id}/{path}", given.get(path, {})) for path in paths]


@pytest.fixture
def people(app, company, site, sign_in):
    """Everybody whom a pack of the site is nothing to, and the answers that they get to reading and changing."""
    owner, other_owner, family = make_owner(), make_owner(), make_owner()
    SiteShare.create(site=site, account=family, shared_at=clock.now())
    observer, stranger = make_employee(company, Role.OBSERVER), make_employee(company)
    assign(site, observer)
    elsewhere = make_employee(make_company("Southlight"), Role.INSTALLER_ADMIN)
    found = {
        "observer": (sign_in(observer.email), 200, 403),
        "not assigned": (sign_in(stranger.email), 404, 404),
        "another company": (sign_in(elsewhere.email), 404, 404),
        "family": (sign_in(family.email), 404, 403),
        "another owner": (sign_in(other_owner.email), 404, 403),
        "nobody": (Person(app), 303, 303),
    }
    assert owner
    return found


WHO = ["observer", "not assigned", "another company", "family", "another owner", "nobody"]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("signed", [False, True])
def test_nobody_else_reads_or_changes_it(admin, site, people, who, signed):
    pack = make_pack(admin, site)
    add_photo(admin, pack, telling_jpeg())
    if signed:
        sign(admin, pack)
    before, rows = fresh(pack).document, len(trail())
    person, read, changed = people[who]
    photo = PackPhoto.get().id
    for path in (f"/packs/{pack.id}", f"/packs/{pack.id}/pack.json", f"/packs/{pack.id}/photos/{photo}"):
        assert person.get(path).status_code == read, path
    for path, fields in changing(pack):
        wanted = {404} if path.endswith("revoke") and who in {"family", "another owner"} else {changed, 404}
        assert person.post(path.replace("/1/", f"/{photo}/"), **fields).status_code in wanted, path
    assert person.post(f"/sites/{site.id}/packs").status_code in {changed, 404}
    assert fresh(pack).document == before and PackPhoto.select().count() == 1 and len(trail()) == rows


def test_the_owner_sees_what_was_signed_and_changes_nothing(admin, site, sign_in):
    draft, signed = make_pack(admin, site), make_pack(admin, site)
    add_photo(admin, signed, telling_jpeg())
    sign(admin, signed)
    owner = sign_in(make_owner(site).email)
    page = owner.get(f"/sites/{site.id}/packs").text
    assert f'href="/packs/{signed.id}"' in page and f'href="/packs/{draft.id}"' not in page
    assert owner.get(f"/packs/{signed.id}").status_code == 200 and owner.get(f"/packs/{draft.id}").status_code == 404
    assert owner.get(f"/packs/{signed.id}/photos/{PackPhoto.get().id}").mimetype == "image/jpeg"
    for path, fields in changing(signed):
        assert owner.post(path, **fields).status_code in {403, 404}, path


def test_another_company_that_takes_the_site_over_does_not_see_the_packs_of_the_one_before(admin, site, sign_in):
    pack = make_pack(admin, site)
    sign(admin, pack)
    owner = make_owner(site)
    other = make_company("Southlight")
    Site.update(company=other.id).where(Site.id == site.id).execute()
    theirs = sign_in(make_employee(other, Role.INSTALLER_ADMIN).email)
    assert (
        theirs.get(f"/sites/{site.id}/packs").status_code == 200 and theirs.get(f"/packs/{pack.id}").status_code == 404
    )
    assert admin.get(f"/packs/{pack.id}").status_code == 404
    assert sign_in(owner.email).get(f"/packs/{pack.id}").status_code == 200
