"""A site in one line, and how much of the time its devices were there; its page keeps itself up to date."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
import time_machine

from tests.factories import assign, make_device, make_employee, make_owner, make_site
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, DeviceState, Status
from webapp.health.models import DeviceDay, DeviceHour
from webapp.protocols.isapi.kinds import Kind

PAUSED = {"health_monitoring": False}


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery")


def verdict(person, site) -> tuple[str, str]:
    """Tone and sentence."""
    page = person.get(f"/sites/{site.id}").text
    return re.search(r'<div class="verdict (\w+)">.*?<strong>([^<]+)</strong>', page, re.S).groups()


def make(site, *states):
    for state in states:
        make_device(site, **(state if isinstance(state, dict) else {"status": state}))


UP, DOWN = Status.ONLINE, Status.OFFLINE


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([UP], ("ok", "The device is online.")),
        ([UP] * 8, ("ok", "All 8 devices are online.")),
        ([UP] * 6 + [DOWN, Status.LOCKED], ("bad", "2 of 8 devices are down.")),
        ([UP, Status.OTHER_DEVICE], ("bad", "1 of 2 devices is down.")),
        ([DOWN], ("bad", "The device is down.")),
        ([DOWN, DOWN], ("bad", "All 2 devices are down.")),
        ([DOWN, Status.CHECKING], ("bad", "1 of 2 devices is down.")),
        ([UP, Status.CHECKING], ("off", "1 of 2 devices is online. Of the others nothing is known.")),
        ([Status.CHECKING], ("off", "Nothing is known: not checked lately.")),
        ([UP, UP, PAUSED], ("ok", "All 2 monitored devices are online.")),
        ([UP, {"type": Kind.UNKNOWN}], ("warn", "1 device needs a look. All 2 devices are online.")),
        ([DOWN, {"type": Kind.UNKNOWN}], ("bad", "1 of 2 devices is down.")),
        (
            [Status.CHECKING, UP, {"type": Kind.UNKNOWN}],
            ("warn", "1 device needs a look. 2 of 3 devices are online. Of the others nothing is known."),
        ),
        ([PAUSED, PAUSED], ("off", "Health monitoring is off for all devices.")),
    ],
)
def test_a_site_in_one_line(admin, site, states, said):
    make(site, *states)
    assert verdict(admin, site) == said


def change(device, times, minutes=0):
    """Its status, so many times until so many minutes ago."""
    for number in range(times):
        at, kinds = clock.now() - timedelta(minutes=minutes + number), [UP, DOWN]
        DeviceEvent.create(device=device.id, at=at, was=kinds[(number + 1) % 2], became=kinds[number % 2])


def test_a_device_that_comes_and_goes_is_named_on_page_and_report(admin, site):
    door, yard = make_device(site, name="Door"), make_device(site, name="Yard")
    change(door, 6), change(yard, 3)
    said = ("warn", "All 2 devices are online. Unstable: Door.")
    report = admin.get(f"/sites/{site.id}/report").text
    assert verdict(admin, site) == said and said[1] in report and 'class="verdict warn"' in report
    assert report.count("Unstable: 6 changes in half an hour.") == 1
    assert admin.get(f"/sites/{site.id}/report.csv").text.count("Unstable: 6 changes in half an hour.") == 1
    make_device(site, status=DOWN)
    assert verdict(admin, site) == ("bad", "1 of 3 devices is down. Unstable: Door.")
    Device.update(health_monitoring=False).where(Device.id == door.id).execute()
    assert "Unstable" not in verdict(admin, site)[1] + admin.get(f"/sites/{site.id}/report").text


def test_what_was_unstable_half_an_hour_ago_is_not_and_many_are_not_all_named(admin, site):
    calm = make_device(site, name="Calm")
    change(calm, 6, minutes=31)
    assert "Unstable" not in verdict(admin, site)[1]
    for name in "ABCDE":
        change(make_device(site, name=name), 4)
    assert verdict(admin, site)[1].endswith("Unstable: A, B, C, and 2 more.")


def test_a_poll_brings_that_a_device_has_become_unstable(admin, site):
    device = make_device(site)
    url = poll_of(admin.get(f"/sites/{site.id}"))
    assert admin.get(url, htmx=True).status_code == 204
    change(device, 4)
    assert "Unstable" in admin.get(url, htmx=True).text


def test_what_was_checked_long_ago_is_not_known(admin, site):
    make(site, UP, DOWN)
    DeviceState.update(checked_at=clock.now() - timedelta(minutes=4)).execute()
    assert verdict(admin, site) == ("off", "Nothing is known: not checked lately.")


def test_a_site_without_devices_has_none(admin, site):
    assert 'class="verdict' not in admin.get(f"/sites/{site.id}").text


def keep(device, hours_ago, n, up):
    hour = int(clock.now().timestamp()) // 3600 - hours_ago
    DeviceHour.create(hour=hour, device_id=device.id, n=n, up=up, ms_sum=0, ms_max=0, samples=b"")


@pytest.fixture
def at_noon():
    """Half past eleven, so that the hours of a day are half an hour short of 24."""
    with time_machine.travel("2026-11-23 11:30:00+00:00", tick=False):
        yield


def keep_day(device, ago, n=1440, up=1440):
    day = int(clock.now().timestamp()) // 86_400 - ago
    DeviceDay.create(day=day, device_id=device.id, n=n, up=up, ms_sum=0, ms_max=0)


def available(person, site) -> list[tuple[str, str]]:
    """Of 24 hours, 7 days and 30 days: a figure, and how much of the time is known."""
    page = person.get(f"/sites/{site.id}").text
    part = re.search(r'<h2>Available</h2>.*?<dl class="figures">(.*?)</dl>', page, re.S)
    found = re.findall(r"<dt>[^<]+</dt><dd><b>([^<]+)</b>(?:<span[^>]*>([^<]+)</span>)?", part[1]) if part else []
    assert not part or re.findall("<dt>(.*?)<", part[1]) == ["24 hours", "7 days", "30 days"]
    return found


def test_how_much_of_the_time_they_were_there(at_noon, admin, site):
    first, second = make_device(site), make_device(site)
    for hours_ago in range(24):
        keep(first, hours_ago, 60, 60)
        keep(second, hours_ago, 60, 57 if hours_ago else 60)
    for device in (first, second):
        for ago in range(1, 30):
            keep_day(device, ago, up=1440 if ago < 7 else 1000)
    keep(second, 24 * 7, 60, 0)  # longer ago than a week
    keep_day(second, 30, up=0)  # than a month
    keep(make_device(make_site(site.company)), 1, 60, 0)  # elsewhere
    (day, _), (week, _), (month, known) = available(admin, site)
    assert (day, week) == ("97.6%", "99.8%")  # of the 7 days ago only hours tell that are a part of the week
    assert (month, known) == ("76.1%", "")
    assert admin.get(f"/sites/{site.id}").text.count("97.6%") == 1


@pytest.mark.parametrize("minute", [10, 50])
def test_a_site_of_one_device_tells_what_its_page_and_the_report_tell(at_noon, admin, site, minute):
    device, today, kept = make_device(site), int(clock.now().timestamp()) // 86_400, Counter()
    for hours_ago in range(8 * 24):
        missed = 40 if hours_ago == 24 else hours_ago % 7
        keep(device, hours_ago, 60, 60 - missed)
        kept[today - (today * 24 + 11 - hours_ago) // 24] += 60 - missed
    for ago in range(8, 30):
        keep_day(device, ago, up=1300)
    with time_machine.travel(clock.now().replace(minute=minute), tick=False):
        for made in (range(1, 8), ()):  # days of the last week: not made of their hours yet, then they are
            page = admin.get(f"/devices/{device.id}").text
            own = re.findall(r"<dt>[^<]+</dt><dd><b>([^<]+)</b>", page.partition('<dl class="figures">')[2])[:3]
            assert [figure for figure, _known in available(admin, site)] == own and len(set(own)) == 3
            report = admin.get(f"/sites/{site.id}/report").text
            assert re.findall(r'<span class="figure"><span>[^<]+</span><span>([^<]+)</span>', report) == own
            for ago in made:
                keep_day(device, ago, up=kept[ago])


def test_what_is_not_known_is_no_outage_and_is_said(at_noon, admin, site):
    device = make_device(site)
    assert available(admin, site) == [("no data", "")] * 3
    keep(device, 3, 60, 60)
    keep(device, 4, 60, 60)
    assert available(admin, site) == [("100%", "9% known"), ("100%", "1% known"), ("100%", "1% known")]
    make_device(site)  # of which nothing is known
    assert available(admin, site)[0] == ("100%", "4% known")


def test_all_is_said_of_nothing_less(at_noon, admin, site):
    device = make_device(site)
    for hours_ago in range(24):
        keep(device, hours_ago, 60, 60 if hours_ago else 59)
    assert available(admin, site)[0] == ("99.9%", "")


def test_a_device_that_is_not_monitored_does_not_count(at_noon, admin, site):
    watched, off = make_device(site), make_device(site)
    for hours_ago in range(24):
        keep(watched, hours_ago, 60, 60)
        keep(off, hours_ago, 60, 0)
    keep_day(off, 3, up=0)
    assert available(admin, site)[0][0] == "50%"
    Device.update(health_monitoring=False).where(Device.id == off.id).execute()
    assert [figure for figure, _known in available(admin, site)] == ["100%"] * 3
    assert available(admin, site)[0] == ("100%", "")
    Device.update(health_monitoring=False).execute()
    assert available(admin, site) == []


def test_a_closed_site_tells_of_no_time_of_its_devices(at_noon, admin, sign_in, company, site):
    device = make_device(site)
    keep(device, 1, 60, 30)
    assert available(admin, site)[0][0] == "50%"
    stranger = sign_in(make_employee(company).email)
    assert stranger.get(f"/sites/{site.id}").status_code == 404
    make_owner(site, authorized=False)
    assert available(admin, site) == []
    part = admin.get(f"/sites/{site.id}/devices", htmx=True)
    assert part.status_code == 403 and "50%" not in part.text


def test_another_figure_is_news_to_a_poll(at_noon, admin, site):
    device = make_device(site)
    for hours_ago in range(1, 24):
        keep(device, hours_ago, 60, 60)
    url = poll_of(admin.get(f"/sites/{site.id}"))
    assert admin.get(url, htmx=True).status_code == 204
    keep(device, 0, 30, 0)
    reply = admin.get(url, htmx=True)
    assert reply.status_code == 200 and "97.8%" in reply.text


def poll_of(page) -> str:
    return unescape(re.search(r'<div id="devices"[^>]* hx-get="([^"]+)" hx-trigger="every 30s"', page.text)[1])


def test_a_poll_brings_nothing_until_something_changes(admin, site):
    make(site, *[UP] * 51)
    url = poll_of(admin.get(f"/sites/{site.id}"))
    assert admin.get(url, htmx=True).status_code == 204
    assert poll_of(admin.get(f"/sites/{site.id}?page=2")).startswith(f"/sites/{site.id}/devices?page=2&v=")

    DeviceState.update(status=DOWN).where(DeviceState.device == DeviceState.get().device_id).execute()

    part = admin.get(url, htmx=True)
    assert part.status_code == 200 and "<html" not in part.text and "1 of 51 devices is down." in part.text
    assert poll_of(part) != url and admin.get(poll_of(part), htmx=True).status_code == 204


def test_the_reason_of_an_outage_changes_the_version(admin, site):
    make(site, DOWN, DOWN)
    DeviceState.update(reason="timeout").execute()
    url = poll_of(admin.get(f"/sites/{site.id}"))
    assert admin.get(url, htmx=True).status_code == 204
    DeviceState.update(reason="refused").execute()
    part = admin.get(url, htmx=True)
    assert part.status_code == 200 and "Site connection" not in part.text


def test_visited_bare_it_is_the_page_whatever_version_is_named(admin, site):
    make(site, UP)
    page = admin.get(poll_of(admin.get(f"/sites/{site.id}")))
    assert page.status_code == 200 and "<html" in page.text and "<h1><bdi>Bakery" in page.text


def test_links_in_what_a_poll_brings_lead_to_pages(admin, site):
    make(site, *[UP] * 51)
    part = admin.get(f"/sites/{site.id}/devices", htmx=True).text
    assert f'href="/sites/{site.id}?page=2"' in part


def test_who_may_not_see_it(sign_in, company, site):
    make(site, UP)
    stranger = sign_in(make_employee(company).email)
    assert stranger.get(f"/sites/{site.id}/devices", htmx=True).status_code == 404
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    assert sign_in(observer.email).get(f"/sites/{site.id}/devices", htmx=True).status_code == 200
