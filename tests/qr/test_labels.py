"""Labels for a whole site: on sheets as they are sold, from any place on, with as little on them as is wanted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.factories import make_company, make_device, make_site
from tests.markup import Markup
from tests.qr.made import OWN, spoken_in
from tests.qr.pictures import read_png, read_svg, shown_in
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.config import ROOT
from webapp.db import transaction
from webapp.devices.models import Mode
from webapp.qr.models import QrCode
from webapp.qr.seal import open_sealed
from webapp.qr.services.labels import STOCKS
from webapp.qr.services.turns import MOST

PAPERS = {"A4": (210, 297), "Letter": (215.9, 279.4)}  # mm


@pytest.fixture
def site(company):
    return make_site(company, name="Bakery", address="Market Square 3")


@pytest.fixture
def devices(site):
    return [make_device(site, name=name, password=f"{name}-secret-1") for name in ("Gate", "Hall", "Yard")]


def show(person, site, devices, **fields):
    given = {"content": "page", "stock": "a4-21", "start": "1", "days": "30", "devices": [one.id for one in devices]}
    return person.post(f"/sites/{site.id}/labels", **given | fields)


def sealed(person, site, devices, content, **fields):
    return show(person, site, devices, **{"content": content, "password": OWN, "repeat": OWN} | fields)


def opened(texts, password):
    return [one for text in texts for one in open_sealed(text, password, now=clock.now()).devices]


def made():
    return [one for one in AuditEntry.select().order_by(AuditEntry.id) if one.action.startswith("qr.")]


def test_the_site_leads_to_its_labels_and_all_devices_are_ticked(admin, site, devices):
    assert f"/sites/{site.id}/labels" in admin.get(f"/sites/{site.id}").text
    page = admin.get(f"/sites/{site.id}/labels")
    boxes = [one for one in Markup.of(page.text).all("input") if one.get("name") == "devices"]
    assert [int(box.get("value")) for box in boxes] == [one.id for one in devices]
    assert all("checked" in box.attrs for box in boxes) and page.headers["Cache-Control"] == "no-store"


def test_a_site_without_devices_has_no_labels_but_a_cabinet(admin, site):
    page = admin.get(f"/sites/{site.id}").text
    assert f"/sites/{site.id}/labels" not in page and f"/sites/{site.id}/cabinet" in page
    assert "No devices yet" in admin.get(f"/sites/{site.id}/labels").text


def test_by_default_a_label_leads_to_the_page_of_its_device(admin, site, devices):
    reply = show(admin, site, devices[:2])
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    assert shown_in(reply.text) == [f"http://localhost/devices/{one.id}" for one in devices[:2]]
    assert "Gate" in reply.text and "Bakery" in reply.text and "Yard" not in reply.text
    assert not QrCode.select().count()
    assert [(one.action, one.target_name, one.changes) for one in made()] == [("qr.labels_made", "Bakery", '["page"]')]


@pytest.mark.parametrize("settings", [{"base_url": "https://sitehand.example"}])
def test_it_leads_to_where_people_reach_the_server(admin, site, devices):
    assert shown_in(show(admin, site, devices[:1]).text) == [f"https://sitehand.example/devices/{devices[0].id}"]
    assert shown_in(admin.get(f"/sites/{site.id}/cabinet").text) == [f"https://sitehand.example/sites/{site.id}"]


def test_encrypted_codes_open_with_one_password_and_are_kept_for_each_device(admin, site, devices):
    reply = sealed(admin, site, devices, "codes")
    texts = shown_in(reply.text)
    assert [one.password for one in opened(texts, OWN)] == ["Gate-secret-1", "Hall-secret-1", "Yard-secret-1"]
    assert len({text[:40] for text in texts}) == 1 or len(set(texts)) == 3
    assert OWN not in reply.text and not spoken_in(reply.text) and reply.text.count("Good until") == 3
    assert [one.device_id for one in QrCode.select().order_by(QrCode.id)] == [one.id for one in devices]
    assert [one.action for one in made()] == ["qr.made"] * 3 + ["qr.labels_made"]
    assert "Up to date" in admin.get(f"/devices/{devices[2].id}/qr").text


def test_a_password_for_all_of_them_can_be_made(admin, site, devices):
    reply = show(admin, site, devices, content="codes", make="1")
    assert len(opened(shown_in(reply.text), spoken_in(reply.text))) == 3


def test_all_devices_in_one_code(admin, site, devices):
    reply = sealed(admin, site, devices, "all", days="0")
    (text,) = shown_in(reply.text)
    found = open_sealed(text, OWN, now=clock.now())
    assert [one.name for one in found.devices] == ["Gate", "Hall", "Yard"] and found.expires is None
    assert "Code 1 of 1" in reply.text and "Gate, Hall, Yard" in reply.text
    assert not QrCode.select().count() and [one.action for one in made()] == ["qr.labels_made"]


def test_more_than_one_code_holds_comes_in_as_few_as_needed(admin, site):
    devices = [make_device(site, name=f"Camera {n:02} {'x' * 60}") for n in range(12)]
    reply = show(admin, site, devices, content="all", make="1")
    texts = shown_in(reply.text)
    assert len(texts) == 3 and all(f"Code {n} of 3" in reply.text for n in (1, 2, 3))
    assert all(f'download="QR-Bakery-{n}.png"' in reply.text for n in (1, 2, 3))
    found = opened(texts, spoken_in(reply.text))
    assert sorted(one.name for one in found) == [one.name for one in devices]


def test_devices_without_an_address_get_a_label_and_no_code(admin, site, devices):
    panel = make_device(site, name="Panel", mode=Mode.SERIAL)
    assert "has no address for a code" in admin.get(f"/sites/{site.id}/labels").text
    assert len(shown_in(show(admin, site, [*devices, panel]).text)) == 4
    assert len(shown_in(sealed(admin, site, [*devices, panel], "codes").text)) == 3
    reply = sealed(admin, site, [panel], "codes")
    assert reply.status_code == 409 and "None of these devices has an address" in reply.text


def test_another_sites_devices_are_not_on_them(admin, site, devices):
    theirs = make_device(make_site(make_company()), name="Theirs")
    mine = make_device(make_site(site.company), name="Elsewhere")
    for content in ("page", "codes", "all"):
        reply = sealed(admin, site, [devices[0], theirs, mine], content)
        assert len(shown_in(reply.text)) == 1 and "Theirs" not in reply.text and "Elsewhere" not in reply.text
    assert sealed(admin, site, [theirs], "codes").status_code == 409


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"content": "plain"}, "Choose one from the list."),
        ({"stock": "a4-0"}, "Choose one from the list."),
        ({"start": "0"}, "Give a number from 1 to the number of labels"),
        ({"start": "22"}, "This sheet has 21 labels."),
        ({"start": "99999999999999999999"}, "Give a number from 1 to the number of labels"),
        ({"content": "codes", "days": "5"}, "Choose one from the list."),
        ({"content": "codes"}, "Choose a QR password, or have one made."),
        ({"content": "all", "password": "short", "repeat": "short"}, "Use at least 12 characters; 7 more."),
        ({"content": "all", "password": OWN, "repeat": "x"}, "The two QR passwords differ."),
    ],
)
def test_what_cannot_be_right_is_told(admin, site, devices, fields, sentence):
    reply = show(admin, site, devices, **fields)
    assert reply.status_code == 422 and sentence in reply.text and 'role="alert"' in reply.text
    assert OWN not in reply.text and not shown_in(reply.text) and not made() and not QrCode.select().count()


def test_a_code_too_fine_for_its_label_is_refused(admin, site):
    device = make_device(site, name="Camera above the back entrance of the bakery " * 2, username="u" * 64)
    reply = sealed(admin, site, [device], "codes", stock="letter-30")
    assert reply.status_code == 409 and "Choose larger labels." in reply.text
    assert not QrCode.select().count() and not made()
    assert sealed(admin, site, [device], "codes", stock="letter-6").status_code == 200


def test_a_sheet_that_is_used_in_part_begins_where_it_is_told(admin, site, devices):
    page = Markup.of(show(admin, site, devices, start="20").text)
    first, second = [one for one in page.elements if one.get("class") == "paper"]
    places = [one for one in page.elements if one.get("class") == "label"]
    assert [one.parent is first for one in places].count(True) == 21 and len(places) == 22
    assert [bool(one.text.strip()) for one in places] == [False] * 19 + [True] * 3
    assert places[-1].parent is second


def test_at_least_one_and_at_most_two_hundred_at_once(admin, site):
    with transaction():
        listed = [make_device(site) for _ in range(201)]
    reply = show(admin, site, [])
    assert reply.status_code == 422 and "Tick at least one device." in reply.text
    reply = show(admin, site, listed)
    assert reply.status_code == 409 and "At most 200 devices at once: tick fewer of them." in reply.text
    assert len(shown_in(show(admin, site, listed[:-1], stock="letter-30").text)) == 200


def test_the_sixty_first_in_an_hour_waits(admin, site, devices):
    assert [show(admin, site, devices[:1]).status_code for _ in range(MOST + 1)] == [200] * MOST + [429]
    reply = show(admin, site, devices)
    assert int(reply.headers["Retry-After"]) > 3000 and "Wait" in reply.text and "Show labels" in reply.text


def test_the_cabinets_code_leads_to_the_site(admin, site):
    page = admin.get(f"/sites/{site.id}/cabinet")
    assert shown_in(page.text) == [f"http://localhost/sites/{site.id}"]
    for said in ("Bakery", "Northlight Security", "Market Square 3", "Save PNG", "Print"):
        assert said in page.text
    assert page.headers["Cache-Control"] == "no-store"
    png, svg = (admin.get(f"/sites/{site.id}/cabinet.{kind}") for kind in ("png", "svg"))
    assert read_png(png.data) == read_svg(svg.text) == f"http://localhost/sites/{site.id}"
    assert "filename=QR-Bakery.png" in png.headers["Content-Disposition"]
    assert admin.get(f"/sites/{site.id}/cabinet.gif").status_code == 404


@pytest.mark.parametrize("name", STOCKS)
def test_the_grid_fits_its_paper_and_is_the_one_that_is_printed(name):
    stock = STOCKS[name]
    width, height = PAPERS[stock.paper]
    assert 2 * stock.side + stock.columns * stock.width + (stock.columns - 1) * stock.gap == pytest.approx(
        width, abs=0.1
    )
    assert 2 * stock.top + stock.rows * stock.height == pytest.approx(height, abs=0.1)
    assert stock.qr < min(stock.height, stock.width - 25)
    rule = re.search(rf"\.s-{name} {{([^}}]+)}}", Path(ROOT / "static/css/47-qr.css").read_text())
    printed = dict(re.findall(r"--(\w+): ([\d.]+)", rule[1]))
    wanted = {"n": stock.columns, "w": stock.width, "h": stock.height, "top": stock.top}
    wanted |= {"side": stock.side, "gap": stock.gap, "qr": stock.qr}
    assert {key: float(value) for key, value in printed.items()} == wanted
