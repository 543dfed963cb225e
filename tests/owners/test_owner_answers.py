"""An owner answers what a company asks, and decides alone who looks after the site (T5–T7, U2, U6)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import make_device, make_employee
from tests.handover.made import fresh
from tests.owners.houses import ask, guarded_device, permit, principal, shown_end
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.devices.models import Device
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import AccessRequest, Answer, Asked, Wanted
from webapp.handover.services import authorization, requests
from webapp.sites.models import Site, SiteStatus

CLOSED = {"decided": SiteStatus.OWNED_UNAUTHORIZED, "authorized_at": None, "authorized_until": None}


def change(site, **values):
    Site.update(**values).where(Site.id == site.id).execute()


def owners_acts():
    acts = [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id)]
    return [act for act in acts if not act.startswith(("session.", "company."))]


# ---- answering


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_asked_stands_on_top_of_the_first_page(owner, site, htmx):
    change(site, **CLOSED)
    found = ask(site)
    page = owner.get("/").text
    assert page.index("asks to look after Bakery") < page.index('id="list"')
    assert "The gate camera is dark" in page and "As asked: 4 hours" in page
    assert "They see the name of your site and nothing else, as it is now." in page
    reply = owner.post(f"/requests/{found.id}/grant", htmx=htmx, hours="asked")
    there = reply.headers.get("HX-Redirect") if htmx else reply.location
    assert there == f"/sites/{site.id}" and reply.status_code == (204 if htmx else 303)
    assert fresh(site).status == SiteStatus.AUTHORIZED
    left = fresh(site).authorized_until - clock.now()
    assert timedelta(hours=3, minutes=59) < left <= timedelta(hours=4)
    assert owners_acts() == ["authorization.granted"]
    assert "asks to look after" not in owner.get("/").text


def test_there_is_one_way_to_allow_it_at_a_time(owner, site):
    change(site, **CLOSED)
    url = re.search(r'hx-get="(/sites/\d+/access[^"]*)"', owner.get(f"/sites/{site.id}").text)[1]
    assert "Let them look after it" in owner.get(url.partition("?")[0], htmx=True).text
    found = ask(site)
    for page in (owner.get(f"/sites/{site.id}").text, owner.get(url, htmx=True).text):
        assert "may not look after this site now" in page and "Let them look after it" not in page
    owner.post(f"/requests/{found.id}/decline")
    assert "Let them look after it" in owner.get(f"/sites/{site.id}").text


@pytest.mark.parametrize(("hours", "span"), [("0", None), ("1", 1), ("8", 8)])
def test_for_another_time_than_was_asked(owner, site, hours, span):
    change(site, **CLOSED)
    owner.post(f"/requests/{ask(site).id}/grant", hours=hours)
    until = fresh(site).authorized_until
    assert (until is None) == (span is None)
    assert until is None or abs(until - clock.now() - timedelta(hours=span)) < timedelta(minutes=1)


@pytest.mark.parametrize("hours", ["", "3", "-1", "x", "99999999999999999999"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_time_that_was_not_offered_is_refused(owner, site, hours, htmx):
    change(site, **CLOSED)
    found = ask(site)
    reply = owner.post(f"/requests/{found.id}/grant", htmx=htmx, hours=hours)
    assert reply.status_code == 422 and "Choose one from the list." in reply.text
    assert AccessRequest.get_by_id(found.id).answer == Answer.OPEN and owners_acts() == []


def test_saying_no_changes_nothing_but_that(owner, site):
    change(site, **CLOSED)
    found = ask(site)
    assert owner.post(f"/requests/{found.id}/decline").status_code == 303
    assert AccessRequest.get_by_id(found.id).answer == Answer.DECLINED
    assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED and owners_acts() == ["authorization.declined"]


@pytest.mark.parametrize("first", ["grant", "decline"])
@pytest.mark.parametrize("second", ["grant", "decline"])
def test_an_answer_is_given_once(owner, site, first, second):
    change(site, **CLOSED)
    found = ask(site)
    owner.post(f"/requests/{found.id}/{first}", hours="asked")
    for htmx in (False, True):
        reply = owner.post(f"/requests/{found.id}/{second}", htmx=htmx, hours="asked")
        assert reply.status_code == 409 and "answered already" in reply.text
    assert len(owners_acts()) == 1


def test_what_has_expired_is_not_asked_any_more(owner, site):
    found = ask(site, Asked.PERMISSION, wanted=Wanted(False, ("live_view",)))
    make_device(site)
    assert "asks for more" in owner.get("/").text
    AccessRequest.update(expires_at=clock.now() - timedelta(seconds=1)).execute()
    assert "asks for more" not in owner.get("/").text
    assert owner.post(f"/requests/{found.id}/grant", hours="asked").status_code == 409


def test_of_twenty_answers_at_once_one_wins(owned, site):
    change(site, **CLOSED)
    found, by = ask(site), principal(owned[1])
    deeds = [lambda: requests.grant(by, found), lambda: requests.decline(by, found)] * 10
    told = at_once(*deeds)
    assert sum(isinstance(one, Refused) for one in told) == 19 and len(owners_acts()) == 1


def test_permission_is_told_and_given_in_plain_words(owner, site):
    device, other = guarded_device(site), make_device(site, name="Yard")
    wanted = Wanted(False, ("live_view", "playback"), (device.id,), 2)
    found = ask(site, Asked.PERMISSION, wanted=wanted)
    page = owner.get(f"/requests/{found.id}").text
    assert "Look at the live picture" in page and "Look at recordings" in page and "With: Front door" in page
    assert "Yard" not in page
    owner.post(f"/requests/{found.id}/grant", hours="asked")
    assert {(one.device_id, one.kind) for one in DevicePermission.select()} == {
        (device.id, "live_view"),
        (device.id, "playback"),
    }
    page = owner.get(f"/devices/{device.id}").text
    assert "Look at recordings" in page and re.search(r"until .*, (1 hr 59 min|2 hr)", page)
    assert "Nothing more." in owner.get(f"/devices/{other.id}").text


def test_a_password_reset_is_no_question_of_time(owner, site):
    device = guarded_device(site)
    found = ask(site, Asked.PASSWORD_RESET, wanted=Wanted(False), device=device)
    page = owner.get(f"/requests/{found.id}").text
    assert "asks to set a new password on Front door" in page and "For how long" not in page
    assert owner.post(f"/requests/{found.id}/grant").status_code == 303
    assert owners_acts() == ["device.reset_approved"]


def test_another_company_may_be_let_in(owner, company, site):
    other = make_employee(company).company
    change(site, company=None, **CLOSED)
    found = ask(site, Asked.ADOPTION, company=other.id, wanted=Wanted(True))
    assert "Nobody looks after your site, as it is now." in owner.get(f"/sites/{site.id}").text
    owner.post(f"/requests/{found.id}/grant", hours="asked")
    assert fresh(site).company_id == other.id and fresh(site).status == SiteStatus.AUTHORIZED


# ---- the other side sees it, and this side what the other does


def test_the_owners_open_page_is_told_of_a_new_question(owner, site):
    page = owner.get(f"/sites/{site.id}").text
    url = re.search(r'hx-get="(/sites/\d+/requests[^"]*)"', page)[1]
    assert owner.get(url, htmx=True).status_code == 204
    ask(site, Asked.PERMISSION, wanted=Wanted(False, ("playback",)))
    part = owner.get(url, htmx=True)
    assert part.status_code == 200 and "Look at recordings" in part.text


def test_the_companys_open_page_loses_the_site_at_once(owner, admin, site):
    device = make_device(site)
    paths = [f"/sites/{site.id}/devices", f"/devices/{device.id}/status", f"/devices/{device.id}"]
    assert [admin.get(path, htmx=True).status_code for path in paths] == [200, 200, 200]
    assert owner.post(f"/sites/{site.id}/revoke").status_code == 303
    for path in paths:
        reply = admin.get(path, htmx=True)
        assert reply.status_code in {403, 404, 409} and device.name not in reply.text, path
    assert Site.get_by_id(site.id).status == SiteStatus.OWNED_UNAUTHORIZED


# ---- deciding unasked


def test_the_access_ends_and_comes_back(owner, site):
    permit(make_device(site))
    page = owner.get(f"/sites/{site.id}/revoke", htmx=True).text
    assert "End the access of Northlight Security?" in page and 'class="lost"' in page
    owner.post(f"/sites/{site.id}/revoke")
    assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED and not DevicePermission.select().count()
    assert owner.post(f"/sites/{site.id}/revoke").status_code == 409
    assert "Let them look after it" in owner.get(f"/sites/{site.id}").text
    assert owner.post(f"/sites/{site.id}/authorize", hours="9").status_code == 422
    assert owner.post(f"/sites/{site.id}/authorize", hours="2").status_code == 303
    assert owner.post(f"/sites/{site.id}/authorize", hours="2").status_code == 409
    assert fresh(site).authorized_until and fresh(site).status == SiteStatus.AUTHORIZED
    assert owners_acts() == ["authorization.revoked", "authorization.granted"]


def test_more_time_for_the_site(owner, site):
    until, url = clock.now() + timedelta(hours=1), f"/sites/{site.id}/extend"
    change(site, authorized_until=until)
    page = owner.get(f"/sites/{site.id}").text
    assert re.search(r"59 min\.? left", page) and f"/sites/{site.id}/extend" in page
    assert owner.post(f"/sites/{site.id}/extend", hours="7").status_code == 422
    assert owner.post(url, htmx=True, hours="4", ends=shown_end(owner, url)).status_code == 204
    assert fresh(site).authorized_until == until + timedelta(hours=4)
    owner.post(url, hours="0", ends=shown_end(owner, url))
    assert fresh(site).authorized_until is None
    assert owner.post(url, hours="1").status_code == 409
    assert url not in owner.get(f"/sites/{site.id}").text


@pytest.mark.parametrize("hours", [4, 0])
def test_what_ends_with_the_authorization_gets_more_time_with_it(owner, company, site, hours):
    end = clock.now() + timedelta(minutes=59)
    door, yard = make_device(site, name="Front door"), make_device(site, name="Yard")
    for device, until in ((door, end), (yard, end - timedelta(minutes=9))):
        DevicePermission.grant(device.id, company.id, "live_view", clock.now(), until)
    DevicePermission.grant(yard.id, company.id, "playback", clock.now(), None)
    change(site, authorized_until=end)
    sheet = owner.get(f"/sites/{site.id}/extend", htmx=True).text
    assert "ends at the same moment" in sheet and "Front door" in sheet and "Yard" not in sheet
    before = len(owners_acts())
    ends = shown_end(owner, f"/sites/{site.id}/extend")
    assert owner.post(f"/sites/{site.id}/extend", hours=str(hours), ends=ends).status_code == 303
    later = end + timedelta(hours=4) if hours else None
    assert fresh(site).authorized_until == later and len(owners_acts()) == before + 1
    found = DevicePermission.select().order_by(DevicePermission.device, DevicePermission.kind)
    assert [(one.device_id, one.until) for one in found] == [
        (door.id, later),
        (yard.id, end - timedelta(minutes=9)),
        (yard.id, None),
    ]


def test_what_has_run_out_is_not_given_more_time(owner, site):
    change(site, authorized_until=clock.now() + timedelta(hours=1))
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert owner.post(f"/sites/{site.id}/extend", hours="1").status_code == 409
        assert "may not look after this site now" in owner.get(f"/sites/{site.id}").text


def test_more_time_for_a_permission_and_its_end(owner, site):
    permission = permit(guarded_device(site), hours=1)
    page = owner.get(f"/sites/{site.id}").text
    assert f"/permissions/{permission.id}" in page and "Look at the live picture" in page
    assert "Front door" in owner.get(f"/permissions/{permission.id}", htmx=True).text
    assert owner.post(f"/permissions/{permission.id}/extend", hours="x").status_code == 422
    ends = shown_end(owner, f"/permissions/{permission.id}")
    assert owner.post(f"/permissions/{permission.id}/extend", hours="2", ends=ends).status_code == 303
    assert DevicePermission.get_by_id(permission.id).until == permission.until + timedelta(hours=2)
    assert owner.post(f"/permissions/{permission.id}/revoke").status_code == 303
    assert not DevicePermission.select().count()
    assert owner.post(f"/permissions/{permission.id}/revoke").status_code == 404
    assert owners_acts() == ["permission.granted", "permission.revoked"]


def test_of_twenty_that_end_a_permission_one_does(owned, site):
    permission, by = permit(guarded_device(site)), principal(owned[1])
    told = at_once(*[lambda: authorization.revoke_permission(by, permission.id)] * 20)
    assert sum(not isinstance(one, Exception) for one in told) == 1 and owners_acts() == ["permission.revoked"]


def test_the_company_leaves_when_its_name_is_typed(owner, admin, site):
    device = guarded_device(site)
    part = owner.get(f"/sites/{site.id}/release-company", htmx=True).text
    assert "Remove Northlight Security?" in part and "passwords of your devices are forgotten" in part
    for typed in ("", "Baker", "Museum"):
        for htmx in (False, True):
            assert owner.post(f"/sites/{site.id}/release-company", htmx=htmx, name=typed).status_code == 422
    assert owner.post(f"/sites/{site.id}/release-company", name="bakery").status_code == 303
    assert fresh(site).company_id is None and Device.get_by_id(device.id).password_sealed == b""
    assert admin.get(f"/sites/{site.id}").status_code == 404 == admin.get(f"/devices/{device.id}").status_code
    page = owner.get(f"/sites/{site.id}").text
    assert site.code in page and "Front door" in page and "Northlight Security no longer has access." in page
    assert owner.post(f"/sites/{site.id}/release-company", name="bakery").status_code == 409
    assert owners_acts() == ["site.released"]
