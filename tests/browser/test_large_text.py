"""Text of twice the size on the smallest phone: nothing has to be scrolled sideways (WCAG 1.4.4, 1.4.10)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import FLAGS, NAMES
from tests.browser.looks import STICKING_OUT

pytestmark = pytest.mark.browser

PAGES = ("team", "team, disabled", "site markup", "log", "log second page", "sites", "devices", "device paused")
PAGES += ("device ill", "device other_device", "handover release", "pack draft")
CUT_OFF = """() => [...document.querySelectorAll(".tabs .icon, .card > header > *, main .button")].filter((e) => {
  const [box, around] = [e, e.closest(".tabs a, .card, main")].map((one) => one.getBoundingClientRect());
  return box.width && (box.left < around.left - 1 || box.right > around.right + 1);
}).map((e) => e.textContent.trim() || e.closest("a").textContent.trim())"""


@pytest.fixture(scope="module")
def large(browser: Browser) -> Iterator[Browser]:
    """A browser whose owner has set letters of 32 pixels, twice the usual."""
    path = next(filter(None, map(shutil.which, NAMES)))
    made = browser.browser_type.launch(executable_path=path, args=[*FLAGS, "--blink-settings=defaultFontSize=32"])
    yield made
    made.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_sticks_out_or_is_cut_off(large, house, signed_in, language):
    size = {"width": 320, "height": 900}
    context = large.new_context(base_url=house.url, storage_state=signed_in, viewport=size, locale=language)
    page = context.new_page()
    for name in PAGES:
        page.goto(house.pages[name])
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        assert page.evaluate(STICKING_OUT) == [], name
        assert page.evaluate(CUT_OFF) == [], name
    context.close()


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_belongs_to_a_heading_stands_beside_it(phones, house, signed_in, language):
    size = {"width": 1280, "height": 900}
    page = phones(house.url, storage_state=signed_in, locale=language, viewport=size, is_mobile=False)
    page.goto(house.pages["site full"])
    assert page.locator("html").get_attribute("lang") == language
    for header in page.locator(".card > header").all():
        boxes = [one.bounding_box() for one in header.locator("> *").all()]
        middles = [box["y"] + box["height"] / 2 for box in boxes]
        assert max(middles) - min(middles) < 8, header.inner_text()


def test_a_sheet_as_a_page_has_the_margins_of_its_card_alone(phone, house):
    phone.goto(house.pages["handover release"])
    heading, card = phone.locator("main .sheet h2").bounding_box(), phone.locator(".card:has(.sheet)").bounding_box()
    assert heading["x"] - card["x"] == 16


LONG = "Kameraaufzeichnungsanlage" * 4


@pytest.mark.parametrize("width", [412, 1280])
def test_a_long_name_stays_within_the_message_that_says_it_and_above_its_button(phones, house, signed_in, width):
    size = {"width": width, "height": 900}
    page = phones(house.url, storage_state=signed_in, viewport=size, is_mobile=False)
    page.goto(house.pages["new site"])
    page.locator("[name=name]").fill(f"{LONG} {width}")
    page.get_by_role("button", name="Save", exact=True).click()
    toast = page.locator(".toast")
    for box in (toast.bounding_box(), toast.get_by_role("button", name="Dismiss").bounding_box()):
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    title, button = page.locator("h1").bounding_box(), page.get_by_role("link", name="Add device").bounding_box()
    assert title["y"] + title["height"] <= button["y"] and page.evaluate(STICKING_OUT) == []
    page.goto(f"{page.url}/delete")
    page.locator("[name=name]").fill(f"{LONG} {width}")
    page.get_by_role("button", name="Delete site").click()
    expect(page.get_by_text("is deleted")).to_be_visible()


def test_a_long_name_is_not_cut_off_beside_its_box(phone, house):
    phone.goto(house.pages["site full"] + "/labels")
    phone.locator("#labels-devices label").last.evaluate(f"(e) => {{ e.textContent = '{LONG}' }}")
    label, card = (phone.locator(one).last.bounding_box() for one in ("#labels-devices label", "main .card"))
    assert label["x"] + label["width"] <= card["x"] + card["width"]
    assert phone.locator("#labels-devices label").last.evaluate("(e) => e.scrollWidth <= e.clientWidth")
