"""One item for a line that is gone, instead of one for each device behind it (H13)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Mode, Status

ADDRESS = "127.0.9.1"


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery", zone="UTC")


def make_silent(site, name, reason="timeout", since=None, **values):
    """A device that has been offline since then, by default for ten minutes."""
    device, now = make_device(site, name=name, status=Status.CHECKING, **values), clock.now()
    began = since or now - timedelta(minutes=10)
    DeviceState.set(device.id, began, Status.OFFLINE, reason=reason, checked_at=now)
    return device


def behind(site, count, reason="timeout", **values):
    """So many silent devices behind one address."""
    return [
        make_silent(site, f"Camera {n}", reason, host=ADDRESS, port=8000 + n, **values) for n in range(1, count + 1)
    ]


def items(page) -> list[str]:
    """What is said of each outage."""
    return re.findall(r"<b>Site connection</b><span class=\"line long\">\s*(.*?)</span></span>", page.text, re.S)


def names(page) -> list[str]:
    return re.findall(r'id="device-\d+".*?<span class="text"><b><bdi>([^<]+)</bdi>', page.text)


def test_devices_behind_one_address_are_one_item_at_home_and_at_the_site(admin, site):
    last = clock.now().replace(microsecond=0) - timedelta(minutes=4)
    behind(site, 4)
    make_silent(site, "Camera 5", since=last, host=ADDRESS, port=9000)
    said = f"All 5 devices at Bakery are unreachable since {last:%H:%M}. Probably its Internet connection or power, "
    home = admin.get("/")
    assert items(home) == [said + "not the cameras."] and names(home) == []
    assert f'href="/sites/{site.id}"' in home.text
    page = admin.get(f"/sites/{site.id}")
    assert items(page) == items(home) and len(names(page)) == 5 and "All 5 devices are down." in page.text


def test_a_site_with_several_addresses_is_out_when_all_of_them_are(admin, site):
    make_silent(site, "One")
    other = make_silent(site, "Other", "no_route")
    assert "All 2 devices at Bakery" in items(admin.get("/"))[0]
    DeviceState.set(other.id, clock.now(), Status.ONLINE, checked_at=clock.now())
    assert items(admin.get("/")) == [] and names(admin.get("/")) == ["One"]


def test_one_address_may_be_out_while_another_is_there(admin, site):
    make_device(site, name="Well")
    behind(site, 2)
    (said,) = items(admin.get("/"))
    assert said.startswith(f"2 devices at Bakery behind {ADDRESS} are unreachable since")
    assert items(admin.get(f"/sites/{site.id}")) == [said] and names(admin.get("/")) == []


def test_a_device_alone_is_no_outage(admin, site):
    make_silent(site, "Only")
    make_silent(make_site(site.company, name="Depot"), "Other")
    home = admin.get("/")
    assert items(home) == [] and names(home) == ["Only", "Other"]


@pytest.mark.parametrize("reason", ["refused", "reset", "not_web", "wrong_password", ""])
def test_an_answer_from_there_shows_that_the_line_is_well(admin, site, reason):
    behind(site, 2)
    make_silent(site, "Answers", reason, host=ADDRESS, port=9000)
    assert items(admin.get("/")) == [] and len(names(admin.get("/"))) == 3


STOPPED = [Status.AUTH_FAILED, Status.LOCKED, Status.CERTIFICATE_CHANGED, Status.OTHER_DEVICE, Status.UNSUPPORTED]


@pytest.mark.parametrize("status", [Status.ONLINE, Status.CHECKING, *STOPPED])
def test_so_does_a_device_in_any_other_state_that_answered_since(admin, site, status):
    behind(site, 2)
    make_device(site, name="Answers", host=ADDRESS, port=9000, status=status)
    assert items(admin.get("/")) == []


@pytest.mark.parametrize("status", STOPPED)
def test_one_that_is_not_asked_any_more_says_nothing_of_the_line(admin, site, status):
    behind(site, 2)
    refused = make_device(site, name="Refused", host=ADDRESS, port=9000, status=status)
    month_ago = clock.now() - timedelta(days=30)
    DeviceState.update(checked_at=month_ago, since=month_ago).where(DeviceState.device == refused.id).execute()
    home = admin.get("/")
    (said,) = items(home)
    assert said.startswith("2 devices at Bakery are unreachable since") and names(home) == ["Refused"]
    assert items(admin.get(f"/sites/{site.id}")) == [said]
    Device.update(host="127.0.9.2").where(Device.id == refused.id).execute()
    assert items(admin.get("/")) == [said]  # it is the only one behind its address


def test_one_that_was_found_online_just_before_is_still_asked_and_counts(admin, site):
    make_silent(site, "First", host=ADDRESS, port=8001)
    make_silent(site, "Last", since=clock.now(), host=ADDRESS, port=8002)
    well = make_device(site, name="Well", host=ADDRESS, port=8003)
    DeviceState.update(checked_at=clock.now() - timedelta(seconds=50)).where(DeviceState.device == well.id).execute()
    assert items(admin.get("/")) == []


def test_those_that_are_not_asked_are_no_outage_themselves(admin, site):
    for port in (8001, 8002):
        make_device(site, host=ADDRESS, port=port, status=Status.AUTH_FAILED)
    DeviceState.update(checked_at=clock.now() - timedelta(days=30)).execute()
    make_silent(site, "Only", host=ADDRESS, port=8003)
    assert items(admin.get("/")) == []


def test_old_figures_claim_no_outage(admin, site):
    behind(site, 3)
    DeviceState.update(checked_at=clock.now() - timedelta(minutes=4)).execute()
    assert items(admin.get("/")) == [] and items(admin.get(f"/sites/{site.id}")) == []


def test_what_is_not_monitored_neither_makes_nor_hides_one(admin, site):
    first, second = behind(site, 2)
    make_device(site, name="Off", host=ADDRESS, port=9000, health_monitoring=False)
    make_device(site, name="Panel", mode=Mode.SERIAL)
    assert items(admin.get("/"))[0].startswith("All 2 monitored devices at Bakery are unreachable since")
    Device.update(health_monitoring=False).where(Device.id == first.id).execute()
    assert items(admin.get("/")) == [] and names(admin.get("/")) == [second.name]


def test_names_that_lead_nowhere_are_told_from_a_dead_line(admin, site):
    behind(site, 2, "no_such_name")
    assert "domain name leads nowhere" in items(admin.get("/"))[0]
    DeviceState.update(reason="timeout").where(DeviceState.device == Device.get().id).execute()
    assert "Internet connection or power" in items(admin.get("/"))[0]


def test_an_outage_of_another_day_says_which(admin, site):
    behind(site, 2)
    DeviceState.update(since=clock.now() - timedelta(days=9)).execute()
    (said,) = items(admin.get("/"))
    assert re.search(r"since [A-Z][a-z]+ \d+ \d\d:\d\d\.", said), said


def test_it_hides_only_what_it_explains(admin, site):
    behind(site, 2)
    make_device(site, name="Panel", mode=Mode.SERIAL, password="12345678")
    assert len(items(admin.get("/"))) == 1 and names(admin.get("/")) == ["Panel"]


def test_everybody_sees_only_their_own(sign_in, company, site):
    behind(site, 2)
    mine = make_site(company, name="Depot")
    installer = make_employee(company)
    assign(mine, installer)
    foreigner = make_employee(make_company(), Role.INSTALLER_ADMIN)
    for email in (installer.email, foreigner.email):
        assert items(sign_in(email).get("/")) == []
    assert sign_in(installer.email).get(f"/sites/{site.id}").status_code == 404


def test_a_name_with_markup_is_text(admin, company):
    behind(make_site(company, name="<b>Shop</b> 100%"), 2)
    assert "<b>Shop" not in admin.get("/").text and "&lt;b&gt;Shop&lt;/b&gt; 100%" in items(admin.get("/"))[0]


def test_when_very_many_are_out_the_first_ten_are_named(admin, company):
    for n in range(13):
        site, since = make_site(company, name=f"Shop {n}"), clock.now() - timedelta(minutes=20 - n)
        for name in ("Front", "Back"):
            make_silent(site, name, since=since)
    home = admin.get("/")
    assert [re.search(r"Shop \d+", said)[0] for said in items(home)] == [f"Shop {n}" for n in range(10)]
    assert "3 more connections are gone" in home.text and 'href="/devices?status=down"' in home.text
