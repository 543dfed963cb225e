"""The last fifty checks of a device: one mark each, apart from the rest of its page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from itertools import pairwise

import pytest

from tests.client import Person
from tests.devices.test_list import statements
from tests.factories import assign, make_device, make_employee, make_hour, make_hours, make_owner
from webapp.accounts.permissions import Role
from webapp.devices.models import Device
from webapp.health.models import DeviceHour
from webapp.health.services.strip import Strip, marks, strip

NOW = datetime(2026, 11, 23, 14, 20, 30, tzinfo=UTC)  # 15:20 at the site
pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture
def device(site) -> Device:
    return make_device(site)


def read(device: Device) -> Strip:
    found = strip(device)
    assert found
    return found


def drawn(device: Device) -> str:
    """A letter for each mark, the newest last: o ok, d down, n no data."""
    return "".join(beat.mark[0] for beat in read(device).beats)


def shown(person: Person, device: Device) -> tuple[str, str, str]:
    """On the device's page: the strip in words, and when its first and last marks were."""
    text = person.get(f"/devices/{device.id}").text
    part = re.search(r'<div id="checks".*?</svg>.*?<span>([^<]+)</span><span>([^<]+)</span>', text, re.S)
    assert part
    return unescape(re.findall(r'aria-label="([^"]+)"', part[0])[0]), part[1], part[2]


def poll(text: str) -> str:
    (address,) = re.findall(r'hx-get="(/devices/\d+/checks\?v=[^"]+)" hx-trigger="every 60s"', text)
    return str(address)


def test_it_has_a_mark_for_each_check_the_newest_last(admin, device):
    make_hours(device, 3, lambda ago: None if ago in {7, 8, 30} else 40)
    assert drawn(device) == "o" * 19 + "d" + "o" * 21 + "dd" + "o" * 7
    said = "14:31–15:20. Failed checks: 14:50–14:51, 15:12–15:14."
    assert shown(admin, device) == (said, "14:31", "until 15:20")
    assert "Last 50 checks" in admin.get(f"/devices/{device.id}").text


def test_a_minute_without_a_check_is_no_data(admin, device):
    make_hours(device, 3)
    DeviceHour.delete().execute()
    hour = int(NOW.timestamp()) // 3600
    make_hour(device, hour - 1, [(minute, 40) for minute in range(50)])
    make_hour(device, hour, [(minute, 40) for minute in range(21) if minute not in {5, 6}])
    assert drawn(device) == "o" * 19 + "n" * 10 + "o" * 5 + "nn" + "o" * 14
    said = "14:31–15:20. No outage seen. No data: 14:50–15:00, 15:05–15:07."
    assert shown(admin, device)[0] == said


@pytest.mark.parametrize(("ms", "mark"), [(40, "o"), (None, "d")])
def test_an_answer_that_came_when_the_next_minute_had_begun_leaves_no_gap(admin, device, ms, mark):
    make_hours(device, 3)
    DeviceHour.delete().execute()
    hour = int(NOW.timestamp()) // 3600
    make_hour(device, hour - 1, [(minute, 40) for minute in range(60)])
    make_hour(device, hour, [(minute, ms if minute == 6 else 40) for minute in range(21) if minute != 5])
    assert drawn(device) == "o" * 34 + mark * 2 + "o" * 14 and "No data" not in shown(admin, device)[0]


@pytest.mark.parametrize(
    ("late", "ends", "last"),
    [
        (0, "15:20", "o"),
        (1, "15:19", "o"),  # its turn is yet to come
        (2, "15:18", "o"),
        (3, "15:20", "n"),  # so old that no status is claimed either
        (20, "15:20", "n"),
    ],
)
def test_it_ends_with_the_newest_check_and_says_when_that_was(device, late, ends, last):
    minutes = range(60)
    hour = int(NOW.timestamp()) // 3600
    make_hour(device, hour - 1, [(minute, 40) for minute in minutes])
    make_hour(device, hour, [(minute, 40) for minute in minutes if minute <= 20 - late])
    found = read(device)
    assert (found.end, drawn(device)[-1], len(found.beats)) == (ends, last, 50)


def test_without_any_check_there_is_no_data(admin, device):
    for ago in (None, 3):  # none at all, and one three hours ago
        if ago:
            make_hour(device, int(NOW.timestamp()) // 3600 - ago, [(0, 40)])
        part = re.search(r'<div id="checks".*?</div>', admin.get(f"/devices/{device.id}").text, re.S)
        assert part and "No data" in part[0] and "<svg" not in part[0] and "until" not in part[0]
        assert read(device).text == "" and drawn(device) == "n" * 50


def test_a_turn_of_some_minutes_has_one_mark(device):
    hour = int(NOW.timestamp()) // 3600
    for ago in range(6):
        make_hour(device, hour - ago, [(minute, 40 if ago else None) for minute in range(60) if minute % 5 == 2])
    beats = marks(device.id, int(NOW.timestamp()) // 60, 5)
    assert [beat.mark for beat in beats] == ["ok"] * 46 + ["down"] * 4
    assert {later.at - beat.at for beat, later in pairwise(beats)} == {300}


def test_a_poll_brings_it_alone_and_only_when_a_mark_is_new(admin, device):
    hour = int(NOW.timestamp()) // 3600
    make_hour(device, hour, [(minute, 40) for minute in range(20)])
    page = admin.get(f"/devices/{device.id}").text
    (whole,) = re.findall(r'hx-get="(/devices/\d+/health\?v=[^"]+)"', page)
    assert admin.get(poll(page), htmx=True).status_code == 204
    DeviceHour.delete().execute()
    make_hour(device, hour, [(minute, 40) for minute in range(21)])
    assert admin.get(whole, htmx=True).status_code == 204  # a check like the others is no news to the rest
    part = admin.get(poll(page), htmx=True)
    assert part.status_code == 200 and part.text.count("<svg") == 1 and "until 15:20" in part.text
    assert admin.get(poll(part.text), htmx=True).status_code == 204


def test_a_poll_costs_one_look_at_the_history(admin, device):
    make_hours(device, 2)
    url = poll(admin.get(f"/devices/{device.id}").text)
    with statements() as sent:
        assert admin.get(url, htmx=True).status_code == 204
    assert len([sql for sql in sent if "device_hour" in sql]) == 1 and len(sent) <= 3, sent


def test_visited_bare_it_is_the_device_s_page(admin, device):
    reply = admin.get(f"/devices/{device.id}/checks")
    assert (reply.status_code, reply.location) == (303, f"/devices/{device.id}")


def test_while_monitoring_is_off_nothing_old_is_shown(admin, device):
    make_hours(device, 2)
    url = poll(admin.get(f"/devices/{device.id}").text)
    Device.update(health_monitoring=False).execute()
    assert 'id="checks" hidden' in admin.get(f"/devices/{device.id}").text
    for address in (url, f"/devices/{device.id}/checks"):
        text = admin.get(address, htmx=True).text
        assert 'id="checks" hidden' in text and "<svg" not in text and "15:20" not in text


def test_who_does_not_see_the_device_gets_none(sign_in, company, site, device):
    make_hours(device, 2)
    address = f"/devices/{device.id}/checks"
    assert sign_in(make_employee(company).email).get(address, htmx=True).status_code == 404
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    assert sign_in(observer.email).get(address, htmx=True).status_code == 200
    owner = sign_in(make_owner(site).email)
    assert owner.get(address, htmx=True).status_code == 403
    assert 'id="checks"' not in owner.get(f"/devices/{device.id}").text
