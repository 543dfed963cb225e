"""The company loses a site: the owner revokes or releases, or the company gives it back (U6, T13)."""

from __future__ import annotations

import pytest
from peewee import IntegrityError

from tests.client import at_once
from tests.factories import assign, make_employee, make_owner
from tests.handover.made import acts, fresh, principal
from webapp.accounts.models import Account
from webapp.audit.models import AuditEntry
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.db import transaction
from webapp.devices.models import Device, Probe
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import AccessRequest, Wanted
from webapp.handover.services import authorization, requests
from webapp.handover.services.standing import standing
from webapp.health.models import roster
from webapp.qr.models import QrCode, QrLink
from webapp.qr.services import codes, links
from webapp.sites.models import Assignment, Site, SiteStatus


@pytest.fixture
def olga(site):
    return principal(make_owner(site, name="Olga", email="olga@example.com"))


@pytest.fixture
def busy(ada, site, cameras, company, olga):
    """A site at which everything is under way; gives its assigned installer."""
    person = make_employee(company)
    assign(site, person)
    for device in Device.select(Device, Site).join(Site):
        codes.make(ada, device, None, 0)
        links.make(ada, device, 7, 1)
        DevicePermission.grant(device.id, company.id, "configuration", device.added_at, None)
    requests.ask_permission(ada, site, "", Wanted(False, ("playback",)))
    requests.ask_password_reset(ada, cameras[0], "Lost")
    return person


def test_revoked_the_company_loses_the_site_at_once(admin, sign_in, site, olga, busy, cameras):
    browser = sign_in(busy.email)
    assert browser.get(f"/devices/{cameras[0].id}").status_code == 200
    authorization.revoke(olga, site)
    for person in (admin, browser):
        assert person.get(f"/devices/{cameras[0].id}").status_code in {403, 404}
        assert person.get(f"/sites/{site.id}/devices").status_code in {403, 409}
        assert person.post(f"/devices/{cameras[0].id}/check").status_code in {404, 409}
        assert "Front door" not in person.get(f"/sites/{site.id}").text
    assert (fresh(site).status, fresh(site).owner_id) == (SiteStatus.OWNED_UNAUTHORIZED, olga.id)
    assert not DevicePermission.select().count() and requests.open_requests(olga, site) == []
    assert acts("authorization.") == ["authorization.revoked"]
    assert Device.get_by_id(cameras[0].id).password_sealed, "the owner may allow it again"


def test_a_page_that_is_open_is_told(admin, site, olga):
    before = standing(olga, fresh(site))
    poll = f"/sites/{site.id}/standing?v={before.version}&s={before.status}"
    authorization.revoke(olga, site)
    reply = admin.get(poll, htmx=True)
    assert reply.status_code == 204 and reply.headers["HX-Refresh"] == "true"


def test_given_back_by_the_company(admin, site, olga, busy):
    assert "Give the authorization back?" in admin.get(f"/sites/{site.id}/authorization/release").text
    assert admin.post(f"/sites/{site.id}/authorization/release").status_code == 303
    assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED and not DevicePermission.select().count()
    assert admin.post(f"/sites/{site.id}/authorization/release").status_code == 409
    assert acts("authorization.") == ["authorization.released"]


def test_of_many_revocations_one_counts(ada, site, olga):
    deeds = [lambda: authorization.revoke(olga, site), lambda: authorization.release_early(ada, site)]
    told = at_once(*deeds * 10)
    assert [sum(isinstance(one, kind) for one in told) for kind in (type(None), Refused)] == [1, 19], told
    assert len(acts("authorization.")) == 1


def test_released_the_company_leaves_with_all_it_knew(admin, sign_in, ada, site, olga, busy, cameras, company):
    Probe.create(
        token="t", company_id=company.id, account_id=ada.id, site_id=site.id, device_id=cameras[0].id, intent="check",
        typed="{}", login_key="k", created_at=cameras[0].added_at,
    )  # fmt: skip
    assert roster.of([device.id for device in cameras])
    authorization.release_company(olga, site)
    now = fresh(site)
    assert (now.company_id, now.owner_id, now.decided) == (None, olga.id, SiteStatus.OWNED_UNAUTHORIZED)
    assert now.code and now.authorized_at is None is now.authorized_until
    for device in Device.select():
        assert device.password_sealed == b"" and device.password_set_at is None and not device.password_strength
        assert device.password == ""
    assert not roster.of([device.id for device in cameras]), "nothing is checked any more"
    for table in (QrCode, QrLink, DevicePermission, Assignment, Probe):
        assert not table.select().count(), table
    assert {one.answer for one in AccessRequest.select()} == {"declined"}
    for person in (admin, sign_in(busy.email)):
        assert person.get(f"/sites/{site.id}").status_code == 404 == person.get(f"/devices/{cameras[0].id}").status_code
        assert "Bakery" not in person.get("/sites").text
    assert sign_in("olga@example.com").get(f"/sites/{site.id}").status_code == 200
    entry = AuditEntry.get(AuditEntry.action == "site.released")
    assert (entry.company_id, entry.site_id, entry.actor_name) == (company.id, site.id, "Olga")


def test_released_from_every_state_with_an_owner(site, olga):
    authorization.revoke(olga, site)
    authorization.release_company(olga, site)
    assert fresh(site).company_id is None
    for deed in (authorization.release_company, authorization.revoke):
        with pytest.raises(Refused):
            deed(olga, site)
    with pytest.raises(Refused):
        authorization.authorize(olga, site, None)


def test_many_releases_at_once(site, olga, busy):
    told = at_once(*[lambda: authorization.release_company(olga, site)] * 10)
    assert [sum(isinstance(one, kind) for one in told) for kind in (type(None), Refused)] == [1, 9], told
    assert acts("site.released") == ["site.released"]


def test_only_the_owner_revokes_and_releases(ada, site, olga):
    other = principal(make_owner())
    for deed in (authorization.revoke, authorization.release_company):
        for person in (ada, other):
            with pytest.raises(Forbidden):
                deed(person, site)
    with pytest.raises(NotFound):
        authorization.release_early(other, site)
    assert fresh(site).status == SiteStatus.AUTHORIZED and acts("authorization.", "site.") == []


def test_an_owned_site_is_never_without_its_owner(site, olga):
    """T13: no page deletes an owner, and the database does not either."""
    with pytest.raises(IntegrityError), transaction():
        Account.delete().where(Account.id == olga.id).execute()
    assert fresh(site).owner_id == olga.id


def test_without_an_owner_there_is_nothing_to_give_back(admin, site):
    assert admin.post(f"/sites/{site.id}/authorization/release").status_code == 409
