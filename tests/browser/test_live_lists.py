"""Lists that ask again by themselves leave the reader alone: where they are, what has the focus, what they type."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import House, Phones

pytestmark = pytest.mark.browser

LATER = 31_000  # milliseconds; the lists ask every 30 seconds


@pytest.fixture
def page(phones: Phones, house: House, signed_in: object) -> Page:
    """A phone whose clock the test turns."""
    opened = phones(house.url, storage_state=signed_in)
    opened.clock.install()
    return opened


def change(house: House, status: str) -> None:
    """As when a check has found something else."""
    with sqlite3.connect(house.data / "sitehand.db", timeout=10) as database:
        state = (status, house.devices["unsupported"])
        database.execute("UPDATE device_state SET status = ? WHERE device_id = ?", state)
    database.close()


def poll(page: Page, house: House, status: str) -> None:
    """Let something change, and the time pass after which the list asks."""

    def brings_something(reply: Response) -> bool:
        return "v=" in reply.url and reply.status == 200

    change(house, status)
    with page.expect_response(brings_something):
        page.clock.fast_forward(LATER)


@pytest.mark.parametrize(("name", "part"), [("devices", "#list"), ("site full", "#devices")])
def test_reading_goes_on_where_it_was(page, house, name, part):
    change(house, "unsupported")
    page.goto(house.pages[name])
    before = page.locator(part).get_attribute("hx-get")
    row = page.locator(".row").nth(20)
    row.focus()
    page.evaluate("scrollTo(0, 1500)")
    at, focused = page.evaluate("scrollY"), row.get_attribute("href")
    assert at > 1000

    poll(page, house, "locked")

    expect(page.locator(part)).not_to_have_attribute("hx-get", before)
    assert page.evaluate("scrollY") == at
    assert page.evaluate("document.activeElement.getAttribute('href')") == focused


def test_a_search_is_neither_lost_nor_overtaken(page, house):
    change(house, "unsupported")
    page.goto(house.pages["devices"])
    search = page.get_by_label("Search")
    search.press_sequentially("recorder")
    change(house, "locked")
    page.clock.fast_forward(LATER)  # the search and a poll begin in the same moment
    expect(page.locator("#list .rows > li")).to_have_count(3)
    assert search.input_value() == "recorder" and search.evaluate("it => it === document.activeElement")
    assert "q=recorder" in page.locator("#list").get_attribute("hx-get")


@pytest.mark.parametrize(("name", "part"), [("home", "#state"), ("sites", "#list")])
def test_home_and_sites_ask_by_themselves(page, house, name, part):
    change(house, "unsupported")
    page.goto({"home": "/", "sites": "/sites"}[name])
    before = page.locator(part).get_attribute("hx-get")
    page.evaluate("scrollTo(0, 120)")
    at = page.evaluate("scrollY")

    poll(page, house, "online")

    expect(page.locator(part)).not_to_have_attribute("hx-get", before)
    assert page.evaluate("scrollY") == at


def test_a_page_that_is_answered_no_more_says_so(page, house):
    page.goto("/")
    updated = page.locator("#as-of time")
    with page.expect_response(lambda reply: "v=" in reply.url):
        page.clock.fast_forward(LATER)
    expect(updated).to_have_text(re.compile("now|sec"))
    expect(updated).to_be_visible()
    expect(updated).not_to_have_class("old")
    page.context.set_offline(True)
    page.clock.fast_forward(4 * LATER)
    expect(updated).to_have_class("old")


def test_typing_in_the_search_of_sites_survives_a_poll(page, house):
    change(house, "unsupported")
    page.goto("/sites")
    search = page.get_by_label("Search")
    search.press_sequentially("full")
    change(house, "online")
    page.clock.fast_forward(LATER)
    expect(page.locator("#list")).to_have_attribute("hx-get", re.compile("q=full"))
    assert search.input_value() == "full" and search.evaluate("it => it === document.activeElement")
