"""Asking the owner to reset a device's password: Sitehand says what to do, and does nothing itself (E15)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import assign, make_company, make_employee, make_owner
from tests.handover.made import acts, principal
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.devices.models import Device
from webapp.handover.models import AccessRequest
from webapp.handover.services import requests


@pytest.fixture
def olga(site):
    return principal(make_owner(site, name="Olga", email="olga@example.com"))


@pytest.fixture
def url(olga, cameras):
    return f"/devices/{cameras[0].id}/password-reset"


def test_the_owner_agrees_and_the_page_says_what_to_do(admin, url, olga, cameras):
    before = Device.get_by_id(cameras[0].id).password_sealed
    assert "Sitehand cannot do it from here" in admin.get(url).text
    reply = admin.post(url, reason="Lost with the notebook")
    assert (reply.status_code, reply.location) == (303, url)
    page = admin.get(url).text
    assert "Lost with the notebook" in page and "How long" not in page and f'hx-get="{url}?waiting=1"' in page
    assert admin.get(f"{url}?waiting=1", htmx=True).status_code == 204
    requests.grant(olga, AccessRequest.get())
    assert admin.get(f"{url}?waiting=1", htmx=True).headers["HX-Redirect"] == url
    page = admin.get(url).text
    for said in (
        "Allowed by Olga, ",
        "cannot reset the device’s password",
        "same network",
        "Edit connection",
    ):
        assert said in page
    assert f"/devices/{cameras[0].id}/address" in page
    assert Device.get_by_id(cameras[0].id).password_sealed == before
    assert acts("device.") == ["device.reset_asked", "device.reset_approved"]


def test_the_owner_declines(admin, url, olga):
    admin.post(url, reason="Lost")
    requests.decline(olga, AccessRequest.get())
    page = admin.get(url).text
    assert "Declined by Olga, " in page and "Ask again" in page and "<textarea" not in page and 'name="reason"' in page
    assert acts("device.") == ["device.reset_asked", "device.reset_declined"]


def test_once_a_time_and_withdrawn(admin, url):
    admin.post(url, reason="Lost")
    assert admin.post(url, reason="Lost").status_code == 409
    reply = admin.post(f"/requests/{AccessRequest.get().id}/withdraw")
    assert (reply.status_code, reply.location) == (303, url)
    assert admin.post(url, reason="Lost").status_code == 303
    assert len(acts("device.")) == 3


def test_another_device_is_another_request(admin, url, cameras):
    admin.post(url, reason="Lost")
    assert admin.post(f"/devices/{cameras[1].id}/password-reset", reason="Lost").status_code == 303


def test_it_needs_a_reason(admin, url):
    reply = admin.post(url, reason="")
    assert reply.status_code == 422 and "The owner reads this." in reply.text


def test_after_two_weeks_the_answer_is_forgotten(admin, ada, url, olga, cameras):
    admin.post(url, reason="Lost")
    requests.grant(olga, AccessRequest.get())
    with time_machine.travel(clock.now() + timedelta(days=15)):
        assert requests.last_password_reset(ada, cameras[0]) is None


@pytest.mark.parametrize(
    ("role", "assigned", "status"),
    [
        (Role.OBSERVER, True, 403),
        (Role.INSTALLER, False, 404),
        (Role.INSTALLER, True, 200),
    ],
)
def test_who_may_ask(sign_in, company, site, url, role, assigned, status):
    person = make_employee(company, role)
    if assigned:
        assign(site, person)
    browser = sign_in(person.email)
    assert browser.get(url).status_code == status
    assert browser.post(url, reason="Lost").status_code == (303 if status == 200 else status)
    assert AccessRequest.select().count() == (status == 200)


def test_not_by_others(sign_in, url, olga):
    make_employee(make_company(), Role.INSTALLER_ADMIN, email="bo@example.com")
    assert sign_in("bo@example.com").post(url, reason="x").status_code == 404
    assert sign_in("olga@example.com").post(url, reason="x").status_code == 403
    assert not AccessRequest.select().count()
