"""An installer hands a site over on one phone, the owner accepts on another: both see it without reloading (T4, T5)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SOON = 20_000  # ms; both pages ask every few seconds


def test_both_see_what_the_other_does(phones, house, signed_in):
    installer, owner = phones(house.url, storage_state=signed_in), phones(house.url)
    installer.goto("/sites/new")
    installer.get_by_label("Site name").fill("Two phones")
    installer.get_by_role("button", name="Save").click()
    installer.wait_for_url(re.compile(r"/sites/\d+$"))
    site = installer.url
    installer.goto(f"{site}/handover/new")
    installer.get_by_label("Name", exact=True).fill("Olga Owner")
    installer.get_by_label("QR code on this screen").check()
    installer.get_by_label("Site information").check()
    installer.get_by_role("button", name="Make invitation").click()
    link = installer.locator("#handover-link").input_value()
    installer.goto(site)
    expect(installer.locator("#standing")).to_contain_text("Not accepted yet")

    owner.goto(link)
    owner.get_by_label("Your name").fill("Olga Owner")
    owner.get_by_label("E-mail").fill("olga@example.com")
    owner.locator("input[type=password]").fill("Ladder-and-light-8")
    owner.get_by_role("button", name="Accept").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Two phones")
    expect(installer.locator("#standing")).to_contain_text("Authorized", timeout=SOON)
    expect(installer.locator("#standing")).to_contain_text("Olga Owner")

    owner.goto(f"{site}/revoke")
    owner.locator("main form button").first.click()
    expect(installer.locator("main")).to_contain_text("has not authorized your company", timeout=SOON)
