"""A pack signed with a finger: drawn on the glass, seen on paper and behind the owner's link (T11)."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.handover.world_pack import telling_jpeg

pytestmark = pytest.mark.browser


def begin(phone: Page, house: Any) -> str:
    """Make a pack of a site; gives its address."""
    phone.goto(f"{house.pages['site full']}/packs")
    phone.get_by_role("button", name="Make a handover pack").click()
    phone.get_by_text("Not signed yet.").wait_for()
    return phone.url


def draw(phone: Page) -> None:
    """With a finger, as the browser feels it: two strokes."""
    phone.locator("#glass").scroll_into_view_if_needed()
    box = phone.locator("#glass").bounding_box()
    assert box
    touch = phone.context.new_cdp_session(phone)

    def send(kind: str, *at: float) -> None:
        points = [{"x": box["x"] + at[0] * box["width"], "y": box["y"] + at[1] * box["height"]}] if at else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for stroke in ([(0.1, 0.6), (0.2, 0.2), (0.3, 0.8), (0.45, 0.3)], [(0.5, 0.5), (0.6, 0.4), (0.8, 0.6)]):
        send("touchStart", *stroke[0])
        for at in stroke[1:]:
            send("touchMove", *at)
        send("touchEnd")


def test_a_finger_signs_and_the_owner_sees_it(phone, phones, house):
    url = begin(phone, house)
    phone.get_by_role("button", name="Let the customer sign").click()
    phone.get_by_label("Name of who signs").fill("Olga Owner")
    draw(phone)
    before = phone.evaluate("scrollY")
    draw(phone)
    assert phone.evaluate("scrollY") == before, "a finger on the glass must not move the page"
    phone.get_by_role("button", name="Clear").click()
    expect(phone.locator("[name=strokes]")).to_have_value("")
    draw(phone)
    phone.get_by_role("button", name="Sign the handover").click()
    phone.wait_for_url(url)
    drawn = phone.get_by_role("img", name="Signature of Olga Owner")
    expect(drawn).to_be_visible()
    path = drawn.locator("path").get_attribute("d")
    assert path.count("M") == 2 and all(0 <= int(number) <= 1000 for number in re.findall(r"\d+", path))

    phone.get_by_role("button", name="Link for the owner").click()
    link = phone.get_by_label("Link", exact=True).input_value()
    other = phones(house.url)
    other.goto(link)
    expect(other.get_by_role("img", name="Signature of Olga Owner").locator("path")).to_have_attribute("d", path)


def test_what_was_drawn_stays_when_the_name_is_missing(phone, house):
    begin(phone, house)
    phone.get_by_role("button", name="Let the customer sign").click()
    draw(phone)
    kept = phone.locator("[name=strokes]").input_value()
    phone.get_by_label("Name of who signs").fill("")
    phone.get_by_role("button", name="Sign the handover").click()
    phone.get_by_role("alert").wait_for()
    expect(phone.locator("[name=strokes]")).to_have_value(kept)
    ink = "glass.getContext('2d').getImageData(0, 0, 1000, 400).data.some((part) => part > 0)"
    assert phone.evaluate(f"(() => {{ const glass = document.querySelector('#glass'); return {ink}; }})()")


def test_without_javascript_a_tick_signs(phones, house, signed_in):
    phone = phones(house.url, storage_state=signed_in, java_script_enabled=False)
    url = begin(phone, house)
    phone.get_by_role("button", name="Let the customer sign").click()
    expect(phone.locator("#glass")).to_be_hidden()
    phone.get_by_label("Name of who signs").fill("Olga Owner")
    phone.get_by_label("I have received this").check()
    phone.get_by_role("button", name="Sign the handover").click()
    phone.wait_for_url(url)
    expect(phone.get_by_text("Signed by Olga Owner.")).to_be_visible()


def test_a_photo_is_upright_and_whole_and_a_large_one_is_made_small_first(phone, house):
    begin(phone, house)
    files = [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": telling_jpeg()}, noise(phone)]
    for number, file in enumerate(files, 1):
        phone.get_by_label("Photo", exact=True).set_input_files(file)
        wait_until_light(phone)
        expect(phone.get_by_role("button", name="Add photo")).to_be_enabled()
        phone.get_by_label("What it shows").fill(f"Cellar {number}")
        phone.get_by_role("button", name="Add photo").click()
        phone.get_by_role("img", name=f"Cellar {number}").scroll_into_view_if_needed()
        wide, high = phone.get_by_role("img", name=f"Cellar {number}").evaluate(SIDES)
        assert (wide, high) == [(16, 24), (2048, 1536)][number - 1]


def wait_until_light(phone: Page) -> None:
    """A photo that was chosen takes a moment to be made small; the button is off meanwhile."""
    for _turn in range(300):
        if phone.get_by_label("Photo", exact=True).evaluate("(field) => field.files[0].size") < 5 << 20:
            return
        phone.wait_for_timeout(50)
    raise AssertionError("the photo stays as large as it was")


SIDES = "async (picture) => { await picture.decode(); return [picture.naturalWidth, picture.naturalHeight]; }"
NOISE = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 3200, height: 2400 });
  const brush = canvas.getContext("2d");
  const dots = brush.createImageData(3200, 2400);
  for (let n = 0, seed = 7; n < dots.data.length; n += 1) dots.data[n] = (seed = (seed * 16807) % 2147483647) & 255;
  brush.putImageData(dots, 0, 0);
  return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
}"""


def noise(phone: Page) -> Any:
    """A photo that is larger than five MiB."""
    buffer = b64decode(phone.evaluate(NOISE))
    assert len(buffer) > 5 << 20
    return {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": buffer}


def test_it_prints_on_a4_with_numbered_pages_and_without_the_frame(phone, house):
    begin(phone, house)
    phone.get_by_role("button", name="Let the customer sign").click()
    phone.get_by_label("Name of who signs").fill("Olga Owner")
    draw(phone)
    phone.get_by_role("button", name="Sign the handover").click()
    phone.get_by_role("img", name="Signature of Olga Owner").wait_for()
    printed = phone.pdf(prefer_css_page_size=True)
    assert set(re.findall(rb"/MediaBox\s*\[0 0 ([\d. ]+)\]", printed)) == {b"594.95996 841.91998"}
    phone.emulate_media(media="print", color_scheme="dark")
    expect(phone.get_by_role("button", name="Link for the owner")).to_be_hidden()
    assert phone.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == "rgb(255, 255, 255)"
