"""The first page: a guide while there is nothing, then figures that lead to their lists (P3, P5)."""

from __future__ import annotations

import re

from tests.factories import assign, make_company, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.protocols.isapi.kinds import Kind


def figures(person):
    """{address: figure} of the tiles."""
    tiles = re.findall(r'<a class="tile[^>]*?href="([^"]+)"(.*?)</a>', person.get("/").text, re.S)
    return {path: [int(n) for n in re.findall(r">(\d+)<", rest)] for path, rest in tiles}


def test_an_empty_company_is_told_how_to_begin(admin, company):
    page = admin.get("/").text
    assert "Three steps to begin" in page and 'href="/sites/new"' in page and "Northlight Security" in page
    make_site(company)
    assert 'href="/sites"' in admin.get("/").text and "Open a site" in admin.get("/").text


def test_an_observer_is_not_led_to_what_they_may_not_do(sign_in, company):
    page = sign_in(make_employee(company, Role.OBSERVER).email).get("/").text
    assert "/sites/new" not in page and "has not assigned you a site" in page


def test_each_figure_matches_the_list_that_it_opens(admin, company):
    site = make_site(company)
    make_site(company)
    make_device(site)
    make_device(site, password="12345678")
    make_device(site, type=Kind.UNKNOWN)
    make_device(make_site(make_company()), password="12345678")
    shown = figures(admin)
    assert list(shown.values()) == [[2], [3], [1], [1]]
    for path, (count,) in shown.items():
        reply = admin.get(path.replace("&amp;", "&"))
        assert len(set(re.findall(r'href="/(?:sites|devices)/(\d+)"', reply.text))) == count


def test_figures_count_only_what_the_person_sees(sign_in, company):
    mine, other = make_site(company), make_site(company)
    make_device(mine)
    make_device(other)
    installer = make_employee(company)
    assign(mine, installer)
    assert list(figures(sign_in(installer.email)).values())[:2] == [[1], [1]]
