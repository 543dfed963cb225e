"""Sharing a site with a subcontractor, accepting it, ending it (T12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import make_employee, make_owner, make_role, make_site
from tests.handover.made import acts, principal
from tests.subcontract.made import offered, shared
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.handover.models import Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import Invited
from webapp.sites.models import Assignment, Site, SiteStatus, Subcontract


def test_the_other_company_accepts_by_the_link_and_sees_this_site_alone(admin, site, device, guest, boss):
    link = offered(admin, site, "4")
    assert guest.get("/sites").text.count("Bakery") == 0 and guest.get(f"/sites/{site.id}").status_code == 404
    page = guest.get(link).text
    for told in ("Northlight Security shares Bakery with your company", "4 hours", "Lindau", "Southern Cables"):
        assert told in page
    assert not Subcontract.get().company_id  # looking uses nothing up

    reply = guest.post(link)
    assert reply.status_code == 303 and reply.location == f"/sites/{site.id}"
    assert timedelta(hours=3.9) < Subcontract.get().until - clock.now() <= timedelta(hours=4)
    for person in (guest, boss):
        listed = person.get("/sites").text
        assert "Bakery" in listed and "Shared by Northlight Security" in listed and "School" not in listed
        assert "Front door" in person.get("/devices").text and "Hall" not in person.get("/devices").text
        assert person.get(f"/devices/{device.id}").status_code == 200
    assert "Shared by" not in admin.get("/sites").text
    assert "Southern Cables" in admin.get(f"/sites/{site.id}").text
    assert acts("subcontract") == ["subcontract.offered", "subcontract.accepted"]


def test_of_the_other_company_who_accepted_and_who_sees_all_sees_it_and_whoever_they_assign(
    admin, site, guest, boss, southern, sign_in
):
    colleague = make_employee(southern, Role.INSTALLER, name="Cy")
    other = sign_in(colleague.email)
    shared(admin, site, guest)
    assert other.get(f"/sites/{site.id}").status_code == 404
    page = boss.get(f"/sites/{site.id}/managers")
    assert page.status_code == 200 and "Cy" in page.text and "Ada Admin" not in page.text
    seen = page.text.partition('name="seen" value="')[2].partition('"')[0]
    both = [str(one.id) for one in Account.select().where(Account.name.in_(["Bea", "Cy"]))]
    assert boss.post(f"/sites/{site.id}/managers", pick=both, seen=seen).status_code == 303
    assert other.get(f"/sites/{site.id}").status_code == 200
    managers = admin.get(f"/sites/{site.id}").text.partition('id="site-managers"')[2].partition("</section>")[0]
    assert "Ada Admin" in managers and "Cy" not in managers and "Southern Cables" in managers


def test_it_ends_with_its_time(admin, site, device, guest):
    shared(admin, site, guest, "1")
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        for path in (f"/sites/{site.id}", f"/devices/{device.id}", f"/devices/{device.id}/status"):
            assert guest.get(path).status_code == 404
        assert "Bakery" not in guest.get("/sites").text and "Front door" not in guest.get("/devices").text
        page = admin.get(f"/sites/{site.id}/subcontractor").text
        assert "Ended" in page and "Make a new link" in page
        shared(admin, site, guest, "")
    with time_machine.travel(clock.now() + timedelta(days=4000)):
        assert Site.of(principal(Account.get(Account.name == "Bea")), site.id)


def test_it_ends_when_the_company_says_so_at_the_next_request(admin, site, device, guest):
    shared(admin, site, guest)
    sheet = admin.get(f"/sites/{site.id}/subcontractor/end", htmx=True).text
    assert "From this moment Southern Cables sees nothing of Bakery." in sheet and "<html" not in sheet
    assert guest.get(f"/devices/{device.id}/status", htmx=True).status_code == 200
    assert admin.post(f"/sites/{site.id}/subcontractor/end").status_code == 303
    assert guest.get(f"/devices/{device.id}/status", htmx=True).status_code == 404
    assert not Subcontract.select().count() and not Assignment.select().count()
    again = admin.post(f"/sites/{site.id}/subcontractor/end")
    assert again.status_code == 409 and "not shared" in again.text
    assert acts("subcontract")[2:] == ["subcontract.ended"]


def test_it_is_given_back(admin, site, guest):
    shared(admin, site, guest)
    assert "Your company sees nothing of it any more." in guest.get(f"/sites/{site.id}/subcontractor/leave").text
    assert guest.post(f"/sites/{site.id}/subcontractor/leave").location == "/sites"
    assert guest.get(f"/sites/{site.id}").status_code == 404 and acts("subcontract")[-1] == "subcontract.given_back"
    reply = admin.post(f"/sites/{site.id}/subcontractor/leave")
    assert reply.status_code == 409 and "a site of your own company" in reply.text


def test_it_ends_when_the_owner_accepts_and_is_not_to_be_had_after(admin, site, ada, guest, boss, company):
    shared(admin, site, guest)
    make_employee(company)
    assert "Southern Cables sees nothing of the site any more" in admin.get(f"/sites/{site.id}/handover").text
    _made, token = invitations.invite(ada, site, Invited("Olga", "", "", "en"), Wanted(True))
    assert guest.get(f"/sites/{site.id}").status_code == 200  # not before
    invitations.accept(token, principal(make_owner()))
    for person in (guest, boss):
        assert person.get(f"/sites/{site.id}").status_code == 404
    assert not Subcontract.select().count() and not Assignment.select().count()
    reply = admin.post(f"/sites/{site.id}/subcontractor", validity="1")
    assert reply.status_code == 409 and "only before it is handed over" in reply.text
    page = admin.get(f"/sites/{site.id}/subcontractor").text
    assert "Make the link" not in page and "only before it has an owner" in page


def test_a_link_that_waits_ends_when_the_owner_accepts(admin, site, ada, guest):
    link = offered(admin, site)
    _made, token = invitations.invite(ada, site, Invited("Olga", "", "", "en"), Wanted(True))
    invitations.accept(token, principal(make_owner()))
    assert guest.get(link).status_code == 404 and guest.post(link).status_code == 404


def test_a_link_serves_once_of_any_number(admin, site, southern, app, sign_in):
    link = offered(admin, site)
    people = [sign_in(make_employee(southern).email) for _n in range(4)]
    said = at_once(*[lambda one=one: one.post(link).status_code for one in people])
    assert said.count(303) == 1 and Subcontract.get().company_id == southern.id
    assert acts("subcontract") == ["subcontract.offered", "subcontract.accepted"]


def test_a_second_tap_leads_to_the_site(admin, site, guest):
    link = offered(admin, site)
    assert [guest.post(link).location for _n in range(2)] == [f"/sites/{site.id}"] * 2
    assert acts("subcontract") == ["subcontract.offered", "subcontract.accepted"]
    assert "has been used already" in guest.get(link).text


def test_an_expired_link_opens_nothing(admin, site, bea, sign_in):
    link = offered(admin, site)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        guest, admin = sign_in(bea.email), sign_in()
        for reply in (guest.get(link), guest.post(link)):
            assert reply.status_code == 409 and "has expired" in reply.text
        assert "Expired" in admin.get(f"/sites/{site.id}/subcontractor").text
    assert not Subcontract.get().company_id


def test_a_newer_link_ends_the_one_before(admin, site, guest):
    first, second = offered(admin, site), offered(admin, site)
    assert guest.get(first).status_code == 404 and guest.get(second).status_code == 200


def test_it_is_withdrawn(admin, site, guest):
    link = offered(admin, site)
    assert "open nothing any more" in admin.get(f"/sites/{site.id}/subcontractor/end").text
    assert admin.post(f"/sites/{site.id}/subcontractor/end").status_code == 303
    assert guest.post(link).status_code == 404 and acts("subcontract")[-1] == "subcontract.withdrawn"


def test_not_with_the_own_company(admin, site, company, sign_in):
    link = offered(admin, site)
    mine = sign_in(make_employee(company).email)
    for person in (admin, mine):
        for reply in (person.get(link), person.post(link)):
            assert reply.status_code == 409 and "a site of your own company" in reply.text


def test_not_with_an_owner_nor_with_whoever_may_not_manage_devices(admin, site, southern, sign_in):
    link = offered(admin, site)
    owner, observer = make_owner(), make_employee(southern, Role.OBSERVER)
    for email in (owner.email, observer.email):
        person = sign_in(email)
        assert person.get(link).status_code == 403 and person.post(link).status_code == 403


def test_not_twice(admin, site, guest):
    shared(admin, site, guest)
    reply = admin.post(f"/sites/{site.id}/subcontractor", validity="1")
    assert reply.status_code == 409 and "is shared with Southern Cables already" in reply.text


@pytest.mark.parametrize("validity", ["3", "-1", "x", "٣", "25", "1e3"])
def test_not_for_a_time_that_is_not_offered(admin, site, validity):
    reply = admin.post(f"/sites/{site.id}/subcontractor", validity=validity)
    assert reply.status_code == 422 and "Choose one from the list." in reply.text
    assert not Subcontract.select().count()


def test_only_by_whoever_manages_the_companys_sites(site, company, sign_in):
    """The button is not there, and a forced request is refused."""
    who = make_employee(company, Role.OWN, own_role=make_role(company, "Hands", Right.MANAGE_DEVICES))
    Assignment.create(site=site, account=who)
    person = sign_in(who.email)
    assert "Share with another company" not in person.get(f"/sites/{site.id}").text
    assert "Make the link" not in person.get(f"/sites/{site.id}/subcontractor").text
    assert person.post(f"/sites/{site.id}/subcontractor", validity="1").status_code == 403


def test_not_passed_on_by_the_subcontractor(admin, site, guest, boss):
    shared(admin, site, guest)
    page = boss.get(f"/sites/{site.id}/subcontractor").text
    assert "Make the link" not in page and "What your company may do" in page
    reply = boss.post(f"/sites/{site.id}/subcontractor", validity="1")
    assert reply.status_code == 409 and "for work on its devices" in reply.text
    assert boss.post(f"/sites/{site.id}/subcontractor/end").status_code == 409 and Subcontract.select().count() == 1


def test_its_page_is_told_when_nothing_is_new_and_comes_anew_when_something_is(admin, site, guest):
    link = offered(admin, site)
    page = admin.get(f"/sites/{site.id}/subcontractor").text
    poll = page.partition('hx-get="')[2].partition('"')[0]
    assert "subcontractor?v=" in poll and "Waiting" in page
    assert admin.get(poll, htmx=True).status_code == 204 and "HX-Redirect" not in admin.get(poll, htmx=True).headers
    guest.post(link)
    assert admin.get(poll, htmx=True).headers["HX-Redirect"] == f"/sites/{site.id}/subcontractor"
    page = admin.get(f"/sites/{site.id}/subcontractor").text
    assert "Southern Cables" in page and "Bea" in page and "End the sharing" in page


def test_the_link_is_shown_once_and_kept_by_nobody(admin, site):
    reply = admin.post(f"/sites/{site.id}/subcontractor", validity="1")
    assert reply.headers["Cache-Control"] == "no-store" and "/subcontract/" in reply.text and "<svg" in reply.text
    assert "/subcontract/" not in admin.get(f"/sites/{site.id}/subcontractor").text


def test_it_is_found_by_scanning(admin, site, guest):
    link = offered(admin, site)
    reply = guest.post("/scan", code=f"http://localhost{link}")
    assert reply.status_code == 303 and reply.location == link


def test_site_states_that_may_be_shared(admin, company):
    for status in (SiteStatus.NOT_INVITED, SiteStatus.INVITED):
        offered(admin, make_site(company, status=status))
