"""Every page in a real browser: no barriers in light, dark and from right to left, no scrolling sideways, big taps."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Phones
from tests.browser.looks import STICKING_OUT, TAP, TOO_SMALL, barriers

pytestmark = pytest.mark.browser

LATE = "() => new Promise((done) => setTimeout(done, 1500 - performance.now()))"
WIDTHS = (320, 360, 412, 768, 1280)
PUBLIC = ("sign-in", "forgot", "reset", "offline")
PAGES = (
    *PUBLIC,
    "home",
    "sites",
    "sites, none found",
    "new site",
    "devices",
    "devices, none found",
    "account",
    "site full",
    "site unbroken",
    "site empty",
    "site foreign",
    "site dark",
    "site dark report",
    "site full edit",
    "site markup delete",
    "site full add device",
    "site unbroken address",
    "test running",
    "test ok",
    "test wrong_password",
    "device markup",
    "device unbroken",
    "device certificate_changed",
    "device well",
    "device ill",
    "device ill silence",
    "device ill monitoring/off",
    "device other_device",
    "device long_host",
    "device unbroken address/edit",
    "device unknown type/edit",
    "device unbroken delete",
    "device online qr",
    "device unbroken qr",
    "device markup code",
    "device unbroken old code",
    "site unbroken labels",
    "scan",
    "scanned several",
    "scanned tried",
    "take over",
    "rented whole",
    "rented single pause",
    "rented device paused",
)

MIRRORED = (  # every kind of piece that has a left and a right
    "sign-in",
    "home",
    "sites",
    "new site",
    "devices",
    "account",
    "site dark",
    "site dark report",
    "site unbroken address",
    "test wrong_password",
    "device ill",
    "device markup",
    "device unknown type/edit",
    "device unbroken delete",
    "device unbroken qr",
    "device markup code",
    "scanned tried",
)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, looking: Phones, house: House, signed_in: Any) -> Page:
    """A phone with the page open, by somebody signed in where that is needed."""
    who = {} if request.param in PUBLIC else {"storage_state": signed_in}
    opened = looking(house.url, **who)
    opened.goto(house.pages[request.param])
    return opened


def test_it_has_no_barriers_and_keeps_its_shape(page):
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    assert barriers(page, ["color-contrast"]) == []
    assert page.evaluate(TOO_SMALL, TAP) == []
    page.evaluate(LATE)  # what comes late has moved the rest by then
    assert page.evaluate("window.shifted") < 0.1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(STICKING_OUT) == [], width


@pytest.mark.parametrize("name", MIRRORED)
def test_it_reads_from_right_to_left(looking, house, arabic, signed_in, name):
    who = {} if name in PUBLIC else {"storage_state": signed_in}
    page = looking(arabic, locale="ar", **who)
    page.goto(house.pages[name])
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate(STICKING_OUT) == []


def test_a_form_with_faults_has_no_barriers(phone, house):
    phone.emulate_media(reduced_motion="reduce")
    for name, button in (("new site", "Save"), ("site full address", "Add device"), ("device online", "Save")):
        phone.goto(house.pages[name])
        if name == "device online":
            phone.get_by_role("link", name="Edit", exact=True).click()
            expect(phone.locator("#address h2")).to_be_focused()  # given late, and keys go where the focus is
            phone.get_by_label("Device name").fill("")
        phone.get_by_role("button", name=button, exact=True).click()
        phone.get_by_role("alert").first.wait_for()
        assert barriers(phone) == []
        phone.emulate_media(color_scheme="dark")
        assert barriers(phone, ["color-contrast"]) == []
        phone.emulate_media(color_scheme="light")


def test_the_first_load_costs_six_requests(phones, house):
    page, asked = phones(house.url, service_workers="block"), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/sign-in", wait_until="networkidle")
    assert len(asked) <= 6, asked
