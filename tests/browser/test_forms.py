"""What is typed on a phone is not lost, not sent twice, and not kept where it must not be."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House
from webapp.simulator.pretend import Pretend

pytestmark = pytest.mark.browser


def type_device(phone: Page, house: House, camera: Pretend, name: str) -> None:
    phone.goto(house.pages["site full address"])
    phone.get_by_label("Device name").fill(name)
    phone.get_by_label("IP address or domain").fill(camera.host)
    phone.get_by_label("Port").fill(str(camera.port))
    phone.get_by_label("Password", exact=True).fill("Kamera-123")


def kept(page: Page) -> str:
    return str(page.evaluate("() => JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })"))


def test_the_password_stays_typed_through_a_test(phone, house, camera):
    type_device(phone, house, camera, "Stairs")
    phone.get_by_role("button", name="Test connection").click()
    expect(phone.get_by_role("heading", name="All is well. Add the device now.")).to_be_visible()
    expect(phone.get_by_label("Password", exact=True)).to_have_value("Kamera-123")
    expect(phone.get_by_label("Device name")).to_have_value("Stairs")


def test_pressing_twice_adds_one_device(phone, house, camera):
    type_device(phone, house, camera, "Pressed twice")
    phone.get_by_role("button", name="Add device").dblclick()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Pressed twice")
    phone.goto("/devices?q=pressed+twice")
    expect(phone.locator("#list .rows > li")).to_have_count(1)
    assert [request.path for request in camera.logins].count("/ISAPI/System/deviceInfo") == 1


def test_a_draft_survives_a_reload_without_the_password(phone, house, camera):
    type_device(phone, house, camera, "Draft")
    phone.reload()
    expect(phone.get_by_label("Device name")).to_have_value("Draft")
    expect(phone.get_by_label("Port")).to_have_value(str(camera.port))
    expect(phone.get_by_label("Password", exact=True)).to_have_value("")
    assert "Draft" in kept(phone)
    assert "Kamera-123" not in kept(phone)


def test_a_draft_is_forgotten_once_it_is_sent(phone, house):
    phone.goto(house.pages["new site"])
    phone.get_by_label("Site name").fill("Harbour office")
    phone.get_by_label("Time zone").select_option("Europe/Berlin")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Harbour office")
    phone.goto(house.pages["new site"])
    expect(phone.get_by_label("Site name")).to_have_value("")


def test_a_pasted_link_is_split_into_the_fields(phone, house):
    phone.goto(house.pages["site full address"])
    phone.get_by_label("IP address or domain").fill("https://root@[2001:db8::7]:8443/doc/page/login.asp")
    phone.get_by_label("IP address or domain").blur()
    expect(phone.get_by_label("IP address or domain")).to_have_value("2001:db8::7")
    expect(phone.get_by_label("Port")).to_have_value("8443")
    expect(phone.get_by_label("User name")).to_have_value("root")
    expect(phone.get_by_label("Use HTTPS")).to_be_checked()


def test_a_login_in_a_link_is_never_kept(phone, house):
    phone.goto(house.pages["site full address"])
    phone.get_by_label("Device name").fill("Linked")
    phone.get_by_label("IP address or domain").press_sequentially("http://root:Kamera-123@203.0.113.7")
    assert "Linked" in kept(phone) and "Kamera-123" not in kept(phone)
    phone.get_by_label("IP address or domain").blur()
    expect(phone.get_by_label("IP address or domain")).to_have_value("203.0.113.7")
    assert "203.0.113.7" in kept(phone) and "Kamera-123" not in kept(phone)


def test_what_a_test_found_is_brought_into_view(phone, house, camera):
    type_device(phone, house, camera, "Stairs")
    phone.get_by_label("Password", exact=True).fill("Kamera-999")
    phone.get_by_role("button", name="Test connection").click()
    expect(phone.get_by_role("heading", name="The device refused the sign-in.")).to_be_in_viewport()
    expect(phone.get_by_text("It was tried once")).to_be_in_viewport()


def test_a_password_can_be_looked_at_and_is_sent_hidden(phone, house):
    phone.goto(house.pages["site full address"])
    field = phone.get_by_label("Password", exact=True)
    field.fill("Kamera-123")
    phone.get_by_role("button", name="Show what is typed").click()
    expect(field).to_have_attribute("type", "text")
    phone.get_by_label("Device name").fill("x")
    assert "Kamera-123" not in kept(phone)
    phone.get_by_role("button", name="Add device").click()
    expect(phone.get_by_label("Password", exact=True)).to_have_attribute("type", "password")


def test_the_meter_judges_while_one_types(phone, house):
    phone.goto(house.pages["account"])
    field = phone.get_by_label("New password")
    field.press_sequentially("abc", delay=10)
    expect(phone.get_by_text("Weak.")).to_be_visible()
    field.fill("Ladder-and-light-8")
    expect(phone.get_by_text("Strong")).to_be_visible()


def test_the_zone_is_the_phones_until_another_is_chosen(phones, house, signed_in):
    page = phones(house.url, storage_state=signed_in, timezone_id="America/Lima")
    page.goto(house.pages["new site"])
    expect(page.get_by_label("Time zone")).to_have_value(re.compile("^(America/Lima|Europe/Berlin)$"))


def test_a_check_that_ends_leaves_the_open_form_of_the_type_alone(phone, house, other_make):
    type_device(phone, house, other_make, "Unit 12")
    phone.get_by_role("button", name="Add device").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Unit 12")
    phone.get_by_role("link", name="Set type").click()
    phone.get_by_label("Device type").select_option("nvr")
    with phone.expect_response(lambda reply: reply.headers.get("hx-trigger") == "checked"):
        phone.get_by_role("button", name="Check now").click()
    expect(phone.locator("#status .verdict")).to_contain_text("Online")
    expect(phone.get_by_label("Device type")).to_have_value("nvr")
    phone.get_by_role("button", name="Save").click()
    expect(phone.locator("#type")).to_contain_text("Network video recorder (NVR)")
