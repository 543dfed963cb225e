"""A company asks the owner to manage the site again, and the owner answers once (T6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_site
from tests.handover.made import acts, askers, fresh, principal
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import AccessRequest, Wanted
from webapp.handover.services import authorization, requests
from webapp.sites.models import SiteShare, SiteStatus

CLOSED = {403, 404}
ASK = {"reason": "The yard camera is dark", "which": "all", "validity": "4"}


@pytest.fixture
def olga(site):
    return principal(make_owner(site, authorized=False, name="Olga", email="olga@example.com"))


def ask(person, site, **fields):
    return person.post(f"/sites/{site.id}/authorization", **ASK | fields)


def test_the_owner_agrees_and_the_site_is_manageable_again(admin, site, olga):
    assert admin.get(f"/devices/{make_device(site).id}").status_code in CLOSED
    reply = ask(admin, site, playback="y")
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}/authorization")
    page = admin.get(reply.location).text
    assert "The yard camera is dark" in page and "Waits for the owner" in page and "for 4 hours" in page
    (request,) = requests.open_requests(olga, site)
    assert request.company.name == "Northlight Security" and Wanted.of(request.wanted).hours == 4
    requests.grant(olga, requests.find_open(olga, request.id))
    now = fresh(site)
    assert now.status == SiteStatus.AUTHORIZED
    assert now.authorized_until - now.authorized_at == timedelta(hours=4)
    assert {one.kind for one in DevicePermission.of_site(now)} == {"playback"}
    assert admin.get(f"/sites/{site.id}/devices/new").status_code == 200
    assert acts("authorization.") == ["authorization.asked", "authorization.granted"]


@pytest.mark.parametrize(
    ("hours", "until"), [(8, timedelta(hours=8)), (None, None), (requests.UNCHANGED, timedelta(hours=4))]
)
def test_the_owner_chooses_for_how_long(admin, site, olga, hours, until):
    ask(admin, site)
    requests.grant(olga, AccessRequest.get(), hours)
    now = fresh(site)
    assert (now.authorized_until and now.authorized_until - now.authorized_at) == until


def test_after_that_time_the_company_sees_the_name_alone(admin, site, olga):
    ask(admin, site)
    requests.grant(olga, AccessRequest.get())
    device = make_device(site)
    assert admin.get(f"/devices/{device.id}").status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=4, seconds=1)):
        assert admin.get(f"/devices/{device.id}").status_code in CLOSED
        assert "Apply for authorization" in admin.get(f"/sites/{site.id}/standing").text
        assert admin.get(f"/sites/{site.id}/authorization").status_code == 200


def test_the_owner_declines_and_it_can_be_asked_again(admin, site, olga):
    ask(admin, site)
    requests.decline(olga, AccessRequest.get())
    assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED and requests.open_requests(olga, site) == []
    assert ask(admin, site).status_code == 303
    assert acts("authorization.") == ["authorization.asked", "authorization.declined", "authorization.asked"]


def test_one_request_at_a_time(admin, ada, site, olga):
    told = at_once(*[lambda: requests.ask_authorization(ada, site, "", Wanted(True))] * 20)
    assert [sum(isinstance(one, kind) for one in told) for kind in (AccessRequest, Refused)] == [1, 19], told
    assert "asked for this already" in ask(admin, site).text
    assert acts("authorization.") == ["authorization.asked"]


@pytest.mark.parametrize(("fields", "said"), [({"reason": " "}, "Why? The owner"), ({"reason": "x" * 501}, "500")])
def test_it_needs_a_reason(admin, site, olga, fields, said):
    reply = ask(admin, site, **fields)
    assert reply.status_code == 422 and said in reply.text and not AccessRequest.select().count()


def test_it_can_be_withdrawn_by_the_company_alone(admin, sign_in, site, olga):
    ask(admin, site)
    url = f"/requests/{AccessRequest.get().id}/withdraw"
    make_employee(make_company(), Role.INSTALLER_ADMIN, email="bo@example.com")
    assert sign_in("bo@example.com").post(url).status_code == 404
    assert sign_in("olga@example.com").post(url).status_code == 403
    assert AccessRequest.get().answer == "open"
    assert admin.post(url).status_code == 303
    assert (AccessRequest.get().answer, admin.post(url).status_code) == ("withdrawn", 409)
    with pytest.raises(Refused):
        requests.grant(olga, AccessRequest.get())
    assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED
    assert acts("authorization.") == ["authorization.asked", "authorization.withdrawn"]


def test_a_colleague_without_the_right_withdraws_only_their_own(admin, sign_in, company, site, olga):
    ask(admin, site)
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    url = f"/requests/{AccessRequest.get().id}/withdraw"
    assert sign_in(observer.email).post(url).status_code == 403
    stranger = make_employee(company)
    assert sign_in(stranger.email).post(url).status_code == 404


def test_it_expires(admin, site, olga):
    ask(admin, site)
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1)):
        assert requests.open_requests(olga, site) == []
        with pytest.raises(Refused):
            requests.find_open(olga, AccessRequest.get().id)
        with pytest.raises(Refused):
            requests.grant(olga, AccessRequest.get())


def test_of_many_answers_one_counts(admin, ada, site, olga):
    ask(admin, site)
    request = AccessRequest.get()
    deeds = [
        lambda: requests.grant(olga, request),
        lambda: requests.decline(olga, request),
        lambda: requests.withdraw(ada, request.id),
    ]
    told = at_once(*deeds * 7)
    assert sum(not isinstance(one, Exception) for one in told) == 1, told
    assert sum(isinstance(one, Refused) for one in told) == 20
    granted = AccessRequest.get().answer == "accepted"
    assert (fresh(site).status == SiteStatus.AUTHORIZED) == granted and len(acts("authorization.")) == 2


def test_only_the_owner_answers(admin, ada, site, olga):
    ask(admin, site)
    request = AccessRequest.get()
    other = principal(make_owner(make_site(site.company)))
    family = make_owner()
    SiteShare.create(site=site, account=family, shared_at=clock.now())
    for person, error in ((other, NotFound), (principal(family), Forbidden), (ada, Forbidden)):
        with pytest.raises(error):
            requests.find_open(person, request.id)
        for deed in (requests.grant, requests.decline):
            with pytest.raises(Forbidden):
                deed(person, request)
    assert AccessRequest.get().answer == "open" and fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED


@askers
def test_who_may_ask(sign_in, company, site, olga, role, assigned, status):
    person = make_employee(company, role)
    if assigned:
        assign(site, person)
    assert ask(sign_in(person.email), site).status_code == status
    assert AccessRequest.select().count() == (status == 303)


def test_the_owner_authorizes_without_being_asked(admin, ada, site, olga):
    ask(admin, site)
    authorization.authorize(olga, site, clock.now() + timedelta(hours=1))
    assert fresh(site).status == SiteStatus.AUTHORIZED
    assert AccessRequest.get().answer == "accepted", "what was asked for is answered by it"
    with pytest.raises(Refused):
        authorization.authorize(olga, site, None)
    for wrong in (clock.now(), clock.now() + timedelta(days=4000)):
        with pytest.raises(Refused):
            authorization.authorize(olga, site, wrong)
    with pytest.raises(Forbidden):
        authorization.authorize(ada, site, None)


def test_it_tells_nothing_of_the_devices(admin, ada, site, olga, cameras):
    page = admin.get(f"/sites/{site.id}/authorization").text
    assert "Front door" not in page and "Live view" in page
    reply = ask(admin, site, playback="y", which="some", devices=str(cameras[0].id))
    assert reply.status_code == 422, "which ids there are is not told either"
    for devices in ((cameras[0].id,), (999,)):
        with pytest.raises(Refused) as no:
            requests.ask_authorization(ada, site, "", Wanted(True, ("playback",), devices))
        assert no.value.code == "not_offered"


@pytest.mark.parametrize("hours", [3, 24, 0, -1])
def test_a_validity_that_is_not_offered(admin, site, olga, hours):
    ask(admin, site)
    with pytest.raises(Refused):
        requests.grant(olga, AccessRequest.get(), hours)
    assert AccessRequest.get().answer == "open"
