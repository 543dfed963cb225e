"""The app that customers should have, on the first page of everybody: code, link, and ways to hand it on (S18, P1)."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import assign, make_company, make_device, make_employee, make_site
from tests.qr.pictures import read_svg
from webapp.accounts.models import Account, Company
from webapp.accounts.permissions import Role

LINK = "https://apps.example/get?app=hc&lang=de"
APP = {"app_name": "Hik-Connect Mobile Client", "app_url": LINK, "app_version": "4.7.1"}


def banner(page):
    found = re.search(r'<details class="card" id="app">.*?</details>', page, re.S)
    assert found
    return found[0]


def code_in(shown):
    return read_svg(re.search(r'role="img"[^>]*>(<svg.*?</svg>)', shown, re.S)[1])


def link_in(shown):
    return unescape(re.search(r'id="app-link" readonly[^>]*value="([^"]+)"', shown)[1])


def choose(company, **values):
    Company.update(**APP | values).where(Company.id == company.id).execute()


def test_by_default_it_is_our_own_web_app_at_the_address_that_was_typed(app, company):
    person = Person(app, HTTP_HOST="sitehand.example:8000")
    person.post("/sign-in", email="ada@example.com", password=PASSWORD)
    shown = banner(person.get("/").text)
    assert code_in(shown) == link_in(shown) == "http://sitehand.example:8000"
    assert "Sitehand" in shown and "version" not in shown


class TestWithABaseUrl:
    @pytest.fixture
    def settings(self):
        return {"base_url": "https://sitehand.example/"}

    def test_the_setting_comes_before_what_the_browser_typed(self, admin):
        shown = banner(admin.get("/").text)
        assert code_in(shown) == link_in(shown) == "https://sitehand.example"


@pytest.mark.parametrize("devices", [False, True])
@pytest.mark.parametrize("role", [Role.INSTALLER_ADMIN, Role.INSTALLER, Role.OBSERVER])
def test_every_role_sees_it_and_the_code_is_the_link(sign_in, company, role, devices):
    choose(company)
    admin = Account.get(Account.role == Role.INSTALLER_ADMIN)
    person = admin if role == Role.INSTALLER_ADMIN else make_employee(company, role)
    if devices:
        site = make_site(company)
        make_device(site)
        assign(site, person)
    shown = banner(sign_in(person.email).get("/").text)
    assert code_in(shown) == link_in(shown) == LINK
    assert "Hik-Connect Mobile Client" in shown and "4.7.1 or later" in shown
    assert ('href="/company"' in shown) is (role == Role.INSTALLER_ADMIN)


def test_the_code_is_dark_on_light_with_its_quiet_zone(admin):
    svg = re.search(r"<svg[^>]*viewBox.*?</svg>", banner(admin.get("/").text), re.S)[0]
    assert 'stroke="#000"' in svg and re.search(r'fill="#fff" d="M0 0h(\d+)v\1h-\1z"', svg)
    assert re.search(r'stroke="#000" d="M4 4\.5h7', svg), "four modules before the first one"


def test_it_can_be_copied_shared_mailed_and_texted(admin, company):
    choose(company)
    shown = banner(admin.get("/").text)
    for button in ('data-copy="#app-link"', 'data-share="#app-link"'):
        assert button in shown
    mail, text = (unescape(re.search(f'href="({scheme}:[^"]*)"', shown)[1]) for scheme in ("mailto", "sms"))
    assert parse_qs(urlsplit(mail).query)["subject"] == ["Hik-Connect Mobile Client"]
    for link in (mail, text):
        (body,) = parse_qs(urlsplit(link).query)["body"]
        assert body.endswith(f"\n{LINK}") and "version 4.7.1 or later" in body
        assert not urlsplit(link).path and "&lang" not in link and unquote(link).count(LINK) == 1


def test_it_is_closed_until_it_is_opened_and_stands_below_the_figures(admin, company):
    make_device(make_site(company))
    page = admin.get("/").text
    assert page.index('class="tiles"') < page.index('id="app"') and '<details class="card" id="app" open' not in page


def test_a_name_of_any_kind_is_shown_and_never_run(admin, company):
    choose(company, app_name="<b data-evil>\"Hof\" & 'Süd'</b> {{ 7*7 }}", app_version="1")
    shown = banner(admin.get("/").text)
    assert "<b data-evil" not in shown and "49 }}" not in shown and "&lt;b data-evil&gt;" in shown


def test_another_companys_choice_changes_nothing(admin):
    choose(make_company())
    assert LINK not in unescape(admin.get("/").text)
