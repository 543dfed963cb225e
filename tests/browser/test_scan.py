"""Scanning in real Chromium: a photo, a pasted text, a copied link, and the camera itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NAMES, PATIENCE, PHONE, QUIET
from tests.browser.looks import STICKING_OUT, TAP, TOO_SMALL, barriers
from tests.browser.served import EMAIL
from tests.browser.served import PASSWORD as SIGN_IN
from webapp.qr.record import Carried, DeviceRecord
from webapp.qr.seal import seal
from webapp.simulator.pretend import Pretend

pytestmark = pytest.mark.browser

PASSWORD = "lusab-babad-gutih-tugad"
LABEL = "www.hik-connect.com\rK41882307\rABCDEF\rDS-2CD2146G2-ISU"
WIDTH, HEIGHT = 640, 480  # of the pretend camera


def code(*names: str, password: str | None = PASSWORD, host: str = "127.0.0.77", port: int = 80) -> str:
    secret = "Kamera-123" if password else None
    records = (DeviceRecord(name, host, port + n, False, "admin", "nvr", secret) for n, name in enumerate(names))
    return seal(Carried(tuple(records), datetime.now(UTC)), password)


def drawn(text: str) -> bytes:
    """A PNG of the code."""
    file = BytesIO()
    segno.make(text, error="m", micro=False).save(file, kind="png", scale=5)
    return file.getvalue()


def filmed(text: str, file: Path) -> None:
    """A film of the code, in the one format that Chromium's pretend camera plays."""
    matrix = list(segno.make(text, error="m", micro=False).matrix_iter(scale=4, border=4))
    top, start = (HEIGHT - len(matrix)) // 2, (WIDTH - len(matrix[0])) // 2
    luma = [bytearray(b"\xeb" * WIDTH) for _ in range(HEIGHT)]
    for y, row in enumerate(matrix):
        luma[top + y][start : start + len(row)] = bytes(16 if dark else 235 for dark in row)
    frame = b"FRAME\n" + b"".join(luma) + b"\x80" * (WIDTH * HEIGHT // 2)
    file.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + frame * 2)


def photo(page: Page, text: str) -> None:
    picture: Any = {"name": "photo.png", "mimeType": "image/png", "buffer": drawn(text)}
    page.get_by_label("Choose photo").set_input_files(picture)


def title(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


@pytest.fixture
def page(phone: Page, house: Any) -> Page:
    phone.goto("/scan")
    return phone


def test_a_photo_is_read_and_its_password_asked_for(page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    photo(page, code("Gate"))
    page.get_by_label("QR password", exact=True).fill("Wrong-1234")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The QR password is wrong, or the code was damaged.")
    page.get_by_label("QR password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Open", exact=True).click()
    title(page, "1 device found")
    expect(page.get_by_label("Device name")).to_have_value("Gate")
    assert sum("jsQR" in url for url in asked) == 1


def test_a_photo_without_a_code_and_a_file_that_is_no_picture_are_told(page):
    empty: Any = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<nothing/>"}
    page.get_by_label("Choose photo").set_input_files(empty)
    expect(page.get_by_text("no picture that the browser can read")).to_be_visible()
    blank = BytesIO()
    segno.make("x", micro=False).save(blank, kind="png", scale=4, dark="white")
    page.get_by_label("Choose photo").set_input_files(
        {"name": "b.png", "mimeType": "image/png", "buffer": blank.getvalue()}
    )
    expect(page.get_by_text("There is no QR code in this photo")).to_be_visible()


def test_a_full_code_of_many_devices_is_read_off_a_photo(page):
    photo(page, code(*[f"Camera {n} at the long yard" for n in range(9)], password=PASSWORD))
    page.get_by_label("QR password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Open", exact=True).click()
    title(page, "9 devices found")
    add = page.get_by_role("button", name="Add 9 devices")
    expect(add).to_be_visible()
    page.get_by_label("Add this device").first.uncheck()
    expect(page.get_by_role("button", name="Add 8 devices")).to_be_visible()


def test_a_pasted_label_is_read_out(page):
    page.get_by_label("Paste the code's text").fill(LABEL.replace("\r", "\n"))
    page.get_by_role("button", name="Read", exact=True).click()
    for shown in ("K41882307", "ABCDEF", "DS-2CD2146G2-ISU"):
        expect(page.get_by_text(shown, exact=True)).to_be_visible()


def test_a_copied_link_opens_its_code_and_leaves_no_trace_in_the_address(phone, house):
    phone.goto(f"/scan#{code('Gate')}")
    expect(phone.get_by_label("QR password", exact=True)).to_be_visible()
    expect(phone).to_have_url(f"{house.url}/scan")


def test_a_copied_link_outlives_the_sign_in_that_it_leads_to(phones, house):
    page = phones(house.url)
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"/scan#{code('Gate')}")
    page.unroute("**/*.js")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(SIGN_IN)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("QR password", exact=True)).to_be_visible()


