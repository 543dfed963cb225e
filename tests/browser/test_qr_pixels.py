"""Codes that leave through a screen and come back through a camera (a thousand of them: benchmarks.qr)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.qr import JSQR, codes, draw, prepare, read

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    prepare(page)
    yield page
    page.close()


def test_what_is_shown_in_a_browser_is_read_off_its_pixels_and_opens_to_the_same(screen):
    versions = set()
    for code, _ in codes(24, seed=7):
        drawn = draw(code.text)
        versions.add(drawn.version)
        for picture in (drawn.svg, drawn.png):
            reading = read(screen, picture)
            assert code.open(reading.zxing) == code.carried
            assert reading.jsqr == (code.text if JSQR.exists() else None)
    assert max(versions) == 20 and min(versions) < 10
