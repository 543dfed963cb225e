"""What an end user sees: their sites in plain words, and nothing of how a device is reached (U2, U3)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_site
from tests.owners.houses import (
    HOST,
    PORT,
    SECRET,
    USER,
    ask,
    family_of,
    guarded_device,
    own_site,
    permit,
    recorder,
    set_status,
)
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Status
from webapp.handover.models import Asked, Wanted
from webapp.sites.models import Site, SiteShare, SiteStatus


def test_the_first_page_tells_of_each_site_in_a_sentence(owner, site):
    make_device(site)
    page = owner.get("/").text
    assert "Bakery" in page and "Everything is working." in page and "Northlight Security" in page
    assert 'href="/devices"' not in page and 'href="/sites"' in page, "no list of devices across sites"


@pytest.mark.parametrize("path", ["/", "/sites"])
def test_what_is_offline_is_said_with_its_time(owner, site, path):
    make_device(site)
    set_status(make_device(site), Status.OFFLINE, reason="timeout")
    assert re.search(r"1 of 2 cameras is offline since \d\d?:\d\d\s[AP]M\.", owner.get(path).text)


def test_recorders_and_cameras_together_are_devices(owner, site):
    recorder(site)
    set_status(make_device(site), Status.OFFLINE, reason="timeout")
    assert "1 of 2 devices is offline since" in owner.get("/").text


def test_a_refused_password_is_the_companys_matter(owner, site):
    device = guarded_device(site)
    set_status(device, Status.AUTH_FAILED, reason="wrong_password", tries_left=4)
    assert "1 device cannot be checked." in owner.get("/").text
    for path in (f"/sites/{site.id}", f"/devices/{device.id}"):
        page = owner.get(path).text
        assert "The company that looks after it can mend this." in page
        assert not re.search(r"sign-in failed|tries|user name|wrong password", page, re.IGNORECASE)


def test_a_weak_password_or_an_unknown_type_is_not_the_owners_worry(owner, site):
    guarded_device(site, password="12345678", password_strength="weak")
    assert "Everything is working." in owner.get("/").text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"health_monitoring": False}, "Nothing is watched at the moment."),
        ({}, "Everything is working."),
    ],
)
def test_one_sentence_for_each_state(owner, site, values, sentence):
    make_device(site, **values)
    assert sentence in owner.get("/").text


def test_what_is_old_is_not_claimed(owner, site):
    device = make_device(site)
    DeviceState.update(checked_at=clock.now() - timedelta(hours=1)).where(DeviceState.device == device.id).execute()
    assert "Not everything is known" in owner.get("/").text
    assert "Not known: it was not checked lately." in owner.get(f"/devices/{device.id}").text


def test_without_a_company_nobody_looks_after_it(owner, site):
    make_device(site)
    Site.update(company=None, decided=SiteStatus.OWNED_UNAUTHORIZED).where(Site.id == site.id).execute()
    for path in ("/", "/sites", f"/sites/{site.id}"):
        assert "Nobody looks after this site" in owner.get(path).text, path
    page = owner.get(f"/sites/{site.id}").text
    assert site.code in page and "release-company" not in page


def test_somebody_without_a_site_is_told_how_one_comes(company, sign_in):
    person = sign_in(make_owner().email)
    assert "hands a site over to you" in person.get("/").text and person.get("/sites").status_code == 200


def test_the_recorders_verdict_is_told_as_it_is(owner, site):
    device = recorder(site)
    assert "Disks and cameras are well." in owner.get(f"/sites/{site.id}").text
    page = owner.get(f"/devices/{device.id}").text
    assert "Disks and cameras are well." in page and "Last 24 hours" in page and "100%" in page


def everything(site, device, request, permission, share):
    here = f"/sites/{site.id}"
    paths = ["/", "/sites", "/requests", here, f"/devices/{device.id}", f"/devices/{device.id}/status", "/account"]
    rests = ("devices", "requests", "access", "family", "family/invite", "authorize", "revoke", "extend")
    paths += [f"{here}/{rest}" for rest in (*rests, "release-company", f"family/{share.id}/end")]
    return [*paths, f"/requests/{request.id}", f"/permissions/{permission.id}"]


def test_nothing_of_a_connection_is_on_any_page(owner, owned, site):
    device = recorder(site, password="12345678", password_strength="weak", pin="sha256//" + "A" * 43 + "=")
    other = guarded_device(site, https=True)
    set_status(other, Status.LOCKED, reason="locked", locked_until=clock.now() + timedelta(minutes=20))
    family_of(site)
    permission, share = permit(device), SiteShare.get()
    request = ask(site, Asked.PERMISSION, wanted=Wanted(False, ("live_view",), None, 4))
    for path in [*everything(site, device, request, permission, share), f"/devices/{other.id}"]:
        for htmx in (False, True):
            reply = owner.get(path, htmx=htmx)
            assert reply.status_code == 200, (path, reply.status_code)
            for secret in (HOST, "203.0.113.25", str(PORT), USER, SECRET, "12345678", "sha256//", "Weak", "HTTPS"):
                assert secret not in reply.text, (path, secret)
            assert not re.search(r"/qr\b|Generate QR|/address", reply.text), path
            assert not re.search(r"authori[sz]|ISAPI|assign", re.sub(r"<[^>]*>", " ", reply.text)), f"{path}: jargon"
            assert "Ivo Installer" not in reply.text, f"{path}: who of the company is its own matter"


def test_nor_on_the_papers_about_a_site(owner, site):
    device = recorder(site, password="12345678", password_strength="weak")
    set_status(guarded_device(site, https=True), Status.AUTH_FAILED, reason="wrong_password")
    owner.post(f"/permissions/{permit(device).id}/revoke")
    for rest in ("report", "report.csv", "story", "packs"):
        reply = owner.get(f"/sites/{site.id}/{rest}")
        assert reply.status_code == 200, rest
        for secret in (HOST, "203.0.113.25", str(PORT), USER, SECRET, "12345678", "127.0.0.1"):
            assert secret not in reply.text, (rest, secret)


def test_the_companys_pages_are_closed(owner, site):
    device = make_device(site)
    here, there = f"/sites/{site.id}", f"/devices/{device.id}"
    paths = [f"{here}/edit", f"{here}/delete", f"{here}/devices/new", f"{there}/address", f"{there}/address/edit"]
    paths += [f"{there}/type", f"{there}/qr", f"{there}/delete", f"{there}/health", f"{there}/checks"]
    paths += [f"{there}/monitoring", "/devices"]
    assert {path: owner.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)
    for path in (f"{there}/check", f"{there}/delete", f"{there}/address", f"{here}/edit", f"{here}/delete"):
        assert owner.post(path).status_code == 403, path
    assert Device.get_or_none(Device.id == device.id)


def test_another_customers_things_are_not_there(company, owner, site):
    theirs, _other = own_site(company, "Museum")
    device, request = make_device(theirs), ask(theirs)
    permission = permit(device)
    here = f"/sites/{theirs.id}"
    paths = [here, f"{here}/devices", f"{here}/access", f"{here}/requests", f"{here}/family", f"{here}/revoke"]
    paths += [f"/devices/{device.id}", f"/devices/{device.id}/status", f"/requests/{request.id}"]
    paths += [f"/permissions/{permission.id}", f"{here}/report"]
    for path in paths:
        for htmx in (False, True):
            assert owner.get(path, htmx=htmx).status_code == 404, path
    for path in ("/", "/sites", "/requests"):
        assert "Museum" not in owner.get(path).text


def test_sites_of_several_companies_stand_side_by_side(company, sign_in):
    other = make_company("Southlight")
    sites = [make_site(company, name="Bakery"), make_site(other, name="House")]
    page = sign_in(make_owner(*sites).email).get("/").text
    assert all(name in page for name in ("Bakery", "House", "Northlight Security", "Southlight"))


def test_family_sees_how_it_fares_and_nothing_to_decide(company, site, sign_in):
    device, request = recorder(site), ask(site)
    permission = permit(device)
    person = sign_in(family_of(site).email)
    page = person.get(f"/sites/{site.id}").text
    assert "Disks and cameras are well." in page and "Shared with you" in person.get("/").text
    assert not re.search(r"/revoke|/extend|/family|/requests|release-company|/permissions", page)
    assert site.code not in page, "the site ID is the owner's to read out"
    assert person.get(f"/devices/{device.id}").status_code == 200
    assert person.get(f"/sites/{site.id}/access", htmx=True).status_code == 200
    for path in (f"/permissions/{permission.id}", f"/requests/{request.id}", f"/sites/{site.id}/revoke"):
        assert person.get(path).status_code == 403, path
    assert "asks to look after" not in person.get("/").text


def test_polls_are_told_when_nothing_is_new(owner, site):
    device = recorder(site)
    with time_machine.travel(clock.now(), tick=False):
        for path in (
            "/sites",
            "/requests",
            *(f"/sites/{site.id}/{part}" for part in ("devices", "requests", "access")),
        ):
            part = owner.get(path, htmx=True)
            assert part.status_code == 200 and "<html" not in part.text, path
            again = re.search(r'hx-get="([^"]+)"', part.text)
            assert owner.get(again[1].replace("&amp;", "&"), htmx=True).status_code == 204, path
        url = re.search(r'hx-get="(/devices/[^"]+/status[^"]*)"', owner.get(f"/devices/{device.id}").text)[1]
        assert owner.get(url, htmx=True).status_code == 204
        set_status(device, Status.OFFLINE, reason="timeout")
        assert "Offline since" in owner.get(url, htmx=True).text


def test_a_piece_visited_bare_is_in_its_page(owner, site):
    recorder(site), ask(site)
    with time_machine.travel(clock.now(), tick=False):
        for path in ("/sites", "/requests", *(f"/sites/{site.id}/{part}" for part in ("devices", "access", "family"))):
            part, page = owner.get(path, htmx=True).text, owner.get(path).text
            assert page.startswith("<!doctype html>") and part.strip() in page, path


@pytest.mark.parametrize("piece", ["requests", "access", "family", "revoke"])
def test_employees_have_their_own_pages(admin, company, site, sign_in, piece):
    employee = make_employee(company)
    assign(site, employee)
    for person in (admin, sign_in(employee.email)):
        assert person.get(f"/sites/{site.id}/{piece}").status_code == 403
    stranger = sign_in(make_employee(company).email)
    assert stranger.get(f"/sites/{site.id}/{piece}").status_code == 404


def test_a_site_that_its_company_has_left_can_be_looked_at(owner, site):
    device = recorder(site)
    owner.post(f"/sites/{site.id}/release-company", name="Bakery")
    for rest in ("", "/devices", "/access", "/requests", "/family", "/report", "/story", "/packs"):
        assert owner.get(f"/sites/{site.id}{rest}").status_code == 200, rest
    page = owner.get(f"/devices/{device.id}")
    assert page.status_code == 200 and "Nobody looks after this site." in page.text