def test_without_javascript_a_text_can_be_pasted(phones, house, signed_in):
    page = phones(house.url, storage_state=signed_in, java_script_enabled=False)
    page.goto("/scan")
    expect(page.get_by_role("button", name="Use camera")).to_be_hidden()
    page.get_by_label("Paste the code's text").fill(code("Gate", password=None))
    page.get_by_role("button", name="Read", exact=True).click()
    title(page, "1 device found")


def test_a_scanned_device_is_added(phone, house):
    with Pretend(host="127.0.0.1") as device:
        phone.goto(house.pages["site full scan"])
        photo(phone, code("Scanned gate", host=device.host, port=device.port))
        phone.get_by_label("QR password", exact=True).fill(PASSWORD)
        phone.get_by_role("button", name="Open", exact=True).click()
        expect(phone.get_by_label("Site", exact=True).locator("option:checked")).to_have_text("Bakery")
        phone.get_by_role("button", name="Add 1 device").click()
        title(phone, "Scanned gate")
        expect(phone.get_by_text("Scanned gate is added.")).to_be_visible()


def test_the_camera_that_may_not_be_used_is_told(page):
    page.get_by_role("button", name="Use camera").click()
    expect(page.get_by_role("status").get_by_text("choose a photo")).to_be_visible()


def test_over_plain_http_the_camera_is_told_to_need_https(page):
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto("/scan")
    page.get_by_role("button", name="Use camera").click()
    expect(page.get_by_text("The camera needs HTTPS: take a photo instead.")).to_be_visible()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / "camera.y4m"
    filmed(code("Gate"), file)
    return file


@pytest.fixture
def filming(browser: Browser, film: Path) -> Iterator[Browser]:
    """A browser whose camera sees the film."""
    path = next(filter(None, map(shutil.which, NAMES)))
    flags = [*QUIET, "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    launched = browser.browser_type.launch(
        executable_path=path, args=[*flags, "--no-sandbox"] if os.geteuid() == 0 else flags
    )
    yield launched
    launched.close()


def test_the_camera_reads_a_code_and_is_switched_off(filming, house, signed_in):
    context = filming.new_context(base_url=house.url, storage_state=signed_in, permissions=["camera"], **PHONE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(
        """() => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => (window.seen = await real(wish));
    }""".replace("() =>", "(() =>", 1)
        + ")()"
    )
    page.goto("/scan")
    page.get_by_role("button", name="Use camera").click()
    page.get_by_label("QR password", exact=True).wait_for()
    assert page.evaluate("window.seen.getTracks().map((track) => track.readyState)") == ["ended"]
    context.close()


def test_the_browsers_own_reader_comes_first_where_there_is_one(page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("""window.BarcodeDetector = class {
      static async getSupportedFormats() { return ["qr_code"]; }
      async detect() { return [{ rawValue: "456654855" }]; }
    }""")
    page.goto("/scan")
    photo(page, "anything")
    expect(page.get_by_text("456654855", exact=True)).to_be_visible()
    assert not [url for url in asked if "jsQR" in url]


def test_a_light_that_the_camera_has_is_offered_and_switched(filming, house, signed_in):
    context = filming.new_context(base_url=house.url, storage_state=signed_in, permissions=["camera"], **PHONE)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script("""window.jsQR = () => null;  // it goes on looking
      MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
      MediaStreamTrack.prototype.applyConstraints = async (wish) => { window.wished = wish.advanced[0].torch; };""")
    page.goto("/scan")
    page.get_by_role("button", name="Use camera").click()
    light = page.get_by_role("button", name="Light")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.wished") is True
    page.get_by_role("button", name="Stop camera").click()
    expect(light).to_be_hidden()
    expect(page.get_by_role("button", name="Use camera")).to_be_visible()
    context.close()


@pytest.mark.parametrize("name", ["scan", "scanned several", "scanned tried", "scanned one", "take over"])
def test_the_pages_have_no_barriers_and_keep_their_shape(phone, house, name):
    phone.emulate_media(reduced_motion="reduce")
    phone.goto(house.pages[name])
    assert barriers(phone) == []
    phone.emulate_media(color_scheme="dark")
    assert barriers(phone, ["color-contrast"]) == []
    assert phone.evaluate(TOO_SMALL, TAP) == []
    for width in (320, 412, 1280):
        phone.set_viewport_size({"width": width, "height": 900})
        assert phone.evaluate(STICKING_OUT) == [], width
