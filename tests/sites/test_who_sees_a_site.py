"""Whose site it is: another's and none at all are alike (Z6, R2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_site
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.devices.models import Device
from webapp.sites.models import Assignment, Site

PATHS = ["", "/edit", "/delete", "/devices/new", "/devices/new/address"]
POSTS = ["/edit", "/delete", "/devices/new/address", "/devices/new/address/test"]
TYPED = {"name": "Bakery", "host": "127.0.0.9", "port": "80", "username": "admin", "password": "x", "key": "k"}


def everything(person, site_id, htmx):
    """The answers to every verb at every page of a site."""
    replies = [person.get(f"/sites/{site_id}{path}", htmx=htmx) for path in PATHS]
    return replies + [person.post(f"/sites/{site_id}{path}", htmx=htmx, **TYPED) for path in POSTS]


@pytest.mark.parametrize("htmx", [False, True])
def test_another_companys_site_and_no_site_are_alike(admin, htmx):
    theirs = make_site(make_company(), name="Bakery")
    device = make_device(theirs)
    told = everything(admin, theirs.id, htmx)
    nothing = everything(admin, 999_999_999_999_999, htmx)
    assert {reply.status_code for reply in told + nothing} == {404}
    assert all("Bakery" not in reply.text for reply in told)
    assert Site.select().count() == Device.select().count() == 1
    assert device.name not in admin.get(f"/devices?site={theirs.id}").text
    assert device.name not in admin.get("/devices").text and "Bakery" not in admin.get("/sites").text


@pytest.mark.parametrize("htmx", [False, True])
def test_an_installer_sees_only_the_sites_assigned_to_them(sign_in, company, htmx):
    mine, other = make_site(company, name="Bakery"), make_site(company, name="Museum")
    installer = make_employee(company)
    assign(mine, installer)
    person = sign_in(installer.email)

    assert person.get(f"/sites/{mine.id}", htmx=htmx).status_code == 200
    assert {reply.status_code for reply in everything(person, other.id, htmx)} == {404}
    page = person.get("/sites").text
    assert "Bakery" in page and "Museum" not in page and "1 site" in page


def test_an_observer_who_is_assigned_may_look(sign_in, company):
    site = make_site(company, name="Bakery")
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert person.get(f"/sites/{site.id}").status_code == 200
    told = {reply.status_code for reply in everything(person, site.id, False)[1:]}
    assert told == {403}


def test_an_observer_learns_nothing_of_other_sites_by_trying(sign_in, company):
    theirs = make_site(make_company())
    person = sign_in(make_employee(company, Role.OBSERVER).email)
    told = [reply.status_code for reply in everything(person, theirs.id, False)]
    assert told == [reply.status_code for reply in everything(person, 999_999_999, False)]


def test_an_assignment_ends_with_its_day(sign_in, company):
    over, live = make_site(company), make_site(company)
    installer = make_employee(company)
    assign(over, installer, until=clock.now() - timedelta(seconds=1))
    assign(live, installer, until=clock.now() + timedelta(hours=1))
    person = sign_in(installer.email)
    assert {reply.status_code for reply in everything(person, over.id, False)} == {404}
    assert person.get(f"/sites/{live.id}").status_code == 200
    page = person.get("/sites").text
    assert live.name in page and over.name not in page


def test_a_right_withdrawn_stops_at_the_next_request(sign_in, company):
    site = make_site(company)
    installer = make_employee(company)
    assign(site, installer)
    person = sign_in(installer.email)
    assert person.get(f"/sites/{site.id}/edit").status_code == 200

    Account.set_fields(installer.id, role=Role.OBSERVER)
    assert person.get(f"/sites/{site.id}/edit").status_code == 403
    Assignment.delete().execute()
    assert person.get(f"/sites/{site.id}").status_code == 404


def test_an_assignment_to_a_foreign_companys_site_opens_nothing(sign_in, company):
    theirs, installer = make_site(make_company()), make_employee(company)
    assign(theirs, installer)
    person = sign_in(installer.email)
    assert person.get(f"/sites/{theirs.id}").status_code == 404 and theirs.name not in person.get("/sites").text


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "%31%00", "１", "9" * 16, "9" * 400, "1.0", "0x1", " 1"])
def test_what_is_no_number_is_no_page(admin, company, number):
    make_site(company)
    assert admin.get(f"/sites/{number}").status_code == 404
