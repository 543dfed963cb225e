"""A device's page that is left open: its checks go on, and what is read or done there is left alone."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import House, Phones
from webapp.common import clock

pytestmark = pytest.mark.browser

LATER = 31_000  # milliseconds; the page asks every 30 seconds


@pytest.fixture
def page(phones: Phones, house: House, signed_in: object) -> Page:
    """A phone whose clock the test turns."""
    opened = phones(house.url, storage_state=signed_in)
    opened.clock.install()
    return opened


def checked(house: House, ms: int, status: str = "online") -> None:
    """As when a check has ended just now."""
    with sqlite3.connect(house.data / "sitehand.db", timeout=10) as database:
        row = (clock.now().replace(tzinfo=None), ms, status, house.devices["well"])
        database.execute("UPDATE device_state SET checked_at = ?, ms = ?, status = ? WHERE device_id = ?", row)
    database.close()


def polled(page: Page, status: int) -> None:
    """Let the time pass after which the page asks for its status."""

    def answers(reply: Response) -> bool:
        return "/status?v=" in reply.url and reply.status == status

    with page.expect_response(answers):
        page.clock.fast_forward(LATER)


def test_a_check_that_finds_nothing_new_brings_its_time_and_leaves_the_rest_alone(page, house):
    checked(house, 1)
    page.goto(house.pages["device well"])
    button = page.get_by_role("button", name="Check now")
    button.focus()
    page.evaluate("document.querySelector('#status .verdict').dataset.mine = '1'")

    for ms in (2, 3):
        checked(house, ms)
        polled(page, 200)
        expect(page.locator("#checked")).to_contain_text(f"{ms} ms")
        polled(page, 204)
    expect(page.locator("#status .verdict")).to_have_attribute("data-mine", "1")
    expect(button).to_be_focused()

    checked(house, 4, "offline")
    polled(page, 200)
    expect(page.locator("#status .verdict")).to_contain_text("Offline")
    checked(house, 5)


@pytest.mark.parametrize("at", ["", "/address/edit"])
def test_saving_another_name_renames_the_page_and_leaves_every_card_once(phones, house, signed_in, at):
    phone = phones(house.url, storage_state=signed_in)
    phone.goto(house.pages["device emoji"] + at)
    cards = phone.locator("section.card > header > h2")
    before = cards.all_inner_texts()
    for name in ("Second name", "Third name"):
        if not at or name == "Third name":
            phone.get_by_role("link", name="Edit", exact=True).click()
        phone.get_by_label("Device name").fill(name)
        with phone.expect_response(lambda reply: reply.url.endswith("/type")):
            phone.get_by_role("button", name="Save", exact=True).click()
        expect(phone.get_by_role("heading", name=name)).to_be_visible()
        expect(phone).to_have_title(f"{name} · Sitehand")
        expect(cards).to_have_text(before)
