"""A company rents the devices of a site out: it is agreed in the invitation, and ends with the company (T10)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.factories import make_company, make_device, make_employee, make_owner
from tests.handover.made import acts, fresh, principal, token_in
from tests.handover.test_invite_owner import send
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common.errors import Refused
from webapp.devices.models import Device, DeviceState, Mode, Probe, Suspension
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import AccessRequest, OwnerInvitation, Wanted
from webapp.handover.services import authorization, invitations, rental, requests
from webapp.handover.services.invitations import Invited
from webapp.qr.models import QrCode, QrLink
from webapp.qr.services import codes, links
from webapp.sites.models import Site, SiteStatus

TOLD = (
    "The devices are rented: Northlight Security may pause the service",
    "The devices are then removed from your site too.",
)


# ---- it is part of what is wanted, and holds once it is accepted


def test_the_company_reads_what_it_means_before_it_sends(admin, site):
    assert "The devices are rented: my company may pause the service" in admin.get(f"/sites/{site.id}/handover").text
    for query, said in (("site_information=y&rental=y", True), ("rental=y", True), ("site_information=y", False)):
        for htmx in (False, True):
            part = admin.get(f"/sites/{site.id}/handover/effects?{query}", htmx=htmx).text
            for sentence in ("may pause the service", "take all devices of the site with you", "only your reason"):
                assert (sentence in part) == said, (query, sentence)


def test_the_invited_reads_it_before_accepting_and_nothing_holds_until_then(admin, anyone, site):
    page = send(admin, site, how="qr", rental="y").text
    token = token_in(page)
    for text in (page, anyone.get(f"/handover/{token}").text):
        assert all(sentence in text for sentence in TOLD)
    assert not fresh(site).rental and json.loads(OwnerInvitation.get().retained)[5] is True
    reply = admin.get(f"/sites/{site.id}/pause")
    assert reply.status_code == 409 and "are not rented" in reply.text


def test_accepted_it_holds_and_the_owner_can_read_it_again(admin, owner, site):
    token = token_in(send(admin, site, how="qr", rental="y").text)
    assert owner.post(f"/handover/{token}").status_code == 303
    assert fresh(site).rental and fresh(site).status == SiteStatus.AUTHORIZED
    page = owner.get(f"/sites/{site.id}").text
    assert all(sentence in page for sentence in TOLD)
    assert "rented" in admin.get(f"/sites/{site.id}").text
    assert json.loads(AuditEntry.get(AuditEntry.action == "owner.accepted").changes) == ["rental"]


def test_the_company_need_not_keep_anything_else(admin, owner, site):
    token = token_in(send(admin, site, how="qr", rental="y", site_information=None).text)
    owner.post(f"/handover/{token}")
    assert fresh(site).rental and fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED


@pytest.mark.parametrize("answer", ["decline", "withdraw", "unticked"])
def test_without_a_yes_to_it_nothing_is_rented(admin, owner, site, answer):
    token = token_in(send(admin, site, how="qr", **({} if answer == "unticked" else {"rental": "y"})).text)
    if answer == "withdraw":
        admin.post(f"/sites/{site.id}/handover/withdraw")
    owner.post(f"/handover/{token}/decline" if answer == "decline" else f"/handover/{token}")
    assert not fresh(site).rental and "rented" not in owner.get(f"/sites/{site.id}").text


def test_where_nothing_is_rented_what_is_wanted_is_written_as_ever():
    until = datetime(2026, 12, 24, tzinfo=UTC)
    plain = Wanted(True, ("playback",), (7,), None, until)
    assert json.loads(plain.text()) == [True, ["playback"], [7], None, until.isoformat()]
    for wanted in (plain, plain._replace(rental=True), Wanted(False), Wanted(True, hours=4, rental=True)):
        assert Wanted.of(wanted.text()) == wanted


def test_an_invitation_from_before_can_still_be_accepted(ada, olga, site):
    _made, token = invitations.invite(ada, site, Invited("Olga", "", "", ""), Wanted(True, hours=4))
    OwnerInvitation.update(retained='[true, ["playback"], null, 4, null]').execute()
    invitations.accept(token, principal(olga))
    assert not fresh(site).rental and {one.kind for one in DevicePermission.select()} == {"playback"}


def test_a_request_cannot_make_it_rented(ada, olga, site):
    Site.hand_to(site.id, olga.id, site.created_at)
    requests.ask_authorization(ada, fresh(site), "", Wanted(True, rental=True))
    requests.grant(principal(olga), AccessRequest.get())
    assert fresh(site).status == SiteStatus.AUTHORIZED and not fresh(site).rental


# ---- it ends with the company


@pytest.fixture
def furnished(ada, rented, cameras, company):
    """The rented site with codes, links, permissions, requests and a pause of one camera; gives its devices."""
    make_device(rented, name="Panel", mode=Mode.SERIAL)
    for device in Device.select(Device, Site).join(Site).where(Device.mode == Mode.IP_DOMAIN):
        codes.make(ada, device, None, 0)
        links.make(ada, device, 7, 1)
        DevicePermission.grant(device.id, company.id, "configuration", device.added_at, None)
    requests.ask_password_reset(ada, Device.get_by_id(cameras[0].id), "Lost")
    rental.pause(ada, rented, Device.get_by_id(cameras[1].id), "Unpaid")
    return list(Device.select().order_by(Device.id))


NAMES = ("Front door", "Yard", "Panel")


def test_the_owner_is_told_which_devices_leave(owner, rented, furnished):
    for htmx in (False, True):
        part = owner.get(f"/sites/{rented.id}/release-company", htmx=htmx).text
        assert "The devices are rented, so they are removed from your site" in part
        assert all(name in part for name in NAMES) and "The rental ends" in part
        assert "the passwords of your devices are forgotten" not in part
    reply = owner.post(f"/sites/{rented.id}/release-company", name="Museum")
    assert reply.status_code == 422 and all(name in reply.text for name in NAMES)
    assert Device.select().count() == 3


def test_released_the_company_takes_its_devices_along(owner, admin, rented, furnished):
    assert owner.post(f"/sites/{rented.id}/release-company", name="Bakery").status_code == 303
    for table in (Device, DeviceState, Suspension, QrCode, QrLink, DevicePermission, Probe):
        assert not table.select().count(), table
    now = fresh(rented)
    assert (now.company_id, now.rental) == (None, False) and now.owner_id == rented.owner_id
    assert acts("site.released", "device.deleted") == ["site.released", *["device.deleted"] * 3]
    assert {entry.company_id for entry in AuditEntry.select() if entry.action == "device.deleted"} == {1}
    page = owner.get(f"/sites/{rented.id}").text
    assert "Nobody looks after this site" in page and "Front door" not in page and "rented" not in page
    assert admin.get(f"/sites/{rented.id}").status_code == 404
    assert owner.get(f"/sites/{rented.id}/story").text.count("deleted") == 3


def test_given_back_by_the_company_they_go_too(admin, owner, rented, furnished):
    for htmx in (False, True):
        part = admin.get(f"/sites/{rented.id}/authorization/release", htmx=htmx).text
        assert "they are deleted from the site" in part and all(name in part for name in NAMES)
    assert admin.post(f"/sites/{rented.id}/authorization/release").status_code == 303
    now = fresh(rented)
    assert (now.status, now.rental, now.company_id) == (SiteStatus.OWNED_UNAUTHORIZED, False, rented.company_id)
    assert not Device.select().count() and not Suspension.select().count()
    assert acts("authorization.released", "device.deleted") == [*["device.deleted"] * 3, "authorization.released"]
    assert "There are no devices yet." in owner.get("/").text
    assert admin.post(f"/sites/{rented.id}/authorization/release").status_code == 409


def test_ending_the_access_alone_takes_nothing_away(owner, rented, furnished):
    assert "The devices stay rented" in owner.get(f"/sites/{rented.id}/revoke").text
    owner.post(f"/sites/{rented.id}/revoke")
    assert Device.select().count() == 3 and fresh(rented).rental and Suspension.select().count() == 1


def test_of_devices_that_it_does_not_see_the_company_reads_no_names(admin, owner, rented, furnished):
    owner.post(f"/sites/{rented.id}/revoke")
    part = admin.get(f"/sites/{rented.id}/authorization/release").text
    assert not any(name in part for name in NAMES)
    assert all(name in owner.get(f"/sites/{rented.id}/release-company").text for name in NAMES)


def test_devices_that_are_not_rented_stay(owner, site, olga, cameras):
    Site.hand_to(site.id, olga.id, site.created_at)
    part = owner.get(f"/sites/{site.id}/release-company").text
    assert "the passwords of your devices are forgotten" in part and "rented" not in part
    assert "rented" not in owner.get(f"/sites/{site.id}/revoke").text
    authorization.release_company(principal(olga), fresh(site))
    assert Device.select().count() == 2 and acts("device.deleted") == []


def test_another_company_adopts_it_without_rental(rented, ada, olga, owner):
    other = make_employee(make_company("Southlight"), Role.INSTALLER_ADMIN)
    rental.pause(ada, rented, None, "Unpaid")
    authorization.release_company(principal(olga), fresh(rented))
    requests.ask_adoption(principal(other), fresh(rented).code, "")
    requests.grant(principal(olga), AccessRequest.get(AccessRequest.company == other.company_id))
    now = fresh(rented)
    assert (now.company_id, now.rental) == (other.company_id, False) and not Suspension.select().count()
    assert "paused by" not in owner.get("/").text
    with pytest.raises(Refused) as no:
        rental.pause(principal(other), now, None, "Unpaid")
    assert no.value.code == "not_rented"


def test_a_long_list_is_cut(rented, olga, owner, monkeypatch):
    monkeypatch.setattr(rental, "MOST_LISTED", 1)
    assert "Front door, and 1 more" in owner.get(f"/sites/{rented.id}/release-company").text


def test_only_the_owner_lets_them_go(admin, rented, furnished, sign_in):
    for person in (admin, sign_in(make_owner().email)):
        assert person.post(f"/sites/{rented.id}/release-company", name="Bakery").status_code in {403, 404}
    assert Device.select().count() == 3 and fresh(rented).rental
