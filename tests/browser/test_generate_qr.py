"""A code made with the thumb: shown in the sheet, read off the screen, copied, shared, and printed on labels."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from benchmarks.qr import prepare, read
from webapp.common import clock
from webapp.qr.seal import open_sealed
from webapp.qr.services.labels import STOCKS

pytestmark = pytest.mark.browser
MM = 25.4 / 96  # of a CSS pixel

# A phone whose share sheet takes files; what is handed to it is kept.
SHARES = """navigator.canShare = () => true;
navigator.share = async ({ files }) => {
  document.body.dataset.handed = [files[0].name, files[0].type, files[0].size].join(" ");
};"""


def made(phone: Page, house: Any) -> str:
    """Make a code in the sheet of a device; gives its QR password."""
    phone.goto(house.pages["device online"])
    phone.get_by_role("link", name="Generate QR code").click()
    phone.get_by_role("button", name="Make one for me").click()
    spoken = phone.locator("#qr-spoken")
    expect(spoken).to_have_text(re.compile("[a-z]{5}(-[a-z]{5}){3}"))
    return spoken.inner_text()


def test_what_the_sheet_shows_opens_with_the_words_that_are_read_out(phone, house, browser):
    password = made(phone, house)
    url = phone.get_by_label("Link", exact=True).input_value()
    drawn = phone.locator(".qr svg").evaluate("svg => new XMLSerializer().serializeToString(svg)")
    screen = browser.new_page()
    prepare(screen)
    sized = drawn.replace("<svg ", '<svg width="400" height="400" ', 1)
    seen = read(screen, "data:image/svg+xml," + sized.replace("#", "%23").replace('"', "'"))
    screen.close()
    assert url == f"{house.url}/scan#{seen.zxing}"
    (device,) = open_sealed(seen.zxing, password, now=clock.now()).devices
    assert device.name == "Camera, online" and device.password == "Kamera-123"


def test_typed_passwords_survive_a_mistake(phone, house):
    phone.goto(house.pages["device online"])
    phone.get_by_role("link", name="Generate QR code").click()
    phone.get_by_label("QR password", exact=True).fill("Stairway-to-roof-9")
    phone.get_by_label("Repeat QR password").fill("Stairway-to-roof-8")
    phone.get_by_role("button", name="Generate", exact=True).click()
    expect(phone.locator(".summary")).to_be_focused()
    expect(phone.get_by_label("QR password", exact=True)).to_have_value("Stairway-to-roof-9")
    phone.get_by_label("Repeat QR password").fill("Stairway-to-roof-9")
    phone.get_by_role("button", name="Generate", exact=True).click()
    expect(phone.get_by_role("link", name="Save PNG")).to_be_visible()


def test_without_encryption_one_is_warned_and_asked(phone, house):
    phone.goto(house.pages["device online qr"])
    understood, password = phone.get_by_label("I understand"), phone.get_by_label("QR password", exact=True)
    expect(understood).to_be_hidden()
    phone.get_by_label("Encrypt this code").uncheck()
    expect(understood).to_be_visible()
    expect(password).to_be_hidden()


def test_it_is_shared_as_a_picture_where_the_phone_takes_files(phone, house):
    phone.add_init_script(SHARES)
    made(phone, house)
    phone.get_by_role("button", name="Share").click()
    told = re.compile(r"QR-Bakery-Camera-online-\d{4}-\d\d-\d\d\.png image/png [1-9]\d{2,}")
    expect(phone.locator("body")).to_have_attribute("data-handed", told)


def test_there_is_no_share_button_where_it_could_not_work(phone, house):
    phone.add_init_script("delete Navigator.prototype.canShare")
    made(phone, house)
    expect(phone.get_by_role("link", name="Print")).to_be_visible()
    expect(phone.get_by_role("button", name="Share")).to_be_hidden()


@pytest.mark.parametrize("name", ["a4-21", "letter-30"])
def test_labels_lie_where_they_lie_on_the_sheet(phone, house, name):
    stock = STOCKS[name]
    phone.goto(house.pages["site full labels"])
    phone.get_by_label("Labels", exact=True).select_option(name)
    phone.get_by_label("Begin at label number").fill("2")
    phone.get_by_role("button", name="Show labels").click()
    places = phone.locator(".label")
    places.first.wait_for()
    printed = phone.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == phone.locator(".paper").count()
    size = {"A4": b"594.95996 841.91998", "Letter": b"612 792"}[stock.paper]
    assert set(re.findall(rb"/MediaBox\s*\[0 0 ([\d. ]+)\]", printed)) == {size}
    phone.emulate_media(media="print")
    phone.set_viewport_size({"width": 816, "height": 1123})
    for number in (0, 1, stock.columns, stock.count - 1):
        box = places.nth(number).bounding_box()
        row, column = divmod(number, stock.columns)
        at = (stock.side + column * (stock.width + stock.gap), stock.top + row * stock.height)
        assert (box["x"] * MM, box["y"] * MM) == pytest.approx(at, abs=0.2)
        assert (box["width"] * MM, box["height"] * MM) == pytest.approx((stock.width, stock.height), abs=0.2)
    assert places.nth(1).locator("svg").bounding_box()["width"] * MM == pytest.approx(stock.qr, abs=0.2)
