"""The main job of an installer on a phone, from the first start of the server to a device's deletion.

It knows the product by what is to be read on it, and goes the same way with and without JavaScript.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import barriers
from tests.browser.served import COMPANY, EMAIL, PASSWORD
from webapp.simulator.pretend import Pretend

pytestmark = pytest.mark.browser


def press(page: Page, role: str, name: str) -> None:
    page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]


def fill(page: Page, **fields: str) -> None:
    """Fill fields by their labels, written with underscores."""
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def set_up(page: Page) -> None:
    page.goto("/")
    heading(page, "Set up Sitehand")
    fill(page, Company_name=COMPANY, Your_name="Ada Admin", **{"E-mail": EMAIL}, Password=PASSWORD)
    press(page, "button", "Create company")
    heading(page, COMPANY)


def add_site(page: Page) -> None:
    press(page, "link", "Sites")
    press(page, "link", "Add site")
    fill(page, Site_name="Bakery", City="Lindau")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    press(page, "button", "Save")
    heading(page, "Bakery")


def add_device(page: Page, device: Pretend) -> None:
    press(page, "link", "Add device")
    page.get_by_role("link", name="IP/Domain").click()
    fill(page, Device_name="Unit 7", IP_address_or_domain=device.host, Port=str(device.port))
    fill(page, User_name="admin", Password="Kamera-123")
    press(page, "button", "Test connection")
    for step in (f"Found at {device.host}", f"Port {device.port} is open", "Web service answers (HTTP)", "Signed in"):
        expect(page.get_by_text(step)).to_be_visible()
    expect(page.get_by_role("heading", name="All is well. Add the device now.")).to_be_visible()
    press(page, "button", "Add device")
    heading(page, "Unit 7")
    expect(page).to_have_url(re.compile(r"/devices/\d+$"))
    expect(page.get_by_text("Online")).to_be_visible()


def edit(page: Page) -> None:
    press(page, "link", "Edit")
    fill(page, Device_name="Back door")
    press(page, "button", "Save")
    heading(page, "Back door")


def set_type(page: Page) -> None:
    press(page, "link", "Set type")
    page.get_by_label("Device type").select_option("Network camera")
    press(page, "button", "Save")
    expect(page.get_by_text("set by hand")).to_be_visible()


def delete(page: Page) -> None:
    press(page, "link", "Delete device")
    expect(page.get_by_role("heading", name="Delete Back door?")).to_be_visible()
    press(page, "button", "Delete")
    expect(page.get_by_text("Back door is deleted.")).to_be_visible()
    heading(page, "Bakery")
    expect(page.get_by_text("No devices yet")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_main_job_from_setting_up_to_deleting(fresh, phones, other_make, script):
    page = phones(fresh, java_script_enabled=script)
    set_up(page)
    add_site(page)
    add_device(page, other_make)
    edit(page)
    set_type(page)
    delete(page)
    asked = [request.path for request in other_make.logins]
    assert asked.count("/ISAPI/System/deviceInfo") == 1  # the test's, which adding used too; a new name costs none


def test_setting_up_has_no_barriers(fresh, phones):
    page = phones(fresh)
    page.goto("/setup")
    assert barriers(page) == []
    press(page, "button", "Create company")
    expect(page.get_by_role("alert")).to_be_focused()
    assert barriers(page) == []
