"""The health report of a site: a page made for print, and the same as a table (H12)."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_findings, make_owner, make_site
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, DeviceState, Status
from webapp.health.models import DeviceDay, DeviceFindings, DeviceHour
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.health import Findings, Missing, to_json
from webapp.protocols.isapi.kinds import Kind
from webapp.protocols.isapi.storage import Disk, Storage
from webapp.sites.models import Site

NOW = datetime(2026, 11, 23, 13, 3, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture
def bakery(company):
    return make_site(company, name="Bäckerei & Söhne", city="Lindau", zone="Europe/Berlin")


def table(person, site) -> list[dict[str, str]]:
    """The rows of the CSV."""
    return list(csv.DictReader(io.StringIO(person.get(f"/sites/{site.id}/report.csv").data.decode("utf-8-sig"))))


def page(person, site) -> str:
    """The report as a person reads it: text alone."""
    text = person.get(f"/sites/{site.id}/report").text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def make_recorder(site):
    """One of two disks worn out, one of two cameras offline, an empty bay and an unused channel."""
    device = make_device(site, name="Recorder", type=Kind.NVR, model="DS-7608NI", serial="123456", firmware="V4.62")
    disks = (Disk(1, "hdd1", "hdd", "ok", 4000, 0), Disk(2, "hdd2", "hdd", "smartFailed", 4000, 10))
    bay = Disk(3, "hdd3", "hdd", "notexist", 0, 0)
    cameras = (Channel(1, "Door", "ip", True, "connect"), Channel(2, "Yard", "ip", False, "wrong_password"))
    unused = Channel(3, "", "ip", False, "not_exist", used=False)
    found = Findings(Storage((*disks, bay), "quota"), (*cameras, unused), None, Missing("unsupported"))
    DeviceFindings.write(device.id, at=clock.now(), blocks=to_json(found))
    return device


def test_it_names_company_site_day_and_what_is_the_matter(admin, bakery):
    make_device(bakery)
    make_device(bakery, status=Status.OFFLINE)
    text = page(admin, bakery)
    first = [text.index(part) for part in ("Northlight Security", "Bäckerei & Söhne", "2026-11-23 14:03", "1 of 2")]
    assert first == sorted(first) and "1 of 2 devices is down." in text
    assert "data-print" in admin.get(f"/sites/{bakery.id}/report").text
    assert f'href="/sites/{bakery.id}/report"' in admin.get(f"/sites/{bakery.id}").text


def test_a_device_with_all_that_is_known_of_it(admin, bakery):
    device = make_recorder(bakery)
    DeviceEvent.note_status(device.id, NOW - timedelta(days=3), Status.OFFLINE, "timeout")
    DeviceEvent.note_status(device.id, NOW - timedelta(days=2), Status.ONLINE, "")
    (row,) = table(admin, bakery)
    assert (row["Device"], row["Model"], row["Serial number"], row["Firmware"]) == (
        *("Recorder", "DS-7608NI", "123456", "V4.62"),
    )
    assert row["Type"] == "Network video recorder (NVR)" and row["Status"] == "Online"
    assert row["Checked"] == "2026-11-23 14:03" and row["Last offline"] == "2026-11-20 14:03"
    assert "Disk 2" in row["Storage"] and "Disk 3" not in row["Storage"]
    assert "1 of 2 cameras is offline" in row["Cameras"] and "Yard" in row["Cameras"]
    text = page(admin, bakery)
    for said in row.values():
        assert all(part in text for part in said.split("; ")), said


def test_its_headline_is_of_the_worst(admin, bakery):
    make_device(bakery)
    assert 'class="verdict ok"' in admin.get(f"/sites/{bakery.id}/report").text
    make_recorder(bakery)
    assert "1 device needs a look. All 2 devices are online." in page(admin, bakery)
    assert 'class="verdict warn"' in admin.get(f"/sites/{bakery.id}/report").text


AGED = {"password_set_at": NOW - timedelta(days=40)}


@pytest.mark.parametrize(
    ("values", "drift", "said"),
    [
        ({}, 22 * 3600, "The clock is 22 hr ahead."),
        ({"password_strength": "weak"}, 2, "Its password is weak."),
        (AGED, 2, "Its password is due to be changed."),
        ({"type": Kind.UNKNOWN}, 2, "Its type is not known."),
        ({"password_strength": "weak", "health_monitoring": False}, 2, "Its password is weak."),
    ],
)
def test_what_the_site_calls_somebody_to_is_in_it(admin, bakery, values, drift, said):
    Site.update(password_days=30).execute()
    device = make_device(bakery, **values)
    make_findings(device, drift=drift, blocks={"channels": None})
    trouble = "clock" if drift > 300 else ""
    DeviceState.update(trouble=trouble).execute()
    (row,), text = table(admin, bakery), page(admin, bakery)
    assert row["To check"] == said and said in text
    assert "1 device needs a look." in text
    assert "1 device needs a look." in admin.get(f"/sites/{bakery.id}").text


def test_a_device_that_is_down_is_not_counted_twice(admin, bakery):
    make_device(bakery, status=Status.OFFLINE, password_strength="weak")
    text = page(admin, bakery)
    assert "The device is down." in text and "needs a look" not in text and "Its password is weak." in text


def test_an_owner_is_told_of_the_clock_and_not_of_passwords(admin, bakery, sign_in):
    owner = sign_in(make_owner(bakery).email)
    device = make_device(bakery, password_strength="weak")
    make_findings(device, drift=-4000, blocks={"channels": None})
    assert table(owner, bakery)[0]["To check"] == "The clock is 1 hr 6 min behind."
    assert "password" not in page(owner, bakery).lower()


def test_nothing_old_is_told_of_a_device_that_is_not_monitored(admin, bakery):
    device = make_recorder(bakery)
    DeviceEvent.note_status(device.id, NOW - timedelta(days=3), Status.OFFLINE, "timeout")
    for ago in range(24, 48):
        hour(device, ago)
    Device.update(health_monitoring=False).execute()
    (row,), text = table(admin, bakery), page(admin, bakery)
    assert (row["Status"], row["Checked"], row["Last offline"]) == ("Not monitored", "", "")
    assert {row["24 hours"], row["7 days"], row["30 days"]} == {"no data"}
    assert "checked" not in text and "100%" not in text and "known)" not in text and "2026-11-20" not in text


def test_what_is_not_known_is_not_made_up(admin, bakery):
    make_device(bakery, name="Silent", status=Status.OFFLINE)
    make_device(bakery, name="Off", health_monitoring=False)
    make_device(bakery, name="Well")
    old = make_recorder(bakery)
    DeviceState.update(checked_at=NOW - timedelta(minutes=10)).where(DeviceState.device == old.id).execute()
    off, recorder, silent, well = table(admin, bakery)
    assert (off["Status"], recorder["Status"], silent["Status"]) == ("Not monitored", "Unknown", "Offline")
    assert {row["Storage"] for row in (off, recorder, silent)} == {""} and "unknown" in well["Storage"]
    assert {row["24 hours"] for row in (off, recorder, silent, well)} == {"no data"}


def hour(device, ago, n=60, up=60):
    at = int(NOW.timestamp()) // 3600 - ago
    DeviceHour.create(hour=at, device_id=device.id, n=n, up=up, ms_sum=0, ms_max=0, samples=b"")


def day(device, ago, n=1440, up=1440):
    at = int(NOW.timestamp()) // 86_400 - ago
    DeviceDay.create(day=at, device_id=device.id, n=n, up=up, ms_sum=0, ms_max=0)


def test_availability_of_a_day_a_week_and_a_month(admin, bakery):
    device, other = make_device(bakery, name="A"), make_device(bakery, name="B")
    for ago in range(7 * 24):
        hour(device, ago, up=30 if ago > 24 else 60)  # the hour in which the last day began counts as a whole
    hour(device, 7 * 24, up=0)  # longer ago than a week
    for ago in range(1, 30):
        day(device, ago, up=0 if ago > 7 else 720 if ago > 1 else 1050)  # as the hours have it
    day(device, 30, up=0)  # longer ago than a month
    day(other, 20)
    first, second = table(admin, bakery)
    assert (first["24 hours"], first["7 days"]) == ("100%", "57.4%")
    assert first["30 days"] == "14.5%"  # 103.5 hours of 29 days and 14 hours
    assert (second["24 hours"], second["7 days"]) == ("no data", "no data")
    assert second["30 days"] == "100% (3% known)"


FIGURE = re.compile(r"<dt>(.+?)</dt><dd><b>(.+?)</b>(?:<span[^>]*>(.+?)</span>)?")


def test_a_site_its_report_and_its_only_device_tell_the_same(admin, bakery):
    device = make_device(bakery)
    for ago in range(30):
        hour(device, ago, up=45)
    for ago in range(2, 30):  # of the days before no hours are kept
        day(device, ago, up=1440 - 40 * ago)
    row = table(admin, bakery)[0]
    of_site, of_device = (
        FIGURE.findall(admin.get(path).text) for path in (f"/sites/{bakery.id}", f"/devices/{device.id}")
    )
    assert of_site == of_device and [what for what, *_told in of_site] == ["24 hours", "7 days", "30 days"]
    assert [f"{up} ({known})" if known else up for _what, up, known in of_site] == [
        row[what] for what, *_told in of_site
    ]


def test_a_day_that_was_not_made_yet_is_taken_from_its_hours(admin, bakery):
    device = make_device(bakery)
    for ago in range(48):
        hour(device, ago, up=0)
    assert table(admin, bakery)[0]["30 days"].startswith("0%")


def test_today_is_taken_from_its_hours_even_if_a_jumping_clock_has_closed_it(admin, bakery):
    device = make_device(bakery)
    hour(device, 0, n=60, up=30)
    day(device, 0, n=10, up=10)
    assert table(admin, bakery)[0]["30 days"].startswith("50%")


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "  =1", "＝no formula", "a=b"]
)
def test_no_cell_is_a_formula(admin, bakery, name):
    make_device(bakery, name=name, model=name, serial=name)
    (row,) = table(admin, bakery)
    expected = name if name[0] in "＝a" else f"'{name}"
    assert {row["Device"], row["Model"], row["Serial number"]} == {expected}


def test_the_file_opens_in_a_spreadsheet_and_says_what_it_is(admin, bakery):
    make_device(bakery, name='Semicolon; comma, "quote"\nline')
    reply = admin.get(f"/sites/{bakery.id}/report.csv")
    assert reply.data.startswith(b"\xef\xbb\xbf") and reply.content_type == "text/csv; charset=utf-8"
    told = reply.headers["Content-Disposition"]
    assert told.startswith("attachment; ") and "B%C3%A4ckerei-S%C3%B6hne-2026-11-23.csv" in told
    assert table(admin, bakery)[0]["Device"] == 'Semicolon; comma, "quote"\nline'


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"; x="b', "…", "a\u2028b", "متجر", "Shop 👩🏽‍🔧"])
def test_a_sites_name_cannot_lead_the_file_elsewhere(admin, company, name):
    made = make_site(company, name=name)
    told = admin.get(f"/sites/{made.id}/report.csv").headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=[\w.-]+\.csv(; filename\*=UTF-8''[\w%.-]+\.csv)?", told), told
    assert ".." not in told and "%2F" not in told


def test_neither_secrets_nor_users_are_in_it(admin, bakery):
    make_device(bakery, password="Very-secret-9", username="root-user")
    for path in ("report", "report.csv"):
        text = admin.get(f"/sites/{bakery.id}/{path}").text.partition("<main")[2] or "none"
        assert "Very-secret-9" not in text and "root-user" not in text and "Ada Admin" not in text


def test_a_site_without_devices_says_so(admin, bakery):
    assert "No devices yet" in page(admin, bakery) and table(admin, bakery) == []


def test_it_holds_more_than_a_page_of_a_list(admin, bakery):
    for n in range(60):
        make_device(bakery, name=f"Camera {n}")
    assert len(table(admin, bakery)) == 60


def test_who_gets_it(sign_in, company, bakery):
    make_device(bakery)
    observer, stranger = make_employee(company, Role.OBSERVER), make_employee(company)
    foreigner = make_employee(make_company(), Role.INSTALLER_ADMIN)
    assign(bakery, observer)
    for path in (f"/sites/{bakery.id}/report", f"/sites/{bakery.id}/report.csv"):
        assert sign_in(observer.email).get(path).status_code == 200
        for person in (sign_in(stranger.email), sign_in(foreigner.email)):
            assert person.get(path).status_code == 404
