"""Where the reader's focus is: it follows what happens, comes back from a sheet, and is never lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House

pytestmark = pytest.mark.browser


def open_device(phone: Page, house: House) -> None:
    phone.goto(house.pages["device emoji"])


def test_opening_a_form_moves_it_to_the_forms_heading_and_saving_back(phone, house):
    open_device(phone, house)
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_label("Device name")).to_be_visible()
    heading = phone.get_by_role("heading", name="IP/Domain")
    expect(heading).to_be_focused()
    phone.get_by_role("link", name="Cancel").click()
    expect(phone.get_by_label("Device name")).to_be_hidden()
    expect(heading).to_be_focused()


def test_a_form_with_faults_moves_it_to_the_summary_which_leads_to_the_field(phone, house):
    open_device(phone, house)
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_role("heading", name="IP/Domain")).to_be_focused()
    phone.get_by_label("Device name").fill("")
    phone.get_by_role("button", name="Save", exact=True).click()
    summary = phone.get_by_role("alert").filter(has_text="Please check this")
    expect(summary).to_be_focused()
    expect(phone).to_have_title(re.compile("^Error: "))
    summary.get_by_role("link", name="Give the device a name.").click()
    expect(phone.get_by_label("Device name")).to_be_focused()


def test_a_page_that_comes_with_faults_begins_at_the_summary(phone, house):
    phone.goto(house.pages["new site"])
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_role("alert")).to_be_focused()
    expect(phone).to_have_title(re.compile("^Error: "))


@pytest.mark.parametrize("way", ["Escape", "Cancel", "Close", "beside it"])
def test_a_sheet_opens_and_closes_and_gives_the_focus_back(phone, house, way):
    open_device(phone, house)
    opener = phone.get_by_role("link", name="Delete device")
    opener.click()
    sheet = phone.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=re.compile("^Delete "))).to_be_focused()
    if way == "Escape":
        phone.keyboard.press("Escape")
    elif way == "beside it":
        phone.mouse.click(200, 20)
    else:
        sheet.get_by_role("link", name=way, exact=True).click()
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()


def test_tab_stays_inside_an_open_sheet(phone, house):
    open_device(phone, house)
    phone.get_by_role("link", name="Delete device").click()
    expect(phone.get_by_role("dialog")).to_be_visible()
    for _ in range(8):
        phone.keyboard.press("Tab")
        assert phone.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


def test_the_browsers_back_leads_from_page_to_page(phone, house):
    phone.goto(house.pages["site emoji"])
    phone.get_by_role("link", name=re.compile("Kamera")).first.click()
    phone.get_by_role("link", name="Delete device").click()
    expect(phone.get_by_role("dialog")).to_be_visible()
    phone.go_back()
    expect(phone).to_have_url(re.compile(rf"{house.pages['site emoji']}$"))
    expect(phone.get_by_role("dialog")).to_be_hidden()


def test_typing_into_the_search_keeps_the_focus_there(phone, house):
    phone.goto(house.pages["devices"])
    box = phone.get_by_role("searchbox", name="Search")
    box.press_sequentially("weak", delay=20)
    expect(phone.locator("#list .rows > li")).to_have_count(1)
    expect(box).to_be_focused()
    expect(phone).to_have_url(re.compile("q=weak"))


def test_the_first_tab_skips_to_the_content(phone, house):
    phone.goto(house.pages["sites"])
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="Skip to content")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("main")).to_be_focused()


def test_a_refusal_of_a_form_in_a_sheet_can_be_closed_there(phone, house):
    """Some other phone was faster: what is said stands in the sheet, with its cross, and the focus on it."""
    phone.goto("/sites/new")
    phone.get_by_label("Site name").fill("Soon gone")
    phone.get_by_role("button", name="Save").click()
    phone.wait_for_url(re.compile(r"/sites/\d+$"))
    phone.get_by_role("link", name="Delete site").click()
    sheet = phone.get_by_role("dialog")
    sheet.get_by_role("textbox").fill("Soon gone")
    token = sheet.locator("[name=csrf_token]").input_value()
    gone = phone.request.post(f"{phone.url}/delete", form={"csrf_token": token, "name": "Soon gone"})
    assert gone.ok
    sheet.get_by_role("button", name="Delete site").click()
    expect(sheet.get_by_role("heading", name="There is no such page")).to_be_focused()
    sheet.get_by_role("link", name="Close").first.click()
    expect(sheet).to_be_hidden()
