"""Maintenance: begun with one tap, shown with who and why, over by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import assign, make_device, make_employee, make_owner, make_site
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Status
from webapp.health.models import EngineLease, Silence
from webapp.sites.models import SiteStatus


@pytest.fixture
def device(site) -> Device:
    return make_device(site)


def begin(person: Person, device: Device, hours: Any, reason: str = "", **more: Any) -> Any:
    return person.post(f"/devices/{device.id}/silence", hours=str(hours), reason=reason, **more)


def deeds() -> list[str]:
    return [entry.action for entry in AuditEntry.select().where(AuditEntry.action.startswith("device.maintenance"))]


@pytest.mark.parametrize("hours", [1, 4, 8])
def test_it_lasts_as_long_as_the_button_says(admin, device, hours):
    assert f'name="hours" value="{hours}"' in admin.get(f"/devices/{device.id}").text
    assert begin(admin, device, hours).status_code == 303
    found = Silence.of(device.id, clock.now())
    assert found and found.until - found.began_at == timedelta(hours=hours)
    assert deeds() == ["device.maintenance_begun"]


def test_it_is_shown_with_its_end_its_reason_and_who_began_it(sign_in, company):
    device = make_device(make_site(company, zone="UTC"))
    morning = datetime(2031, 5, 7, 10, 30, tzinfo=UTC)
    with time_machine.travel(morning, tick=False):
        person = sign_in()
        begin(person, device, 4, "New lens")
        shown = person.get(f"/devices/{device.id}/status", htmx=True).text
        assert "In maintenance until 14:30: New lens (by Ada Admin)" in shown and "End now" in shown
    with time_machine.travel(morning + timedelta(hours=12), tick=False):
        person = sign_in()
        begin(person, device, 4, "New lens")
        assert "until Thu 02:30: New lens" in person.get(f"/devices/{device.id}/status", htmx=True).text


def test_without_a_reason_none_is_shown(admin, device):
    begin(admin, device, 1)
    shown = admin.get(f"/devices/{device.id}/status", htmx=True).text
    assert "(by Ada Admin)" in shown and ": (by" not in shown


def test_a_reason_is_shown_and_never_run(admin, device):
    begin(admin, device, 1, "<script>alert(1)</script>")
    assert "<script>alert" not in admin.get(f"/devices/{device.id}").text


def test_it_is_over_by_itself(admin, device):
    begin(admin, device, 1)
    Silence.update(until=clock.now() - timedelta(seconds=1)).execute()
    assert "In maintenance" not in admin.get(f"/devices/{device.id}").text
    assert admin.post(f"/devices/{device.id}/silence/end").status_code == 303
    assert deeds() == ["device.maintenance_begun"]  # there was nothing left to end


def test_end_now_ends_it_once(admin, device):
    begin(admin, device, 8)
    for _ in range(2):
        reply = admin.post(f"/devices/{device.id}/silence/end", htmx=True)
        assert reply.status_code == 303
    assert "In maintenance" not in admin.get(reply.location, htmx=True).text
    assert deeds() == ["device.maintenance_begun", "device.maintenance_ended"] and not Silence.select().count()


def test_begun_anew_it_takes_the_place_of_the_other(admin, device):
    begin(admin, device, 8, "first")
    begin(admin, device, 1, "second")
    (found,) = Silence.select()
    assert found.reason == "second" and found.until < clock.now() + timedelta(hours=2)


def test_for_htmx_the_form_is_empty_again_and_the_status_is_told(admin, device):
    reply = begin(admin, device, 1, "New lens", htmx=True)
    assert reply.headers["HX-Trigger"] == "refreshed" and 'id="silence"' in reply.text and "New lens" not in reply.text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("hours", "reason", "words"),
    [
        ("2", "", "Choose 1, 4 or 8 hours."),
        ("", "", "Choose 1, 4 or 8 hours."),
        ("1e9", "", "Choose 1, 4 or 8 hours."),
        ("1", "x" * 201, "longer than 200"),
        ("1", "\u202eevil", "cannot be shown"),
    ],
)
def test_nonsense_is_told_and_begins_nothing(admin, device, hours, reason, words, htmx):
    reply = begin(admin, device, hours, reason, htmx=htmx)
    assert reply.status_code == 422 and words in reply.text
    assert reply.text.startswith("<!doctype html>") != htmx
    assert not Silence.select().count() and deeds() == []


def test_a_reason_of_200_characters_is_kept(admin, device):
    assert begin(admin, device, 1, "ü" * 200).status_code == 303
    assert Silence.get().reason == "ü" * 200


def test_it_goes_with_the_device(admin, device):
    begin(admin, device, 8)
    assert admin.post(f"/devices/{device.id}/delete").status_code == 303
    assert not Silence.select().count()


def test_without_the_owners_authorization_it_is_refused(admin, company):
    device = make_device(make_site(company, status=SiteStatus.OWNED_UNAUTHORIZED))
    assert "Maintenance" not in admin.get(f"/devices/{device.id}").text
    assert begin(admin, device, 1).status_code == 409
    assert admin.post(f"/devices/{device.id}/silence/end").status_code == 409
    assert not Silence.select().count()


def test_who_may_not_begin_it(sign_in, admin, company, site, device):
    begin(admin, device, 1, "New lens")
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    person = sign_in(observer.email)
    page = person.get(f"/devices/{device.id}").text
    assert "New lens" in page and "End now" not in page and 'name="hours"' not in page
    assert begin(person, device, 1).status_code == 403
    assert person.get(f"/devices/{device.id}/silence").status_code == 403
    assert person.post(f"/devices/{device.id}/silence/end").status_code == 403
    stranger = sign_in(make_employee(company, Role.INSTALLER).email)
    assert begin(stranger, device, 1).status_code == 404
    assert stranger.post(f"/devices/{device.id}/silence/end").status_code == 404
    assert Silence.of(device.id, clock.now()).reason == "New lens"


@pytest.fixture
def worked_at(admin, site) -> Device:
    """An ill device at which somebody works, beside a well one."""
    ill = make_device(site, name="Ill", status=Status.OFFLINE, password="12345678")
    make_device(site, name="Well")
    EngineLease.tell(beat_at=clock.now())
    begin(admin, ill, 1, "New lens")
    return ill


def chip(person: Person, path: str, device: Device) -> str:
    (row,) = re.findall(rf'id="device-{device.id}".*?</a>', person.get(path).text, re.S)
    return re.findall(r'<span class="chip (\w+)">.*?<span>([^<]+)</span>', row)[0]


def test_everybody_reads_it_wherever_the_device_is_shown(admin, site, worked_at):
    for path in ("/", "/devices", f"/sites/{site.id}", "/devices?status=maintenance"):
        assert chip(admin, path, worked_at) == ("info", "Being worked at"), path
    for path in (f"/sites/{site.id}/report", f"/sites/{site.id}/report.csv"):
        assert "Being worked at" in admin.get(path).text
    owner = make_owner(site)
    person = Person(admin.client.application)
    person.post("/sign-in", email=owner.email, password=PASSWORD)
    assert "1 device is being worked at." in person.get("/").text
    for path in (f"/sites/{site.id}", f"/devices/{worked_at.id}"):
        assert "It is being worked at." in person.get(path).text and "Offline since" not in person.get(path).text


def test_meanwhile_it_is_neither_down_nor_to_check(admin, site, worked_at):
    page = admin.get("/").text
    assert re.findall(r'<a class="tile (\w+)"[^>]*><b>(\d+)</b>', page)[2:] == [("ok", "0"), ("ok", "0")]
    assert "down<" not in admin.get("/sites").text and "to check<" not in admin.get("/sites").text
    assert "1 device is being worked at." in admin.get(f"/sites/{site.id}").text
    for status in ("down", "attention", "offline"):
        assert f"device-{worked_at.id}" not in admin.get(f"/devices?status={status}").text
    Silence.update(until=clock.now() - timedelta(seconds=1)).execute()
    assert chip(admin, "/", worked_at) == ("bad", "Offline") and "1 down" in admin.get("/sites").text


def test_of_a_device_alone_at_its_site_nothing_else_is_said(admin, site, device):
    DeviceState.set(device.id, clock.now(), Status.OFFLINE, checked_at=clock.now())
    begin(admin, device, 1)
    page = admin.get(f"/sites/{site.id}").text
    assert "1 device is being worked at." in page and "is down" not in page and "Nothing is known" not in page


def test_it_makes_no_outage_and_hides_none(admin, site):
    made = [make_device(site, host="127.0.9.1", port=8000 + n) for n in range(3)]
    ago = clock.now() - timedelta(minutes=10)
    for device in made:
        DeviceState.set(device.id, ago, Status.OFFLINE, reason="timeout", checked_at=clock.now())
    begin(admin, made[0], 1)
    assert "2 monitored devices" in admin.get("/").text
    begin(admin, made[1], 1)
    assert "Site connection" not in admin.get("/").text


def test_where_nothing_is_monitored_nobody_is_told_of_work(admin, site, device):
    begin(admin, device, 1)
    Device.update(health_monitoring=False).execute()
    assert chip(admin, "/devices", device) == ("off", "Not monitored")
