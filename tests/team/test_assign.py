"""Who looks after a site, and until when (T3)."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.client import at_once
from tests.factories import assign, make_company, make_device, make_employee, make_role, make_site
from tests.team.things import acts, make_holder, make_manager, seen_in
from webapp.accounts.permissions import Right, Role
from webapp.accounts.services.acting import acting
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.sites.models import Assignment, Site
from webapp.team.services import assigning


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery")


@pytest.fixture
def bo(company):
    return make_employee(company, name="Bo Begin")


def save(person, site, *accounts, **more):
    path = f"/sites/{site.id}/managers"
    seen = more.pop("seen", None) or seen_in(person.get(path))
    return person.post(path, pick=[one.id for one in accounts], seen=seen, **more)


def assigned(site):
    return {one.account_id: one.until for one in Assignment.select().where(Assignment.site == site.id)}


def test_several_are_assigned_for_good_or_until_a_moment_at_the_site(admin, company, site, bo):
    cy, observer = make_employee(company, name="Cy"), make_employee(company, Role.OBSERVER, name="Di")
    until = (clock.now() + timedelta(days=3)).astimezone(ZoneInfo(site.zone)).replace(second=0, microsecond=0)
    typed = f"{until:%Y-%m-%dT%H:%M}"
    reply = save(admin, site, bo, cy, observer, **{f"until-{cy.id}": typed, f"until-{observer.id}": ""})
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    assert assigned(site) == {bo.id: None, cy.id: until, observer.id: None}
    page = admin.get(f"/sites/{site.id}/managers").text
    assert f'value="{typed}"' in page and page.count(" checked") == 3
    assert acts() == ["team.assigned"]
    row = AuditEntry.get(AuditEntry.action == "team.assigned")
    assert (row.target_name, row.site_id) == ("Bakery (Bo Begin, Cy, Di)", site.id)


def test_whoever_is_replaced_is_out_at_the_next_request(admin, sign_in, company, site, bo):
    cy = make_employee(company, name="Cy")
    make_device(site)
    assign(site, bo)
    old, new = sign_in(bo.email), sign_in(cy.email)
    poll = f"/sites/{site.id}/devices"
    assert old.get(poll, htmx=True).status_code == 200 and new.get(poll, htmx=True).status_code == 404
    save(admin, site, cy)
    assert old.get(poll, htmx=True).status_code == 404 and new.get(poll, htmx=True).status_code == 200
    assert old.post(f"/sites/{site.id}/edit", name="x").status_code == 404


def test_an_end_comes_by_itself_and_is_shown(admin, sign_in, company, site, bo):
    assign(site, bo, until=clock.now() + timedelta(minutes=10))
    person, by = sign_in(bo.email), acting(1, "", "")
    assert person.get(f"/sites/{site.id}").status_code == 200
    (_admin, live) = assigning.site_managers(by, site)
    assert live.live and live.name == "Bo Begin"
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert person.get(f"/sites/{site.id}/devices", htmx=True).status_code == 404
        (_admin, ended) = assigning.site_managers(by, site)
        assert not ended.live
        page = admin.get(f"/sites/{site.id}/managers").text
        assert "Ended " in page and " checked" not in page
        save(admin, site)
        assert not assigned(site) and acts() == [], "what had ended is swept, and nothing was changed by that"


def test_those_who_see_all_sites_are_named_and_keep_their_access(admin, sign_in, company, site, bo):
    desk = make_holder(make_role(company, "Desk", Right.MANAGE_ALL_SITES), name="Cy Desk")
    gone = make_employee(company, name="Di Gone", disabled_at=clock.now())
    person = sign_in(desk.email)
    page = admin.get(f"/sites/{site.id}/managers").text
    assert "These see all sites and need no tick" in page and "Cy Desk" in page and "Ada Admin" in page
    assert f'value="{desk.id}"' not in page and f'value="{gone.id}"' not in page and f'value="{bo.id}"' in page
    for one in (desk, gone):
        assert save(admin, site, one).status_code == 404
    save(admin, site, bo)
    assert person.get(f"/sites/{site.id}").status_code == 200
    told = assigning.site_managers(acting(1, "", ""), site)
    assert [(one.name, one.everywhere, one.you) for one in told] == [
        ("Ada Admin", True, True),
        ("Cy Desk", True, False),
        ("Bo Begin", False, False),
    ]


@pytest.mark.parametrize("text", ["yesterday", "2020-01-01T00:00", "9999-99-99T00:00", "0001-01-01T00:00", "<b>"])
def test_a_moment_that_cannot_be_comes_back(admin, site, bo, text):
    reply = save(admin, site, bo, **{f"until-{bo.id}": text})
    assert reply.status_code == 422 and 'class="summary"' in reply.text and 'aria-invalid="true"' in reply.text
    assert not assigned(site) and acts() == []


def test_another_companys_people_and_nobody_are_alike(admin, company, site):
    stranger = make_employee(make_company())
    for number in (stranger.id, 999, "x", "-1"):
        seen = seen_in(admin.get(f"/sites/{site.id}/managers"))
        assert admin.post(f"/sites/{site.id}/managers", pick=[number], seen=seen).status_code == 404
    assert not assigned(site)


def test_at_most_a_hundred_in_one_call(admin, company, site):
    people = [make_employee(company) for _ in range(101)]
    assert save(admin, site, *people).status_code == 409 and not assigned(site)
    assert save(admin, site, *people[:100]).status_code == 303 and len(assigned(site)) == 100


def test_of_two_at_once_the_second_is_told(admin, sign_in, company, site, bo):
    cy = make_employee(company, name="Cy")
    people = [admin, sign_in()]
    seen = [seen_in(person.get(f"/sites/{site.id}/managers")) for person in people]
    told = at_once(
        *[
            lambda p=p, s=s, who=who: save(p, site, who, seen=s).status_code
            for p, s, who in zip(people, seen, (bo, cy), strict=True)
        ]
    )
    assert sorted(told) == [303, 409] and len(assigned(site)) == 1
    assert acts() == ["team.assigned"]


def test_saving_what_is_so_already_leaves_no_trace(admin, site, bo):
    assign(site, bo)
    assert save(admin, site, bo).status_code == 303 and acts() == []


def test_a_person_is_assigned_several_sites(admin, sign_in, company, bo):
    bakery, museum, shop = (make_site(company, name=name) for name in ("Bakery", "Museum", "Shop"))
    assign(bakery, bo)
    path = f"/team/{bo.id}/sites"
    page = admin.get(path)
    assert page.text.count(" checked") == 1 and "Shop" in page.text
    reply = admin.post(path, pick=[museum.id, shop.id], seen=seen_in(page))
    assert (reply.status_code, reply.location) == (303, f"/team/{bo.id}")
    assert {one.site_id for one in Assignment.select()} == {museum.id, shop.id}
    assert AuditEntry.get(AuditEntry.action == "team.assigned").target_name == "Bo Begin (Museum, Shop)"
    person = sign_in(bo.email)
    assert person.get(f"/sites/{bakery.id}").status_code == 404 and person.get(f"/sites/{shop.id}").status_code == 200
    found = admin.get(f"{path}?q=bak").text
    assert "Bakery" in found and "Museum" in found, "what is assigned stands there whatever is looked for"
    assert admin.post(path, pick=[bakery.id], seen="stale").status_code == 409


def test_a_manager_assigns_only_what_they_see_and_never_themselves(sign_in, company):
    manager = make_manager(company, Right.MANAGE_SITES)
    observer = make_employee(company, Role.OBSERVER)
    seen, hidden = make_site(company, name="Bakery"), make_site(company, name="Museum")
    assign(seen, manager, until=clock.now() + timedelta(hours=1))
    assign(hidden, observer)
    person = sign_in(manager.email)
    page = person.get(f"/team/{observer.id}/sites")
    assert "Museum" not in page.text and "Bakery" in page.text
    assert person.post(f"/team/{observer.id}/sites", pick=[hidden.id], seen=seen_in(page)).status_code == 404
    assert person.post(f"/team/{observer.id}/sites", pick=[seen.id], seen=seen_in(page)).status_code == 303
    assert {one.site_id for one in Assignment.select().where(Assignment.account == observer.id)} == {seen.id, hidden.id}
    assert person.get(f"/sites/{hidden.id}/managers").status_code == 404
    assert save(person, seen, manager).status_code == 404
    assert Assignment.get(Assignment.account == manager.id).until, "their own end has stayed"


def test_who_sees_all_sites_is_assigned_none(admin, company):
    desk = make_holder(make_role(company, "Desk", Right.MANAGE_ALL_SITES))
    assert admin.get(f"/team/{desk.id}/sites").status_code == 409
    site = make_site(company)
    assert admin.post(f"/team/{desk.id}/sites", pick=[site.id], seen="").status_code == 409
    assert not Assignment.select().count() and Site.select().count() == 1
