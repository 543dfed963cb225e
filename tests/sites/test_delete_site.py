"""Deleting a site: its name is typed, and all that hangs on it goes (T9)."""

from __future__ import annotations

import pytest

from tests.client import Person
from tests.factories import assign, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common.errors import Refused
from webapp.common.signals import site_leaving
from webapp.devices.models import Device, DeviceState
from webapp.sites.models import Assignment, Site


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery Groß")


def delete(person, site, name="Bakery Groß", htmx=False):
    return person.post(f"/sites/{site.id}/delete", htmx=htmx, name=name)


def test_it_goes_with_its_devices_and_assignments_and_nothing_else(admin, company, site):
    other = make_site(company)
    gone, kept = make_device(site), make_device(other)
    assign(site, make_employee(company))

    reply = delete(admin, site)

    assert (reply.status_code, reply.location) == (303, "/sites")
    assert "Bakery Groß is deleted." in admin.get("/sites").text and admin.get(f"/sites/{site.id}").status_code == 404
    assert [row.id for row in Site.select()] == [other.id] and [row.id for row in Device.select()] == [kept.id]
    assert [row.device_id for row in DeviceState.select()] == [kept.id] and not Assignment.select().count()
    assert admin.get(f"/devices/{gone.id}").status_code == 404
    entries = list(AuditEntry.select().where(AuditEntry.action == "site.deleted"))
    assert [(entry.target_id, entry.target_name) for entry in entries] == [(site.id, "Bakery Groß")]


def test_htmx_is_led_to_the_list(admin, site):
    reply = delete(admin, site, htmx=True)
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (204, "/sites")


def test_the_question_says_what_is_lost(admin, site):
    make_device(site)
    make_device(site)
    sheet = admin.get(f"/sites/{site.id}/delete", htmx=True).text
    assert "Its 2 devices are forgotten" in sheet and "Bakery Groß" in sheet and "<html" not in sheet
    page = admin.get(f"/sites/{site.id}/delete").text
    assert "Its 2 devices are forgotten" in page and "<html" in page and Site.select().count() == 1


@pytest.mark.parametrize("name", ["", "Bakery", "Bakery Groß 2", "%", "yes", "x" * 60_000, "\x00"])
@pytest.mark.parametrize("htmx", [False, True])
def test_another_name_deletes_nothing(admin, site, name, htmx):
    reply = delete(admin, site, name, htmx)
    assert reply.status_code == 422 and ("<html" in reply.text) != htmx and Site.select().count() == 1
    assert not AuditEntry.select().where(AuditEntry.action == "site.deleted").count()


@pytest.mark.parametrize("name", [" bakery  groß ", "BAKERY GROSS"])
def test_the_phones_capital_letters_and_blanks_do_not_matter(admin, site, name):
    assert delete(admin, site, name).status_code == 303 and not Site.select().count()


def test_a_room_above_may_refuse_and_nothing_is_lost(admin, site):
    def refuse(_site, by):
        raise Refused("A firmware upgrade is running there.")

    make_device(site)
    with site_leaving.connected_to(refuse):
        reply = delete(admin, site)
    assert reply.status_code == 409 and "upgrade is running" in reply.text
    assert Site.select().count() == Device.select().count() == 1


def test_an_assigned_observer_may_not(sign_in, company, site):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    assert "Delete site" not in person.get(f"/sites/{site.id}").text
    assert person.get(f"/sites/{site.id}/delete").status_code == 403 and delete(person, site).status_code == 403
    assert Site.select().count() == 1


def test_a_link_or_a_forged_request_deletes_nothing(app, admin, site):
    admin.get(f"/sites/{site.id}/delete?name=Bakery+Gro%C3%9F")
    assert admin.client.post(f"/sites/{site.id}/delete", data={"name": site.name}).status_code == 400
    assert delete(Person(app), site).status_code == 303
    assert Site.select().count() == 1


def test_twice_is_once(admin, site):
    assert delete(admin, site).status_code == 303 and delete(admin, site).status_code == 404
    assert AuditEntry.select().where(AuditEntry.action == "site.deleted").count() == 1
