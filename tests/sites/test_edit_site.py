"""Editing a site: name and address, never its zone (T1, T2)."""

from __future__ import annotations

import json

import pytest

from tests.client import Person
from tests.factories import assign, make_company, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.sites.models import Site, SiteStatus

TYPED = {"name": "Depot", "address": "Harbour Road 18", "city": "Kiel", "region": "Holstein"}


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery", zone="Asia/Tokyo", city="Lindau")


def save(person, site, **changes):
    return person.post(f"/sites/{site.id}/edit", **TYPED | {"version": str(Site.get_by_id(site.id).version)} | changes)


def edits():
    return [json.loads(row.changes) for row in AuditEntry.select().where(AuditEntry.action == "site.edited")]


def test_it_is_changed_found_and_shown(admin, site):
    form = admin.get(f"/sites/{site.id}/edit").text
    assert 'value="Bakery"' in form and 'value="Lindau"' in form and "Asia/Tokyo" in form and 'name="zone"' not in form

    reply = save(admin, site)

    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    kept = Site.get_by_id(site.id)
    assert (kept.name, kept.place, kept.version) == ("Depot", "Harbour Road 18, Kiel, Holstein", 2)
    assert "Depot" in admin.get("/sites?q=harbour").text and "Depot" not in admin.get("/sites?q=lindau").text
    assert edits() == [["address", "city", "name", "region"]]


def test_the_zone_stays_even_when_it_is_forced(admin, site):
    assert save(admin, site, zone="Europe/Berlin").status_code == 303
    assert Site.get_by_id(site.id).zone == "Asia/Tokyo"


def test_neither_company_nor_status_is_taken_from_a_form(admin, site, company):
    save(admin, site, company=str(make_company().id), company_id="99", status="authorized", version="9")
    kept = Site.get_by_id(site.id)
    assert (kept.company_id, kept.status) == (company.id, SiteStatus.NOT_INVITED)


def test_nothing_changed_writes_nothing(admin, site):
    reply = save(admin, site, name="Bakery", address="", city="Lindau", region="")
    assert reply.status_code == 303 and Site.get_by_id(site.id).version == 1 and not edits()


def test_the_same_name_in_other_letters_is_no_duplicate_of_itself(admin, site):
    assert save(admin, site, name="BAKERY").status_code == 303 and Site.get_by_id(site.id).name == "BAKERY"


@pytest.mark.parametrize("name", ["Museum", "museum ", "ＭＵＳＥＵＭ"])
def test_a_name_that_is_taken_is_refused_and_what_was_typed_is_kept(admin, site, company, name):
    make_site(company, name="Museum")
    reply = save(admin, site, name=name)
    assert reply.status_code == 409 and "has a site named" in reply.text and 'value="Harbour Road 18"' in reply.text
    assert Site.get_by_id(site.id).name == "Bakery" and not edits()


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "What is the site called?"),
        ("name", "x" * 129, "longer than 128"),
        ("address", "x" * 129, "longer than 128"),
        ("city", "a\x07", "characters that cannot be shown"),
        ("region", "x" * 60_000, "longer than 128"),
    ],
)
def test_a_bad_field_comes_back_with_its_complaint(admin, site, field, value, complaint):
    reply = save(admin, site, **{field: value})
    assert reply.status_code == 422 and complaint in reply.text and Site.get_by_id(site.id).name == "Bakery"


def test_a_form_without_fields_changes_nothing(admin, site):
    admin.fetch_token()
    assert admin.client.post(f"/sites/{site.id}/edit", data={"csrf_token": admin.token}).status_code == 422
    assert Site.get_by_id(site.id).name == "Bakery"


def test_an_assigned_installer_may(sign_in, company, site):
    installer = make_employee(company)
    assign(site, installer)
    assert save(sign_in(installer.email), site).status_code == 303


def test_an_assigned_observer_may_not(sign_in, company, site):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert f"/sites/{site.id}/edit" not in person.get(f"/sites/{site.id}").text
    assert person.get(f"/sites/{site.id}/edit").status_code == 403 and save(person, site).status_code == 403
    assert Site.get_by_id(site.id).name == "Bakery"


def test_a_forged_request_may_not(app, admin, site):
    assert admin.client.post(f"/sites/{site.id}/edit", data=TYPED).status_code == 400
    assert save(Person(app), site).status_code == 303
    assert Site.get_by_id(site.id).name == "Bakery"


def test_somebody_elses_change_meanwhile_is_not_lost(admin, site):
    save(admin, site, city="Lindau")
    reply = save(admin, site, city="", address="New street 1", version="1")
    assert reply.status_code == 409 and "Somebody else has changed this site" in reply.text
    assert Site.get_by_id(site.id).city == "Lindau" and "New street 1" in reply.text
    assert save(admin, site, city="Lindau", address="New street 1", version="2").status_code == 303
