"""Saving a code: as PNG and SVG, under a name that tells what it is, for nobody else."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from tests.factories import make_device, make_site
from tests.qr.made import make, newest, text_of
from tests.qr.pictures import read_png, read_svg
from webapp.qr.services import images


@pytest.fixture
def device(company):
    return make_device(make_site(company, name="Bäckerei"), name="Haupt/Tor")


@pytest.fixture
def url(admin, device):
    make(admin, device)
    return f"/devices/{device.id}/qr/{newest(device).id}"


def test_files_show_just_the_code_of_the_page(admin, url):
    text = text_of(admin.get(url).text)
    png, svg = admin.get(f"{url}.png"), admin.get(f"{url}.svg")
    assert png.mimetype == "image/png" and read_png(png.data) == text
    assert svg.mimetype == "image/svg+xml" and read_svg(svg.text) == text


def test_the_file_is_called_after_site_device_and_day(admin, device, url):
    day = f"{newest(device).made_at:%Y-%m-%d}"
    for kind in ("png", "svg"):
        told = admin.get(f"{url}.{kind}").headers["Content-Disposition"]
        plain, full = re.fullmatch(r"attachment; filename=([\w.-]+); filename\*=UTF-8''([\w%.-]+)", told).groups()
        assert plain == f"QR-Backerei-Haupt-Tor-{day}.{kind}"
        assert unquote(full) == f"QR-Bäckerei-Haupt-Tor-{day}.{kind}"


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"; x="b', "…", "a\u2028b", "متجر", "Shop 👩🏽‍🔧", "x" * 128])
def test_a_name_cannot_lead_the_file_elsewhere(admin, company, name):
    device = make_device(make_site(company, name=name), name=name)
    make(admin, device)
    told = admin.get(f"/devices/{device.id}/qr/{newest(device).id}.png").headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=[\w.-]+\.png(; filename\*=UTF-8''[\w%.-]+\.png)?", told), told
    assert ".." not in told and "%2F" not in told


@pytest.mark.parametrize("kind", ["gif", "PNG", "html", "png.svg", "x" * 300])
def test_there_are_no_other_kinds(admin, url, kind):
    assert admin.get(f"{url}.{kind}").status_code == 404


def test_it_is_dark_on_light_with_its_quiet_zone_and_corrected_by_m_or_better(admin, url):
    page = admin.get(url).text
    code = images.draw(text_of(page))
    assert str(code.error) in "MQH"
    size = code.symbol_size(border=4)[0]
    assert f'viewBox="0 0 {size} {size}"' in page
    assert f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/>' in page and 'stroke="#000"' in page


def test_its_label_is_a_page_for_paper(admin, url):
    page = admin.get(f"{url}/label").text
    assert read_svg(page) == text_of(admin.get(url).text)
    assert "Haupt/Tor" in page and "Bäckerei" in page and "data-print" in page


def test_how_large_a_square_of_a_code_is_on_paper():
    assert images.module_mm(images.draw("A"), 29) == 1.0  # version 1: 21 modules and twice 4 around them
