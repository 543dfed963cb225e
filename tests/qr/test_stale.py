"""A code is out of date once what it carries is no longer so, and says since when and why (Q7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.conftest import PASSWORD
from tests.factories import make_device, make_site
from tests.qr.made import make, newest, sealed
from webapp.devices.models import Device

MAY = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock_of_may():
    """Stands still, before anybody signs in."""
    with time_machine.travel(MAY, tick=False) as travel:
        yield travel


@pytest.fixture
def device(company) -> Device:
    return make_device(make_site(company, zone="Europe/Berlin"), name="Gate", health_monitoring=False)


def edit(person, device, **changes):
    """Save the address form with these fields changed."""
    now = Device.get_by_id(device.id)
    names = ("name", "host", "port", "username", "version")
    fields = {name: str(getattr(now, name)) for name in names} | {"password": ""}
    fields |= {"https": "y"} if now.https else {}
    reply = person.post(f"/devices/{device.id}/address", **fields | changes)
    assert (reply.status_code, reply.location) == (303, f"/devices/{device.id}/address"), reply.text


def said(person, device):
    """What the list says of the codes, the newest first."""
    page = person.get(f"/devices/{device.id}/qr").text.partition('id="codes"')[2]
    return [one.partition("</li>")[0] for one in page.split("<li>")[1:]]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"host": "127.0.0.77"},
            "The address was changed on May 3, 2026, after this code was made: a new one is needed.",
        ),
        ({"port": "8081"}, "The address was changed on May 3, 2026"),
        ({"https": "y"}, "The address was changed on May 3, 2026"),
        ({"username": "service"}, "The user name was changed on May 3, 2026"),
        ({"password": "Another-secret-8"}, "The password was changed on May 3, 2026"),
        ({"host": "127.0.0.77", "password": "Another-secret-8"}, "The connection was changed on May 3, 2026"),
    ],
)
def test_it_says_what_was_changed_and_when(admin, device, clock_of_may, changes, sentence):
    sealed(admin, device)
    code = newest(device)
    assert "Up to date" in said(admin, device)[0]
    clock_of_may.move_to(MAY + timedelta(days=1, hours=14))  # 23:00 UTC, which is the third of May at the site
    admin.post("/sign-in", email="ada@example.com", password=PASSWORD)  # the session has idled away
    edit(admin, device, **changes)
    clock_of_may.shift(timedelta(hours=2))
    edit(admin, device, name="Gate, renamed")
    (told,) = said(admin, device)
    assert "Out of date" in told and sentence in told
    assert sentence in admin.get(f"/devices/{device.id}/qr/{code.id}").text


def test_a_code_without_the_password_does_not_mind_another_one(admin, device, clock_of_may):
    make(admin, device)
    clock_of_may.shift(60)
    edit(admin, device, password="Another-secret-8")
    assert "Up to date" in said(admin, device)[0]


def test_another_name_leaves_it_up_to_date(admin, device, clock_of_may):
    sealed(admin, device)
    clock_of_may.shift(60)
    edit(admin, device, name="Back gate")
    assert "Up to date" in said(admin, device)[0]


def test_what_was_changed_back_is_up_to_date_again(admin, device, clock_of_may):
    make(admin, device)
    for host in ("127.0.0.77", device.host):
        clock_of_may.shift(60)
        edit(admin, device, host=host)
    assert "Up to date" in said(admin, device)[0]


def test_one_that_was_made_afterwards_is_up_to_date(admin, device, clock_of_may):
    make(admin, device)
    clock_of_may.shift(60)
    edit(admin, device, host="127.0.0.77")
    clock_of_may.shift(60)
    make(admin, device)
    new, old = said(admin, device)
    assert "Up to date" in new and "Out of date" in old
