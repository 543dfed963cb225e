"""Sharing, and the people of both companies: whose link it is, whose names are read where, who ends it (T12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import assign, make_company, make_device, make_employee, make_role, make_site
from tests.handover.made import principal
from tests.subcontract.made import offered, shared
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.audit.models import AuditEntry
from webapp.audit.services import record
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Status
from webapp.health.services import silences
from webapp.qr.services import links
from webapp.sites.models import Assignment, Subcontract


@pytest.fixture
def ivo(company, site) -> Account:
    """An Installer who looks after the site for three hours."""
    person = make_employee(company, Role.INSTALLER, name="Ivo Alone")
    assign(site, person, until=clock.now() + timedelta(hours=3))
    return person


def test_nobody_shares_for_longer_than_they_look_after_the_site(site, ivo, sign_in, guest):
    person = sign_in(ivo.email)
    for validity in ("4", "24", ""):
        reply = person.post(f"/sites/{site.id}/subcontractor", validity=validity)
        assert reply.status_code == 409 and "Share it for a shorter time" in reply.text
    link = offered(person, site, "2")
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert guest.post(link).status_code == 303
    assert Subcontract.get().until == Assignment.of(site.id, ivo.id).until


@pytest.mark.parametrize("how", ["disabled", "unassigned", "another role", "deleted"])
def test_a_link_ends_with_the_right_of_whoever_made_it(admin, site, company, ivo, sign_in, guest, how):
    link = offered(sign_in(ivo.email), site, "1")
    assert guest.get(link).status_code == 200
    if how == "unassigned":
        Assignment.delete().where(Assignment.account == ivo.id).execute()
    elif how == "another role":
        Account.update(role=Role.OBSERVER).where(Account.id == ivo.id).execute()
    else:
        page = admin.get(f"/team/{ivo.id}/{'disable' if how == 'disabled' else 'delete'}").text
        assert "1 link that was made ends" in page
        done = {"disabled": ("disable", {}), "deleted": ("delete", {"name": ivo.name})}[how]
        assert admin.post(f"/team/{ivo.id}/{done[0]}", **done[1]).status_code == 303
    for reply in (guest.get(link), guest.post(link)):
        assert reply.status_code == 409 and "has expired" in reply.text
    assert "Waiting" not in admin.get(f"/sites/{site.id}/subcontractor").text and not Subcontract.get().company_id


def test_a_site_is_left_alone_though_a_subcontractor_is_there(admin, site, company, guest, ivo):
    shared(admin, site, guest)
    assert "left with nobody assigned" in admin.get(f"/team/{ivo.id}/disable").text


def test_what_a_subcontractor_assigns_is_in_their_own_log_alone(admin, site, boss, guest):
    shared(admin, site, guest)
    seen = boss.get(f"/sites/{site.id}/managers").text.partition('name="seen" value="')[2].partition('"')[0]
    assert boss.post(f"/sites/{site.id}/managers", pick=[], seen=seen).status_code == 303
    row = AuditEntry.get(AuditEntry.action == "team.assigned")
    assert row.site_id is None and "Bakery" in boss.get("/audit").text
    assert "Bo" not in admin.get(f"/sites/{site.id}/story").text.partition("<main")[2].replace("Bookmark", "")


def test_names_of_one_company_are_not_the_others_to_read(admin, site, ada, guest, device):
    silences.begin(ada, device, 4, "")
    shared(admin, site, guest)
    Device.update(changed_by=ada.id).where(Device.id == device.id).execute()
    page = guest.get(f"/devices/{device.id}").text
    assert "In maintenance until" in page and "Ada Admin" not in page
    form = {
        "name": "X",
        "host": device.host,
        "port": str(device.port),
        "username": "admin",
        "password": "",
        "version": "0",
    }
    theirs = guest.post(f"/devices/{device.id}/address", **form)
    assert theirs.status_code == 409 and "Northlight Security changed it" in theirs.text
    bea = Account.get(Account.name == "Bea")
    Device.update(changed_by=bea.id).where(Device.id == device.id).execute()
    assert "Bea (Southern Cables) changed it" in admin.post(f"/devices/{device.id}/address", **form).text
    silences.end(principal(bea), device)
    silences.begin(principal(bea), device, 1, "")
    assert "(by Bea (Southern Cables))" in admin.get(f"/devices/{device.id}").text


def test_a_long_name_leaves_room_for_the_company_in_the_log(site, bea):
    Account.update(name="B" * 128).where(Account.id == bea.id).execute()
    record(principal(bea), "device.edited", site)
    name = AuditEntry.get(AuditEntry.action == "device.edited").actor_name
    assert len(name) == 128 and name.endswith("B (Southern Cables)")


def test_only_who_manages_sites_gives_it_back(admin, site, guest, southern, sign_in):
    shared(admin, site, guest)
    hand = make_employee(southern, Role.OWN, own_role=make_role(southern, "Hands", Right.MANAGE_DEVICES))
    assign(site, hand)
    person = sign_in(hand.email)
    assert "Give back" not in person.get(f"/sites/{site.id}/subcontractor").text
    assert person.post(f"/sites/{site.id}/subcontractor/leave").status_code == 403 and Subcontract.select().count()


def test_who_may_not_open_its_page_has_no_link_to_it(admin, company, southern, site, guest, sign_in):
    shared(admin, site, guest)
    for theirs in (company, southern):
        observer = make_employee(theirs, Role.OBSERVER)
        assign(site, observer)
        page = sign_in(observer.email).get(f"/sites/{site.id}").text
        assert "site with your company" in page or "works on its devices" in page
        assert f"/sites/{site.id}/subcontractor" not in page


def test_a_colleague_and_a_stranger_are_told_that_the_link_is_used_and_no_more(admin, site, guest, southern, sign_in):
    link = offered(admin, site)
    guest.post(link)
    for company in (southern, make_company()):
        person = sign_in(make_employee(company).email)
        for reply in (person.get(link), person.post(link)):
            assert reply.status_code == 409 and "has been used already" in reply.text and "Bakery" not in reply.text


def test_there_is_nothing_to_end_where_nothing_is_shared(admin, site):
    reply = admin.get(f"/sites/{site.id}/subcontractor/end")
    assert reply.status_code == 409 and "is not shared with another company" in reply.text


def test_a_stored_password_is_not_sent_unprotected(admin, site, guest, device):
    Device.update(https=True, pin="sha256//" + "A" * 43 + "=").where(Device.id == device.id).execute()
    shared(admin, site, guest)
    form = {"name": device.name, "host": device.host, "port": str(device.port), "username": "admin", "password": ""}
    reply = guest.post(f"/devices/{device.id}/address", version=str(device.version), **form)
    assert reply.status_code == 409 and "for the present address alone" in reply.text
    assert Device.get_by_id(device.id).https


@pytest.mark.parametrize("what", ["certificate", "replacement"])
def test_another_key_or_device_is_trusted_by_the_company_alone(admin, site, guest, device, what):
    key = "sha256//" + "B" * 43 + "="
    state = {"status": Status.CERTIFICATE_CHANGED, "reason": "key_changed", "seen_key": key}
    DeviceState.update(**state).where(DeviceState.device == device.id).execute()
    shared(admin, site, guest)
    assert "Accept the new certificate" not in guest.get(f"/devices/{device.id}").text
    reply = guest.post(f"/devices/{device.id}/{what}", key=key, serial="S")
    assert reply.status_code == 409 and "for work on its devices" in reply.text
    assert Device.get_by_id(device.id).pin != key


def test_a_shared_site_is_not_offered_for_a_device_that_is_taken_over(admin, site, guest, southern):
    own = make_device(make_site(southern, name="Depot"), name="Gate")
    make_employee(southern, Role.INSTALLER_ADMIN, name="Bo")
    _link, token = links.make(principal(Account.get(Account.name == "Bo")), own, 7, 1)
    shared(admin, site, guest)
    guest.get("/sites")  # where it is said that the sharing has begun
    assert "Bakery" not in guest.get(f"/q/{token}").text
