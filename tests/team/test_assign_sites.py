"""The tick list of a person's sites: searched, and with what it comes to (T3)."""

from __future__ import annotations

import re

import pytest

from tests.factories import assign, make_employee, make_site
from tests.team.things import make_manager, seen_in
from webapp.accounts.permissions import Right, Role
from webapp.sites.models import Assignment


@pytest.fixture
def bo(company):
    return make_employee(company, Role.OBSERVER, name="Bo Begin")


@pytest.fixture
def sites(company):
    return [make_site(company, name=f"Depot {n:02}", address="Yard 7", city="Lindau") for n in range(13)]


def offered(page):
    """Names in the part that a search changes."""
    return re.findall(r"<bdi>(Depot \d\d)</bdi>", page.partition('id="offered"')[2])


def ticked(page):
    return [int(one) for one in re.findall(r'name="pick" value="(\d+)" checked', page)]


def test_a_line_is_a_name_with_its_address_below(admin, sites, bo):
    page = admin.get(f"/team/{bo.id}/sites").text
    assert '<bdi>Depot 00</bdi><br><span class="small muted"><bdi>Yard 7, Lindau</bdi></span>' in page
    assert "A site you untick is taken away at once." in page and "Who is not ticked" not in page


def test_a_long_list_can_be_searched_and_a_short_one_is_seen_at_a_glance(admin, sites, bo):
    path = f"/team/{bo.id}/sites"
    page = admin.get(path).text
    assert 'role="search"' in page and len(offered(page)) == 13
    sites[12].delete_instance()
    assert 'role="search"' not in admin.get(path).text


def test_a_search_keeps_what_is_assigned_and_what_was_just_ticked(admin, sites, bo):
    assign(sites[0], bo)
    path = f"/team/{bo.id}/sites?q=12&pick={sites[5].id}&until-{sites[5].id}=2999-01-01T10:00"
    page = admin.get(path, htmx=True).text
    assert offered(page) == ["Depot 05", "Depot 12"] and "Depot 00" in page and "2999-01-01T10:00" in page
    assert ticked(page.partition('id="offered"')[2]) == [sites[5].id]
    assert "Nothing found" not in page
    assert "Nothing found" in admin.get(f"/team/{bo.id}/sites?q=museum", htmx=True).text
    assert not Assignment.select().where(Assignment.site == sites[5].id).count()


def test_it_says_how_many_sites_they_will_see(admin, sites, bo):
    assign(sites[0], bo)
    path = f"/team/{bo.id}/sites"
    assert "This person will see 1 site." in admin.get(path).text
    picked = "&".join(f"pick={site.id}" for site in sites[:3])
    assert "This person will see 3 sites." in admin.get(f"{path}?for=reach&{picked}", htmx=True).text
    assert "This person will see 0 sites." in admin.get(f"{path}?for=reach", htmx=True).text


def test_sites_that_the_asker_does_not_see_are_counted_and_not_chosen(sign_in, company, sites, bo):
    manager = make_manager(company, Right.MANAGE_SITES)
    assign(sites[0], manager)
    assign(sites[1], bo)
    person, path = sign_in(manager.email), f"/team/{bo.id}/sites"
    page = person.get(f"{path}?for=reach&pick={sites[0].id}&pick={sites[2].id}&pick=x", htmx=True).text
    assert "This person will see 2 sites." in page and "Depot 01" not in page and "Depot 02" not in page
    reply = person.post(path, pick=[sites[0].id], seen=seen_in(person.get(path)))
    assert reply.status_code == 303
    kept = Assignment.select(Assignment.site).where(Assignment.account == bo.id).tuples()
    assert {site_id for (site_id,) in kept} == {sites[0].id, sites[1].id}
