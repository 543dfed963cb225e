"""A company takes its rented devices back in every state between owner and company (T10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import assign, make_company, make_employee, make_role
from tests.handover.made import acts, fresh, principal, token_in
from tests.handover.rented import pause
from tests.handover.test_invite_owner import send
from webapp.accounts.permissions import Right, Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.devices.models import Device, Suspension
from webapp.devices.models.permission import DevicePermission
from webapp.handover.services import authorization
from webapp.sites.models import Site, SiteStatus

NAMES = ("Front door", "Yard")


@pytest.fixture(params=["revoked", "expired", "never authorized"])
def closed(request, admin, owner, site, cameras):
    """Rented, and not authorized any more, or not at all."""
    kept = None if request.param == "never authorized" else "y"
    owner.post(f"/handover/{token_in(send(admin, site, how='qr', rental='y', site_information=kept).text)}")
    pause(admin, site)
    if request.param == "revoked":
        owner.post(f"/sites/{site.id}/revoke")
    elif request.param == "expired":
        DevicePermission.grant(cameras[0].id, site.company_id, "playback", clock.now(), None)
        Site.update(authorized_until=clock.now() - timedelta(minutes=1)).execute()
    assert fresh(site).rental and fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED
    return fresh(site)


def path(site):
    return f"/sites/{site.id}/authorization/release"


@pytest.mark.parametrize("htmx", [False, True])
def test_where_the_site_is_closed_the_rental_can_be_ended(admin, owner, closed, htmx):
    page = admin.get(f"/sites/{closed.id}").text
    assert f'href="{path(closed)}"' in page and "End the rental" in page
    sheet = admin.get(path(closed), htmx=htmx).text
    assert "End the rental of Bakery?" in sheet and "whatever stands at the site is deleted" in sheet
    assert "Give the authorization back?" not in sheet and not any(name in sheet for name in NAMES)
    before = acts("authorization.")
    assert admin.post(path(closed), htmx=htmx).location == f"/sites/{closed.id}"
    now = fresh(closed)
    assert (now.rental, now.status, now.company_id) == (False, SiteStatus.OWNED_UNAUTHORIZED, closed.company_id)
    assert not any(table.select().count() for table in (Device, Suspension, DevicePermission))
    assert acts("device.deleted", "rental.") == [*["device.deleted"] * 2, "rental.ended"]
    assert acts("authorization.") == before


def test_both_logs_have_it_and_the_company_reads_no_names(admin, owner, closed):
    admin.post(path(closed))
    page = admin.get(f"/sites/{closed.id}").text
    assert "The rental of Bakery has ended." in page and path(closed) not in page and "/pause" not in page
    story = owner.get(f"/sites/{closed.id}/story").text
    assert "ended the rental of" in story and all(name in story for name in NAMES)
    log = admin.get("/audit").text
    assert "ended the rental of" in log and not any(name in log for name in NAMES)
    assert {row.site_id for row in AuditEntry.select().where(AuditEntry.action == "rental.ended")} == {closed.id}
    assert "There are no devices yet." in owner.get("/").text and "rented" not in owner.get(f"/sites/{closed.id}").text


def test_a_second_tap_leaves_no_second_row(admin, closed):
    assert [admin.post(path(closed)).status_code for _tap in range(2)] == [303, 409]
    assert acts("rental.") == ["rental.ended"]
    assert admin.get(path(closed)).status_code == 409


def test_who_may_end_it(admin, owner, sign_in, company, closed):
    seer = make_employee(company, Role.OWN, own_role=make_role(company, "Hand", Right.MANAGE_DEVICES))
    fitter, another = make_employee(company), make_employee(company)
    for person in (seer, fitter):
        assign(closed, person)
    stranger = make_employee(make_company(), Role.INSTALLER_ADMIN)
    told = [(sign_in(seer.email), 403), (sign_in(another.email), 404), (sign_in(stranger.email), 404), (owner, 403)]
    for person, status in told:
        assert (person.get(path(closed)).status_code, person.post(path(closed)).status_code) == (status, status)
    assert path(closed) not in sign_in(seer.email).get(f"/sites/{closed.id}").text
    assert fresh(closed).rental and Device.select().count() == 2
    assert sign_in(fitter.email).post(path(closed)).status_code == 303


def test_where_nothing_is_rented_or_authorized_there_is_nothing_to_give_back(admin, site, olga):
    assert admin.get(path(site)).status_code == 409 == admin.post(path(site)).status_code
    Site.hand_to(site.id, olga.id, site.created_at)
    for reply in (admin.get(path(site)), admin.post(path(site))):
        assert reply.status_code == 409 and "has not authorized your company" in reply.text
    assert path(site) not in admin.get(f"/sites/{site.id}").text and Device.select().count() == 2


def test_given_back_with_the_authorization_it_is_told_even_without_devices(admin, olga, rented):
    Device.delete().execute()
    sheet = admin.get(path(rented)).text
    assert "Give the authorization back?" in sheet and "The rental ends" in sheet
    authorization.revoke(principal(olga), rented)
    assert "End the rental of Bakery?" in admin.get(path(rented)).text


@pytest.mark.parametrize("authorized", [True, False])
def test_the_invitation_tells_what_holds_without_authorization_too(admin, anyone, site, authorized):
    query = "rental=y" + ("&site_information=y" if authorized else "")
    part = admin.get(f"/sites/{site.id}/handover/effects?{query}").text
    assert ("of single devices once the owner authorizes you." in part) != authorized
    assert "when you give it back or end the rental, or the owner removes you." in part
    assert "or when it gives the site back or ends the rental." in part
    page = send(admin, site, how="qr", rental="y", site_information="y" if authorized else None).text
    for text in (page, anyone.get(f"/handover/{token_in(page)}").text):
        assert "or when it gives the site back or ends the rental. The devices are then removed" in text
