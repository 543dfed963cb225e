"""A company asks for a site that no company looks after, by the ID its owner reads out (T8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import assign, make_company, make_employee, make_owner, make_role, make_site
from tests.handover.made import acts, fresh, principal
from webapp.accounts.permissions import Right, Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.errors import Refused, TooMany
from webapp.devices.models import Device, DeviceState, Status
from webapp.handover.models import AccessRequest
from webapp.handover.services import adopting, authorization, requests
from webapp.sites.models import Assignment, SiteStatus

UNKNOWN = "There is no site with this ID that could be added."


@pytest.fixture
def olga(site):
    person = principal(make_owner(site, name="Olga", email="olga@example.com"))
    authorization.release_company(person, site)
    return person


@pytest.fixture
def bo(olga):
    """An installer of another company who may add no site of their own."""
    company = make_company("Southlight")
    role = make_role(company, "Fitter", Right.MANAGE_DEVICES)
    return make_employee(company, Role.OWN, own_role=role, email="bo@example.com", name="Bo")


@pytest.fixture
def browser(sign_in, bo):
    return sign_in("bo@example.com")


def ask(person, code):
    return person.post("/sites/existing", code=code, reason="We met at the fair")


def test_the_owner_agrees_and_the_site_is_the_companys(browser, bo, site, olga):
    code = fresh(site).code
    reply = ask(browser, f"{code[:4]}-{code[4:8].lower()} {code[8:]}")
    assert (reply.status_code, reply.location) == (303, "/sites/existing")
    page = browser.get("/sites/existing").text
    assert code in page and "Bakery" not in page, "its name is told once the owner agrees"
    (request,) = requests.open_requests(olga, fresh(site))
    assert (request.company.name, request.maker_name) == ("Southlight", "Bo")
    requests.grant(olga, request)
    now = fresh(site)
    assert (now.company_id, now.status, now.owner_id) == (bo.company_id, SiteStatus.AUTHORIZED, olga.id)
    assert "Bakery" in browser.get("/sites").text and browser.get(f"/sites/{site.id}").status_code == 200
    assert Assignment.get().account_id == bo.id
    entry = AuditEntry.get(AuditEntry.action == "authorization.asked")
    assert (entry.company_id, entry.target_name) == (bo.company_id, code)
    assert acts("authorization.") == ["authorization.asked", "authorization.granted"]


def test_its_devices_wait_for_a_login_and_are_not_asked_before(browser, site, olga):
    ask(browser, fresh(site).code)
    requests.grant(olga, AccessRequest.get())
    assert {state.status for state in DeviceState.select()} == {Status.AUTH_FAILED}
    for device in Device.select():
        assert device.password == ""
        assert browser.get(f"/devices/{device.id}").status_code == 200


def test_unknown_and_taken_are_told_alike(browser, site, olga, company):
    taken = make_site(company, code="TAKEN2345678")
    make_owner(taken)
    unowned = make_site(company, code="UNWNED234567")
    for code in ("2345678923AB", taken.code, unowned.code, "x", "%", "🙂"):
        reply = ask(browser, code)
        assert reply.status_code == 409 and UNKNOWN in reply.text, code
    assert not AccessRequest.select().count() and acts("authorization.") == []


@pytest.mark.parametrize(("code", "said"), [(" ", "Which site?"), ("2" * 41, "40")])
def test_what_cannot_be_right(browser, code, said):
    reply = ask(browser, code)
    assert reply.status_code == 422 and said in reply.text


def test_so_many_tries_an_hour(browser, bo, site, olga):
    person, code = principal(bo), fresh(site).code
    told = at_once(*[lambda: adopting.ask_adoption(person, "WRONG", "")] * 15)
    assert [sum(isinstance(one, kind) for one in told) for kind in (Refused, TooMany)] == [10, 5], told
    reply = ask(browser, code)
    assert reply.status_code == 429 and reply.headers["Retry-After"] and not AccessRequest.select().count()
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert ask(browser, code).status_code == 303


def test_asked_once(browser, site, olga):
    code = fresh(site).code
    assert ask(browser, code).status_code == 303
    assert "asked for this already" in ask(browser, code).text


def test_of_two_companies_one_gets_it(browser, bo, site, olga):
    other = make_employee(make_company("Westlight"), Role.INSTALLER_ADMIN)
    adopting.ask_adoption(principal(bo), fresh(site).code, "")
    adopting.ask_adoption(principal(other), fresh(site).code, "")
    first, second = AccessRequest.select().order_by(AccessRequest.id)
    told = at_once(lambda: requests.grant(olga, first), lambda: requests.grant(olga, second))
    assert [sum(isinstance(one, kind) for one in told) for kind in (type(None), Refused)] == [1, 1], told
    assert fresh(site).company_id in {bo.company_id, other.company_id}
    assert sorted(one.answer for one in AccessRequest.select()) == ["accepted", "declined"]


def test_declined_and_withdrawn(browser, site, olga):
    ask(browser, fresh(site).code)
    requests.decline(olga, AccessRequest.get())
    ask(browser, fresh(site).code)
    last = AccessRequest.select().order_by(AccessRequest.id.desc()).get()
    reply = browser.post(f"/requests/{last.id}/withdraw")
    assert (reply.status_code, reply.location) == (303, "/sites/existing")
    assert fresh(site).company_id is None
    asked = "authorization.asked"
    assert acts("authorization.") == [asked, "authorization.declined", asked, "authorization.withdrawn"]


def test_a_name_that_the_company_has_already_gets_a_number(browser, bo, site, olga):
    make_site(bo.company, name="bakery")
    ask(browser, fresh(site).code)
    requests.grant(olga, AccessRequest.get())
    assert fresh(site).name == "Bakery (2)"


def test_the_company_that_was_released_may_ask_as_well(admin, site, olga):
    assert ask(admin, fresh(site).code).status_code == 303
    requests.grant(olga, AccessRequest.get(), 4)
    assert fresh(site).status == SiteStatus.AUTHORIZED and fresh(site).authorized_until


def test_an_owner_has_nothing_to_add(sign_in, site, olga):
    person = sign_in("olga@example.com")
    assert person.get("/sites/existing").status_code == 403 == ask(person, fresh(site).code).status_code


def test_who_may_change_nothing_is_not_offered_it_and_may_not_ask(sign_in, company, site, olga):
    make_employee(company, Role.OBSERVER, email="obi@example.com")
    person = sign_in("obi@example.com")
    assert "/sites/existing" not in person.get("/sites").text
    assert person.get("/sites/existing").status_code == 403 == ask(person, fresh(site).code).status_code
    assert not AccessRequest.select().count() and acts("authorization.") == []


@pytest.mark.parametrize("right", [Right.ADD_SITES, Right.MANAGE_SITES, Right.MANAGE_DEVICES])
def test_one_of_three_rights_is_enough(sign_in, company, site, olga, right):
    role = make_role(company, "One right", right)
    make_employee(company, Role.OWN, own_role=role, email="una@example.com")
    person = sign_in("una@example.com")
    assert "/sites/existing" in person.get("/sites").text
    assert ask(person, fresh(site).code).status_code == 303


def test_who_has_become_an_observer_meanwhile_takes_it_back_or_gets_nothing_assigned(browser, bo, site, olga):
    ask(browser, fresh(site).code)
    type(bo).update(role=Role.OBSERVER, own_role=None).where(type(bo).id == bo.id).execute()
    reply = browser.post(f"/requests/{AccessRequest.get().id}/withdraw")
    assert (reply.status_code, reply.location) == (303, "/sites")
    adopting.ask_adoption(principal(bo), fresh(site).code, "")
    requests.grant(olga, AccessRequest.get(AccessRequest.answer == "open"))
    assert fresh(site).company_id == bo.company_id and not Assignment.select().where(Assignment.site == site).count()


def test_whoever_asked_and_left_gets_nothing_assigned(browser, bo, site, olga):
    assign(make_site(bo.company), bo)
    ask(browser, fresh(site).code)
    type(bo).update(disabled_at=clock.now()).where(type(bo).id == bo.id).execute()
    requests.grant(olga, AccessRequest.get())
    assert not Assignment.select().where(Assignment.site == site).count()
    assert fresh(site).company_id == bo.company_id
