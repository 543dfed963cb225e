"""The company pauses the service of rented devices: what the owner and the family see then (T10)."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_device
from tests.handover.made import principal
from tests.handover.rented import SHOWN, pause, resume, service_acts
from tests.owners.houses import permit, set_status
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.devices.models import Device, Status, Suspension, lists
from webapp.devices.services import devices
from webapp.handover.models import Wanted
from webapp.handover.services import authorization, requests
from webapp.health.models import rollup, roster
from webapp.sites.models import Site, SiteStatus

DATA = re.compile(
    r"Recorder|Recording|Front door|Yard|DS-7608|V4\.30|SN-4711|Last 24 hours|100%|working|offline|checked"
)


def pages(site, device):
    here, there = f"/sites/{site.id}", f"/devices/{device.id}"
    return [*("/", "/sites", here, f"{here}/devices", there, f"{there}/status", f"{here}/report", f"{here}/report.csv")]


@pytest.mark.parametrize("htmx", [False, True])
def test_the_company_pauses_and_resumes_the_site(admin, owner, rented, watched, htmx):
    assert f'href="/sites/{rented.id}/pause"' in admin.get(f"/sites/{rented.id}").text
    form = admin.get(f"/sites/{rented.id}/pause", htmx=htmx).text
    assert "Pause the service of Bakery?" in form and "no state, no history, no report" in form
    reply = pause(admin, rented, htmx)
    there = reply.headers.get("HX-Redirect") if htmx else reply.location
    assert there == f"/sites/{rented.id}" and reply.status_code == (204 if htmx else 303)
    page = admin.get(f"/sites/{rented.id}").text
    assert "Service paused since" in page and "by Ada Admin." in page and SHOWN in page
    assert f'href="/sites/{rented.id}/resume"' in page and f'href="/sites/{rented.id}/pause"' not in page
    assert "Resume the service of Bakery?" in admin.get(f"/sites/{rented.id}/resume", htmx=htmx).text
    assert "Service paused by Northlight Security" in owner.get(f"/sites/{rented.id}").text
    assert resume(admin, rented, htmx).status_code == (204 if htmx else 303)
    assert "Disks and cameras are well." in owner.get(f"/sites/{rented.id}").text and not Suspension.select().count()
    assert service_acts() == ["service.paused", "service.resumed"]


def test_owner_and_family_see_the_notice_and_no_data_anywhere(admin, owner, family, rented, watched):
    seen = {path: owner.get(path).text for path in pages(rented, watched)}
    assert all(DATA.search(text) for text in seen.values()), "the test itself"
    pause(admin, rented)
    for person in (owner, family):
        for path in pages(rented, watched):
            for htmx in (False, True):
                reply = person.get(path, htmx=htmx)
                text = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", reply.text.partition("<main")[2] or reply.text)
                assert not DATA.search(text), (path, htmx, DATA.search(text))
                assert reply.status_code == (409 if "/report" in path else 200), (path, reply.status_code)
                assert "Northlight Security" in text, path
        for path in (f"/sites/{rented.id}", f"/devices/{watched.id}", f"/sites/{rented.id}/report"):
            page = person.get(path).text
            assert SHOWN in page and "Ask Northlight Security" in page and re.search(r"\d{4}, \d+:\d\d", page), path
        for path in ("/", "/sites"):
            assert "Service paused by Northlight Security." in person.get(path).text


def test_it_is_kept_where_devices_are_read(admin, ada, olga, rented, watched, cameras):
    """Whatever page may come to ask for an end user: no row of the device is found, nor counted."""
    by, chosen, now = principal(olga), {"site": str(rented.id)}, clock.now()
    for thing, left in ((cameras[0], 2), (rented, 0)):
        pause(admin, thing)
        assert Device.of(by, cameras[0].id) is None and Device.of(ada, cameras[0].id)
        with pytest.raises(Refused) as no:
            devices.find(by, cameras[0].id)
        assert no.value.code == "service_paused"
        assert len(lists.read_devices(lists.devices(by, chosen, 1, now, 60))[0]) == left
        assert rollup.read_overview(rollup.overview(by, now, 60, ["timeout"], 5)).counts.devices == left
        reads = (rollup.devices_of_site, rollup.states_of_site)
        assert {len(read(by, rented)) for read in reads} == {left} and {len(read(ada, rented)) for read in reads} == {3}


def test_what_else_is_the_owners_stays(admin, owner, ada, rented, watched):
    permission = permit(watched)
    request = requests.ask_permission(ada, rented, "", Wanted(False, ("playback",)))
    pause(admin, rented)
    here = f"/sites/{rented.id}"
    for path in ("access", "requests", "family", "family/invite", "story", "packs", "revoke", "release-company"):
        assert owner.get(f"{here}/{path}").status_code == 200, path
    assert owner.get(f"/permissions/{permission.id}").status_code == 200
    assert owner.get(f"/requests/{request.id}").status_code == 200
    assert owner.post(f"/requests/{request.id}/decline").status_code == 303
    assert owner.post(f"{here}/family/invite", name="Aunt").status_code == 200
    story = re.sub(r"<[^>]*>", "", owner.get(f"{here}/story").text)
    assert "Ada Admin paused the service of Bakery" in story and SHOWN not in story
    assert "paused the service of" in admin.get("/audit").text


def test_a_page_that_is_open_is_told_and_comes_back(admin, owner, rented, watched):
    for path in (f"/sites/{rented.id}", f"/devices/{watched.id}"):
        url = poll_of(owner.get(path).text)
        pause(admin, rented)
        part = owner.get(url, htmx=True).text
        assert "Service paused by Northlight Security" in part and "<html" not in part
        url = poll_of(part)
        assert owner.get(url, htmx=True).status_code == 204
        resume(admin, rented)
        assert "Disks and cameras are well." in owner.get(url, htmx=True).text


def poll_of(page):
    found = re.search(r'hx-get="(/(?:sites/\d+/devices|devices/\d+/status)[^"]*)"', page)
    return found[1].replace("&amp;", "&")


def test_the_company_goes_on_as_before(admin, rented, watched, cameras):
    pause(admin, rented)
    ids = [device.id for device in Device.select()]
    assert len(roster.of(ids)) == 3, "the checks"
    assert "Disks and cameras are well." in admin.get(f"/devices/{watched.id}").text
    for path in (f"/sites/{rented.id}", f"/sites/{rented.id}/report", "/devices"):
        assert "Front door" in admin.get(path).text, path
    assert "DS-7608" in admin.get(f"/sites/{rented.id}/report.csv").text
    make_device(rented, name="Late one")
    assert "Late one" in admin.get(f"/sites/{rented.id}").text


def test_a_device_that_is_added_meanwhile_is_not_seen_either(admin, owner, rented):
    pause(admin, rented)
    late = make_device(rented, name="Late one")
    assert "Late one" not in owner.get(f"/sites/{rented.id}").text + owner.get(f"/devices/{late.id}").text


@pytest.mark.parametrize("ending", ["revoked", "ran out", "never was"])
def test_it_cannot_be_evaded_by_ending_the_access(admin, owner, olga, rented, watched, ending):
    if ending == "ran out":
        Site.update(authorized_until=rented.created_at).execute()
    elif ending == "never was":
        Site.update(decided=SiteStatus.OWNED_UNAUTHORIZED).execute()
    else:
        authorization.revoke(principal(olga), rented)
    page = admin.get(f"/sites/{rented.id}").text
    assert "has not authorized your company" in page and f'href="/sites/{rented.id}/pause"' in page
    assert pause(admin, rented).status_code == 303
    assert "Service paused by Northlight Security" in owner.get(f"/sites/{rented.id}").text
    assert "Service paused since" in admin.get(f"/sites/{rented.id}").text
    assert resume(admin, rented).status_code == 303
    assert "Disks and cameras are well." in owner.get(f"/sites/{rented.id}").text


def test_revoked_while_it_is_paused_it_stays_paused(admin, owner, rented, watched):
    pause(admin, rented)
    assert owner.post(f"/sites/{rented.id}/revoke").status_code == 303
    assert "Service paused by Northlight Security" in owner.get(f"/devices/{watched.id}").text


# ---- one device


def test_of_one_device_the_others_are_seen(admin, owner, family, rented, cameras, watched):
    set_status(watched, Status.OFFLINE, reason="timeout")
    assert f'href="/devices/{watched.id}/pause"' in admin.get(f"/devices/{watched.id}").text
    reply = pause(admin, watched)
    assert (reply.status_code, reply.location) == (303, f"/devices/{watched.id}")
    page = admin.get(f"/devices/{watched.id}").text
    assert "Service paused since" in page and SHOWN in page and f'href="/devices/{watched.id}/resume"' in page
    assert "The service of 1 device is paused." in admin.get(f"/sites/{rented.id}").text
    for person in (owner, family):
        said = "Everything that is watched is working. The service of 1 device is paused by Northlight Security."
        assert said in person.get("/").text
        page = person.get(f"/sites/{rented.id}").text
        assert "Front door" in page and "Service paused by Northlight Security since" in page and "Offline" not in page
        for path in (f"/devices/{watched.id}", f"/devices/{watched.id}/status"):
            for htmx in (False, True):
                text = person.get(path, htmx=htmx).text
                assert SHOWN in text and not re.search("Offline|Last 24 hours|checked", text), path
        assert person.get(f"/devices/{cameras[0].id}").text.count("Paused") == 0
    assert resume(admin, watched).status_code == 303
    assert "1 of 3 devices is offline" in owner.get("/").text
    assert service_acts() == ["service.paused", "service.resumed"]


def test_the_report_says_what_it_leaves_out(admin, owner, rented, watched):
    before = owner.get(f"/sites/{rented.id}").text
    pause(admin, watched)
    page, table = owner.get(f"/sites/{rented.id}/report").text, owner.get(f"/sites/{rented.id}/report.csv").text
    for text in (page, table):
        assert "the company has paused their service: Recorder" in text and "Front door" in text
        assert "DS-7608" not in text and "SN-4711" not in text
    after = owner.get(f"/sites/{rented.id}").text
    assert "outage" in before and "outage" not in after and "reachable" not in after, (
        "all that was measured was measured of it"
    )
    assert "left out" not in admin.get(f"/sites/{rented.id}/report").text


def test_with_every_device_paused_nothing_is_claimed(admin, owner, rented, cameras):
    for device in cameras:
        pause(admin, device)
    for path in ("/", f"/sites/{rented.id}"):
        page = owner.get(path).text
        assert "The service of 2 devices is paused by Northlight Security." in page and "working" not in page
    assert "No devices yet" not in owner.get(f"/sites/{rented.id}/report").text


def test_resuming_the_site_resumes_its_devices_too(admin, owner, olga, rented, cameras):
    pause(admin, cameras[0])
    authorization.revoke(principal(olga), rented)
    assert f'href="/sites/{rented.id}/resume"' in admin.get(f"/sites/{rented.id}").text
    assert resume(admin, rented).status_code == 303 and not Suspension.select().count()
    assert service_acts() == ["service.paused", "service.resumed"]


def test_a_pause_of_the_site_takes_the_place_of_those_of_its_devices(admin, rented, cameras):
    pause(admin, cameras[0])
    pause(admin, rented)
    assert [one.device_id for one in Suspension.select()] == [None]
    for reply in (pause(admin, cameras[1]), resume(admin, cameras[0]), admin.get(f"/devices/{cameras[0].id}/pause")):
        assert reply.status_code == 409 and "The service of the whole site is paused." in reply.text
    page = admin.get(f"/devices/{cameras[0].id}").text
    assert "it is resumed on the site’s page" in page and f"/devices/{cameras[0].id}/resume" not in page


def test_not_of_a_device_that_the_company_does_not_see(admin, olga, rented, cameras):
    authorization.revoke(principal(olga), rented)
    for reply in (pause(admin, cameras[0]), resume(admin, cameras[0])):
        assert reply.status_code == 409 and "has not authorized your company" in reply.text
    assert not Suspension.select().count()


def test_the_log_does_not_name_a_device_that_the_company_does_not_see(admin, olga, rented, cameras):
    pause(admin, cameras[0])
    named = re.sub(r"<[^>]*>", "", admin.get("/audit").text)
    assert "paused the service of Front door" in named
    authorization.revoke(principal(olga), rented)
    named = re.sub(r"<[^>]*>", "", admin.get("/audit").text)
    assert "paused the service of a device" in named and "Front door" not in named


def test_a_deleted_device_leaves_no_pause(admin, rented, cameras):
    pause(admin, cameras[0])
    assert admin.post(f"/devices/{cameras[0].id}/delete").status_code == 303
    assert not Suspension.select().count()
