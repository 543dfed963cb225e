"""How much of the time all devices that a person sees were there, on the first page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine

from tests.devices.test_list import is_same, statements
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_site
from tests.health.test_rollup import keep, keep_day
from tests.home.test_live import poll_of
from webapp.accounts.models import Account
from webapp.common import clock, jobs
from webapp.devices.models import Device
from webapp.health.services import whole
from webapp.sites.models import Assignment


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    """Half past eleven."""
    with time_machine.travel("2026-11-23 11:30:00+00:00", tick=False):
        yield


def available(person) -> list[tuple[str, str]]:
    """Of 24 hours, 7 days and 30 days: a figure, and how much of the time is known."""
    part = re.search(
        r"<h2>Available</h2><span[^>]*>up to the last full hour</span>.*?</dl>", person.get("/").text, re.S
    )
    return re.findall(r"<dd><b>([^<]+)</b>(?:<span[^>]*>([^<]+)</span>)?", part[0]) if part else []


def watch(site, up, **values) -> Device:
    """A device with a day of checks until eleven, of each hour so many answered, and a month before."""
    device = make_device(site, **values)
    for hours_ago in range(1, 25):
        keep(device, hours_ago, 60, up)
    for ago in range(1, 30):
        keep_day(device, ago)
    return device


def test_the_first_page_tells_it_of_all_sites(admin, company):
    watch(make_site(company), 60)
    device = watch(make_site(company), 30)
    assert available(admin) == [("75%", ""), ("98.2%", ""), ("99.6%", "")]
    keep(device, 0, 30, 0)  # of this hour nothing is told yet
    assert available(admin)[0] == ("75%", "")
    with time_machine.travel("2026-11-23 12:00:05+00:00", tick=False):
        assert available(admin)[0] == ("74.1%", "")


def test_without_data_it_says_so_and_without_a_watched_device_nothing(admin, company):
    assert available(admin) == []
    device = make_device(make_site(company))
    assert available(admin) == [("no data", "")] * 3
    Device.update(health_monitoring=False).where(Device.id == device.id).execute()
    assert available(admin) == []


def test_what_is_switched_off_counts_no_more_at_once(admin, company):
    site = make_site(company)
    watch(site, 60)
    bad = watch(site, 0)
    assert available(admin)[0] == ("50%", "")
    Device.update(health_monitoring=False).where(Device.id == bad.id).execute()
    assert available(admin)[0] == ("100%", "")


def test_nobody_s_figure_counts_what_they_do_not_see(admin, sign_in, company):
    mine, closed, foreign = make_site(company), make_site(company), make_site(make_company())
    watch(mine, 60), watch(closed, 30), watch(foreign, 0)
    installer = make_employee(company)
    person = sign_in(installer.email)
    assert available(person) == []
    assign(mine, installer)
    assign(closed, installer)
    assert available(person)[0] == available(admin)[0] == ("75%", "")
    owner = make_owner(closed, authorized=False)
    assert available(person)[0] == available(admin)[0] == ("100%", "")
    Assignment.delete().execute()
    assert available(person) == [] and available(admin)[0] == ("100%", "")
    assert "up to the last full hour" not in sign_in(owner.email).get("/").text


def test_it_is_counted_once_an_hour(admin, company):
    watch(make_site(company), 60)
    url = poll_of(admin.get("/"), "state")
    with statements() as sent:
        assert is_same(admin.get(url, htmx=True))
    assert not [sql for sql in sent if "device_hour" in sql or "device_day" in sql]


def test_thousands_are_counted_in_the_background(admin, company, monkeypatch):
    monkeypatch.setattr(whole, "AT_ONCE", 1)
    site = make_site(company)
    watch(site, 60), watch(site, 30)
    page = admin.get("/")
    assert "up to the last full hour" not in page.text
    jobs.stop(forget=False)
    news = admin.get(poll_of(page, "state"), htmx=True)
    assert news.status_code == 200 and "75%" in news.text
    assert is_same(admin.get(poll_of(news, "state"), htmx=True))


def test_until_they_are_counted_anew_the_figure_of_the_hour_before_stands(admin, company, monkeypatch):
    monkeypatch.setattr(whole, "AT_ONCE", 1)
    site = make_site(company)
    watch(site, 60)
    keep(watch(site, 30), 0, 30, 0)
    admin.get("/")
    jobs.stop(forget=False)
    with time_machine.travel("2026-11-23 12:00:05+00:00", tick=False):
        assert available(admin)[0] == ("75%", "")
        jobs.stop(forget=False)
        assert available(admin)[0] == ("74.1%", "")


def test_a_count_that_never_ended_is_begun_anew(admin, company):
    device = watch(make_site(company), 60)
    key = (Account.get().id, int(clock.now().timestamp()) // 3600, 1, device.id, device.id**2)
    for seconds, found in ((whole.PATIENCE - 5, []), (whole.PATIENCE + 1, ("100%", ""))):
        whole._counting[key] = clock.monotonic() - seconds
        assert available(admin)[:1] == [found][: len(found)]


def test_other_devices_than_were_asked_for_are_not_kept(admin, company):
    site = make_site(company)
    first = watch(site, 60)
    key = (int(clock.now().timestamp()) // 3600, 1, first.id, first.id**2)
    later = watch(site, 0)  # before the job comes to it
    whole.count_for(Account.get().id, *key)
    Device.delete().where(Device.id == later.id).execute()
    assert available(admin)[0] == ("100%", "")
