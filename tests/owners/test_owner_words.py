"""An owner's pages tell the worst of what they list, how long it was watched, and times in one way (U2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import cameras, make_device, make_findings, make_hours, make_owner, make_site
from tests.owners.houses import family_of, permit, recorder, set_status
from webapp.common import clock
from webapp.devices.models import Device, DeviceState, Status
from webapp.owners import words
from webapp.owners.services import people
from webapp.sites.models import Site

NOON = datetime(2026, 5, 4, 10, tzinfo=UTC)  # a Monday, 12:00 in Berlin


def pages(person, site):
    """The first page, the list, the site and its part that is asked for again."""
    here = f"/sites/{site.id}"
    return [person.get("/").text, person.get("/sites").text, person.get(here).text, person.get(f"{here}/devices").text]


def troubled(site, trouble, **blocks):
    device = recorder(site, port=8000 + Device.select().count())
    make_findings(device, **blocks)
    DeviceState.note_trouble(device.id, device.connection_version, trouble)
    return device


def test_a_recorder_that_has_lost_a_camera_is_something_to_look_at(owner, site):
    make_device(site)
    device = troubled(site, "camera", blocks={"channels": cameras(8, 3)})
    for page in pages(owner, site):
        assert "1 thing to look at." in page and "Everything is working." not in page
        assert re.search(r'class="(row|verdict) warn"', page)
    assert "1 of 8 cameras is offline." in owner.get(f"/sites/{site.id}").text
    DeviceState.note_trouble(device.id, device.connection_version, "")
    make_findings(device)
    assert all("Everything is working." in page for page in pages(owner, site))


def test_several_are_counted_with_what_cannot_be_checked(owner, site):
    troubled(site, "disk")
    troubled(site, "clock", drift=900)
    set_status(make_device(site), Status.AUTH_FAILED, reason="wrong_password")
    assert all("3 things to look at." in page for page in pages(owner, site))


def test_what_is_offline_comes_first(owner, site):
    troubled(site, "disk")
    set_status(make_device(site), Status.OFFLINE, reason="timeout")
    assert all("1 of 2 devices is offline since" in page and "to look at" not in page for page in pages(owner, site))


def test_each_site_tells_of_its_own(owner, owned, site, company, sign_in):
    troubled(make_site(company, name="Depot"), "disk")  # somebody else's
    other = make_site(company, name="House")
    Site.hand_to(other.id, owned[1].id, clock.now())
    make_device(other), troubled(site, "disk")
    page = owner.get("/").text
    assert page.count("1 thing to look at.") == 1 and page.count("Everything is working.") == 1
    assert "1 thing to look at." in sign_in(family_of(site).email).get("/").text


def test_what_is_not_online_any_more_is_told_as_that_alone(owner, site):
    device = troubled(site, "disk")
    Device.update(health_monitoring=False).where(Device.id == device.id).execute()
    assert all("Nothing is watched at the moment." in page for page in pages(owner, site))


# ---- how much of the last day


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (0, "Watched since 12:00\u202fPM: no outage seen."),
        (30, "Watched since 12:00\u202fPM: reachable 75% of the time."),
    ],
)
def test_less_than_a_day_is_told_with_its_begin(owner, site, lost, said):
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        device = make_device(site, added_at=NOON)
        make_hours(device, 2, lambda ago: None if ago < lost else 40)
        page = owner.get(f"/sites/{site.id}").text
    assert said in page and "as far as known" not in page


@pytest.mark.parametrize(
    ("lost", "said"), [(0, "it was, no outage was seen."), (30, "it was: reachable 75% of the time.")]
)
def test_a_day_with_gaps_is_told_as_that(owner, site, lost, said):
    make_hours(make_device(site, added_at=NOON), 2, lambda ago: None if ago < lost else 40)
    assert f"Not watched all of the last 24 hours. While {said}" in owner.get(f"/sites/{site.id}").text


def test_of_what_is_there_since_just_now_nothing_is_told(owner, site):
    make_device(site)
    assert "No data" not in owner.get(f"/sites/{site.id}").text
    Device.update(added_at=clock.now() - timedelta(days=2)).execute()
    assert "No data of the last 24 hours." in owner.get(f"/sites/{site.id}").text


def test_a_whole_day_is_told_as_it_is(owner, site):
    make_hours(make_device(site, added_at=NOON), 25)
    assert "Available 100% of the last 24 hours." in owner.get(f"/sites/{site.id}").text


# ---- in plain words


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (NOON + timedelta(hours=3), "3:00\u202fPM"),
        (NOON - timedelta(hours=3), "9:00\u202fAM"),
        (NOON + timedelta(days=2), "May 6, 2026, 12:00\u202fPM"),
        (NOON - timedelta(days=2), "May 2, 2026, 12:00\u202fPM"),
    ],
)
def test_a_moment_looks_the_same_wherever_it_stands(app, at, said):
    with time_machine.travel(NOON, tick=False), app.test_request_context(headers={"Accept-Language": "en"}):
        assert words.when(at, "Europe/Berlin") == said


def test_the_device_tells_its_times_in_the_same_way(owner, site):
    device = recorder(site)
    told = r"<span>(\w{3} \d+, \d{4}, )?\d+:\d0\s[AP]M</span>"  # after 23:30 the last day is today
    assert re.search(told, owner.get(f"/devices/{device.id}").text)


def test_a_permission_names_its_device_first(owner, site):
    for kind, said in (("configuration", "Change its settings"), ("playback", "Look at recordings")):
        permit(make_device(site, name=f"Gate {kind}"), kind)
        assert re.search(f"<b><bdi>Gate {kind}</bdi></b>[^/]*>{said}<", owner.get(f"/sites/{site.id}").text)


def test_whoever_has_no_password_gets_a_note_with_a_way_to_one(anyone, company):
    person = make_owner(make_site(company), password_hash="")
    anyone.post(f"/sign-in/link/{people.make_link(person)}")
    note = re.search(r'<div class="note .*?</div>', anyone.get("/").text, re.DOTALL)[0]
    assert "This browser stays signed in until" in note and 'class="button' in note
    assert 'href="/account/first-password"' in note
    page = anyone.get("/account/first-password").text
    assert "stays signed in" not in page, "they are doing just that"


def test_how_much_of_the_time_a_device_was_watched_is_told_in_plain_words(owner, site):
    device = make_device(site)
    make_hours(device, 20)
    page = owner.get(f"/devices/{device.id}").text
    assert re.search(r"Watched 8\d(\.\d)?% of the time", page) and "known" not in page
    german = owner.get(f"/devices/{device.id}", headers={"Accept-Language": "de"}).text
    assert re.search(r"zu 8\d(,\d)?\s%\sder Zeit überwacht", german) and "bekannt" not in german


def test_a_site_without_devices_says_so_once(owner, site):
    assert len(re.findall("[Nn]o devices yet", owner.get(f"/sites/{site.id}").text)) == 1
    Site.update(company=None).where(Site.id == site.id).execute()
    page = owner.get(f"/sites/{site.id}").text
    assert "Nobody looks after this site." in page and not re.findall("[Nn]o devices yet|your installer", page)


def test_a_site_without_a_company_and_devices_tells_its_id_and_what_that_is_for(owner, site):
    owner.post(f"/sites/{site.id}/release-company", name="Bakery")
    page, code = owner.get(f"/sites/{site.id}").text, Site.get_by_id(site.id).code
    assert f'Its ID is <bdi dir="ltr">{code}</bdi>. Read it out to a company' in page
    german = owner.get(f"/sites/{site.id}", headers={"Accept-Language": "de"}).text
    assert f'Die ID lautet <bdi dir="ltr">{code}</bdi>.' in german


def test_a_german_sentence_ends_once(owner, site):
    Site.update(authorized_until=clock.now() + timedelta(hours=4)).where(Site.id == site.id).execute()
    sheet = owner.get(f"/sites/{site.id}/extend", headers={"Accept-Language": "de"}).text
    assert re.search(r"Standort betreuen: bis [^<]*Min\.</p>", sheet), sheet
