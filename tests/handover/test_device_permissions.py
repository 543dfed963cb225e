"""What a company may do with single devices: asking, for how long, ending, and what it opens (T7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_site
from tests.handover.made import acts, askers, principal
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.devices.models import Device
from webapp.devices.models.permission import DevicePermission, Permission
from webapp.devices.services import permissions
from webapp.handover.models import AccessRequest, Wanted
from webapp.handover.services import authorization, requests
from webapp.sites.models import Site

ASK = {"reason": "Clock is wrong", "which": "all", "validity": "2", "configuration": "y"}


@pytest.fixture
def olga(site):
    return principal(make_owner(site, name="Olga", email="olga@example.com"))


def ask(person, site, **fields):
    given = ASK | fields
    return person.post(f"/sites/{site.id}/permissions", **{k: v for k, v in given.items() if v is not None})


def grant(admin, site, olga, **fields):
    assert ask(admin, site, **fields).status_code == 303
    requests.grant(olga, AccessRequest.select().order_by(AccessRequest.id.desc()).get())
    return DevicePermission.of_site(site)


def test_granted_it_holds_until_it_ends(admin, site, olga, cameras):
    given = grant(admin, site, olga, which="some", devices=str(cameras[0].id))
    assert [(one.device_id, one.kind) for one in given] == [(cameras[0].id, "configuration")]
    page = admin.get(f"/sites/{site.id}/permissions").text
    assert "Front door" in page and "Configuration" in page and "data-until" in page
    assert permissions.has(Device.get_by_id(cameras[0].id), Permission.CONFIGURATION)
    assert not permissions.has(Device.get_by_id(cameras[1].id), Permission.CONFIGURATION)
    with time_machine.travel(clock.now() + timedelta(hours=2, seconds=1)):
        assert DevicePermission.of_site(site) == []
        assert not permissions.has(Device.get_by_id(cameras[0].id), Permission.CONFIGURATION)
    assert acts("permission.") == ["permission.asked", "permission.granted"]


@pytest.mark.parametrize("htmx", [False, True])
def test_the_health_switch_needs_it_once_the_site_has_an_owner(admin, site, olga, cameras, htmx):
    url = f"/devices/{cameras[0].id}/monitoring"
    refused = admin.post(url, htmx=htmx, on="0")
    assert refused.status_code == 409 and "permission to configure Front door" in refused.text
    assert Device.get_by_id(cameras[0].id).health_monitoring and acts("device.monitoring") == []
    grant(admin, site, olga)
    assert admin.post(url, htmx=htmx, on="0").status_code < 400
    assert not Device.get_by_id(cameras[0].id).health_monitoring
    with time_machine.travel(clock.now() + timedelta(hours=2, seconds=1)):
        assert admin.post(url, htmx=htmx, on="1").status_code == 409, "in the middle of a session"


def test_the_switch_is_not_offered_before_and_the_way_to_ask_is(admin, site, olga, cameras):
    device, ask_there = cameras[0], f'href="/sites/{site.id}/permissions">Ask for the permission'
    for path in (f"/devices/{device.id}", f"/devices/{device.id}/monitoring"):
        page = admin.get(path, htmx=path.endswith("monitoring")).text
        assert ask_there in page and 'role="switch"' not in page
    sheet = {"HX-Target": "sheet"}
    refused = admin.get(f"/devices/{device.id}/monitoring/off", htmx=True, headers=sheet)
    assert refused.status_code == 409 and ask_there in refused.text and refused.text.count("data-close") == 2
    grant(admin, site, olga)
    page = admin.get(f"/devices/{device.id}").text
    assert ask_there not in page and 'role="switch" aria-checked="true"' in page
    assert admin.get(f"/devices/{device.id}/monitoring/off", htmx=True).status_code == 200


def test_without_an_owner_everything_is_open(admin, site, cameras):
    assert admin.post(f"/devices/{cameras[0].id}/monitoring", on="0").status_code < 400


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"configuration": None}, "Choose what to ask for."),
        ({"which": "some"}, "Tick at least one device."),
        ({"validity": "5"}, "Choose one from the list."),
        ({"validity": "until", "until": "2001-01-01T00:00"}, "Choose a moment in the future."),
    ],
)
def test_what_cannot_be_right(admin, site, olga, fields, said):
    reply = ask(admin, site, **fields)
    assert reply.status_code == 422 and said in reply.text and not AccessRequest.select().count()


def test_devices_of_another_site_cannot_be_forced(admin, ada, site, olga, company):
    other = make_device(make_site(company))
    reply = ask(admin, site, which="some", devices=str(other.id))
    assert reply.status_code == 422
    with pytest.raises(Refused):
        requests.ask_permission(ada, site, "", Wanted(False, ("playback",), (other.id,)))
    assert not AccessRequest.select().count()


def test_asked_again_it_holds_longer(admin, site, olga, cameras):
    grant(admin, site, olga)
    again = grant(admin, site, olga, validity="8")
    assert len(again) == 2 and {one.until - one.granted_at for one in again} == {timedelta(hours=8)}


def test_given_back_early_it_has_to_be_asked_for_again(admin, site, olga, cameras):
    first, second = grant(admin, site, olga)
    url = f"/sites/{site.id}/permissions/{first.id}/release"
    assert url in admin.get(f"/sites/{site.id}/permissions").text
    assert admin.post(url).status_code == 303
    assert [one.id for one in DevicePermission.of_site(site)] == [second.id]
    assert admin.post(url).status_code == 404
    assert acts("permission.")[-1] == "permission.released" and len(acts("permission.")) == 3


def test_for_good_nothing_has_to_be_given_back(admin, site, olga, cameras):
    grant(admin, site, olga, validity="")
    page = admin.get(f"/sites/{site.id}/permissions").text
    assert "Permanent" in page and f"/sites/{site.id}/permissions/" not in page


def test_the_owner_extends_and_ends_it(admin, site, olga, cameras):
    first, _second = grant(admin, site, olga)
    authorization.extend(olga, first, 4, first.until)
    later = first.until + timedelta(hours=4)
    assert DevicePermission.get_by_id(first.id).until == later
    authorization.extend(olga, first, None, later)
    assert DevicePermission.get_by_id(first.id).until is None
    with pytest.raises(Refused):
        authorization.extend(olga, first, 4, None)
    told = at_once(*[lambda: authorization.revoke_permission(olga, first.id)] * 10)
    assert sum(isinstance(one, DevicePermission) for one in told) == 1
    assert acts("permission.") == ["permission.asked", *["permission.granted"] * 3, "permission.revoked"]


def test_an_ended_one_is_not_extended(admin, site, olga, cameras):
    first, _second = grant(admin, site, olga)
    with time_machine.travel(clock.now() + timedelta(hours=3)), pytest.raises(Refused) as no:
        authorization.extend(olga, first, 1, first.until)
    assert no.value.code == "ended"


def test_the_owner_extends_the_authorization(site, olga):
    until = clock.now() + timedelta(hours=1)
    Site.update(authorized_until=until).where(Site.id == site.id).execute()
    authorization.extend(olga, site, 2, until)
    assert Site.get_by_id(site.id).authorized_until == until + timedelta(hours=2)
    authorization.extend(olga, site, None, until + timedelta(hours=2))
    assert Site.get_by_id(site.id).authorized_until is None
    for hours in (1, 5):
        with pytest.raises(Refused):
            authorization.extend(olga, site, hours, None)


def test_nobody_elses_hands(admin, sign_in, ada, site, olga, cameras):
    first, _second = grant(admin, site, olga)
    other = principal(make_owner(make_site(site.company)))
    bo = principal(make_employee(make_company(), Role.INSTALLER_ADMIN))
    for deed in (
        lambda by: authorization.revoke_permission(by, first.id),
        lambda by: authorization.extend(by, first, 1, first.until),
    ):
        for person, error in ((other, NotFound), (bo, NotFound), (ada, Forbidden)):
            with pytest.raises(error):
                deed(person)
    for person in (other, bo, olga):
        with pytest.raises(NotFound):
            authorization.release_early(person, first.id)
    assert sign_in("olga@example.com").post(f"/sites/{site.id}/permissions/{first.id}/release").status_code == 403
    assert len(DevicePermission.of_site(site)) == 2


@askers
def test_who_may_ask(sign_in, company, site, olga, role, assigned, status):
    person = make_employee(company, role)
    if assigned:
        assign(site, person)
    browser = sign_in(person.email)
    assert ask(browser, site).status_code == status
    assert browser.get(f"/sites/{site.id}/permissions").status_code == (404 if status == 404 else 200)


def test_a_request_that_outlived_the_authorization_gives_nothing(admin, site, olga, cameras):
    ask(admin, site)
    Site.update(authorized_until=clock.now()).where(Site.id == site.id).execute()
    with pytest.raises(Refused) as no:
        requests.grant(olga, AccessRequest.get())
    assert no.value.code == "not_authorized"
    assert AccessRequest.get().answer == "open" and not DevicePermission.select().count()


def test_without_a_device_there_is_nothing_to_ask_for_yet(admin, company):
    empty = make_site(company)
    make_owner(empty)
    page = admin.get(f"/sites/{empty.id}/permissions").text
    assert "Add a device first" in page and f'href="/sites/{empty.id}/devices/new"' in page
