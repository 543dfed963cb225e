"""A site may ask for device passwords to be changed; one that is older is due (E13)."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.factories import assign, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.devices.models import Device, Mode, Status
from webapp.sites.models import Site

TYPED = {"name": "Bakery", "address": "", "city": "", "region": ""}


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery", password_days=30)


def make_aged(site, days, **values):
    return make_device(site, password_set_at=clock.now() - timedelta(days=days), **values)


def save(person, site, **fields):
    return person.post(f"/sites/{site.id}/edit", **TYPED | {"version": str(Site.get_by_id(site.id).version)} | fields)


def names(reply) -> list[str]:
    return re.findall(r'id="device-\d+".*?<span class="text"><b><bdi>([^<]+)</bdi>', reply.text)


def chips(reply) -> list[str]:
    return re.findall(r'<span class="chip \w+">.*?<span>([^<]+)</span></span></a>', reply.text)


def test_a_new_site_may_ask_for_it(admin, company):
    form = admin.get("/sites/new").text
    assert "Remind of password changes" in form and '<option selected value="0">Never</option>' in form
    admin.post("/sites/new", **TYPED | {"zone": "Europe/Berlin", "password_days": "90"})
    site = Site.get()
    assert site.password_days == 90 and "Every 3 months" in admin.get(f"/sites/{site.id}").text


def test_it_is_changed_and_noted(admin, site):
    assert '<option selected value="30">Every month</option>' in admin.get(f"/sites/{site.id}/edit").text
    assert save(admin, site, password_days="7").status_code == 303
    assert Site.get_by_id(site.id).password_days == 7
    edits = AuditEntry.select().where(AuditEntry.action == "site.edited")
    assert [json.loads(row.changes) for row in edits] == [["password_days"]]


def test_a_number_of_days_that_is_not_among_the_usual_ones_stays(admin, site):
    Site.update(password_days=45).execute()
    assert '<option selected value="45">Every 45 days</option>' in admin.get(f"/sites/{site.id}/edit").text
    assert save(admin, site, password_days="45", city="Lindau").status_code == 303
    assert Site.get_by_id(site.id).password_days == 45


@pytest.mark.parametrize("days", ["5", "-2", "9999999999999", "x", "7.5"])
def test_other_numbers_are_refused(admin, site, days):
    reply = save(admin, site, password_days=days)
    assert reply.status_code == 422 and "Choose how often from the list." in reply.text
    assert Site.get_by_id(site.id).password_days == 30


@pytest.mark.parametrize("days", ["1", "5", "730"])
def test_any_number_of_days_can_be_typed(admin, site, days):
    assert save(admin, site, password_days="-1", custom_days=f" {days} ").status_code == 303
    assert Site.get_by_id(site.id).password_days == int(days)
    admin.post("/sites/new", **TYPED | {"name": "New", "zone": "UTC", "password_days": "-1", "custom_days": days})
    assert Site.get(Site.name == "New").password_days == int(days)
    assert f'<option selected value="{days}">' in admin.get(f"/sites/{site.id}/edit").text
    assert "Another number of days" in admin.get(f"/sites/{site.id}/edit").text


@pytest.mark.parametrize("days", ["0", "731", "-5", "x", "7.5", "", "9" * 30, "٥"])
def test_a_number_that_makes_no_sense_is_refused_and_kept(admin, site, days):
    for path in (f"/sites/{site.id}/edit", "/sites/new"):
        typed = TYPED | {"name": "New", "zone": "UTC", "version": "1", "password_days": "-1", "custom_days": days}
        reply = admin.post(path, **typed)
        assert reply.status_code == 422 and "Type a number of days from 1 to 730." in reply.text
        assert '<option selected value="-1">' in reply.text and (not days or f'value="{days}"' in reply.text)
    assert Site.get().password_days == 30 and Site.select().count() == 1


def test_what_was_typed_beside_another_choice_counts_for_nothing(admin, site):
    assert save(admin, site, password_days="7", custom_days="nonsense").status_code == 303
    assert Site.get_by_id(site.id).password_days == 7


def test_typed_days_stay_when_another_field_is_refused(admin, site):
    make_site(site.company, name="Depot")
    reply = save(admin, site, name="Depot", password_days="-1", custom_days="5")
    assert reply.status_code == 409 and '<option selected value="5">Every 5 days</option>' in reply.text
    reply = save(admin, site, name="", password_days="-1", custom_days="5")
    assert reply.status_code == 422 and 'value="5"' in reply.text


def test_somebody_elses_choice_meanwhile_is_shown(admin, site):
    save(admin, site, password_days="90")
    reply = save(admin, site, password_days="7", version="1")
    assert reply.status_code == 409 and "Every week" in reply.text and "Every 3 months" in reply.text
    assert Site.get_by_id(site.id).password_days == 90


def test_a_password_that_is_older_is_due(admin, site):
    make_aged(site, 29, name="Fresh")
    make_aged(site, 31, name="Aged")
    for path in ("/devices", f"/sites/{site.id}"):
        assert list(zip(names(admin.get(path)), chips(admin.get(path)), strict=True)) == [
            ("Aged", "Password due"),
            ("Fresh", "Online"),
        ]
    for status in ("attention", "old_password"):
        assert names(admin.get(f"/devices?status={status}")) == ["Aged"]
    assert "1 password is due" in admin.get(f"/sites/{site.id}").text and "1 to check" in admin.get("/sites").text
    assert 'href="/devices?status=old_password"' in admin.get("/").text and names(admin.get("/")) == ["Aged"]


def test_setting_a_new_one_ends_it(admin, site):
    device = make_aged(site, 31, name="Aged")
    Device.update(password_set_at=clock.now()).where(Device.id == device.id).execute()
    assert names(admin.get("/devices?status=old_password")) == [] and "Old passwords" not in admin.get("/").text


def test_a_site_that_does_not_ask_is_not_reminded(admin, site):
    Site.update(password_days=0).execute()
    make_aged(site, 700)
    assert chips(admin.get("/devices")) == ["Online"] and "Old passwords" not in admin.get("/").text


def test_where_no_password_is_kept_none_is_due(admin, site):
    device = make_aged(site, 31, mode=Mode.SERIAL)
    Device.update(password_sealed=b"").where(Device.id == device.id).execute()
    assert chips(admin.get("/devices")) == ["Online"]


def test_a_device_that_is_down_is_down_first(admin, site):
    make_aged(site, 31, name="Aged", status=Status.OFFLINE)
    assert chips(admin.get("/devices")) == ["Offline"]
    assert names(admin.get("/devices?status=old_password")) == ["Aged"]
    assert names(admin.get("/devices?status=attention")) == []


def test_an_observer_may_not_change_it(sign_in, company, site):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    assert save(sign_in(observer.email), site, password_days="7").status_code == 403
    assert save(sign_in(make_employee(company).email), site, password_days="7").status_code == 404
    assert Site.get_by_id(site.id).password_days == 30
