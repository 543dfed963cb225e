"""The list of sites: search, pages, counts, and what it costs."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from html import unescape

import pytest

from tests.devices.test_list import statements
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_site
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.db import transaction
from webapp.devices.models import Device, DeviceState, Status
from webapp.health.models import Silence
from webapp.protocols.isapi.kinds import Kind


def names(reply):
    return re.findall(r'href="/sites/\d+"><span class="glyph">.*?<bdi>(.*?)</bdi>', reply.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bäck", ["Bäckerei Süd"]),
        ("BÄCK", ["Bäckerei Süd"]),
        ("ba\u0308ckerei", ["Bäckerei Süd"]),
        ("süd", ["Bäckerei Süd"]),
        ("STRASSE", ["Museum"]),
        ("straße 5", ["Museum"]),
        ("lindau", ["Bäckerei Süd", "Museum"]),
        ("holstein", ["100% Sale"]),
        ("%", ["100% Sale"]),
        ("_", ["Depot_1"]),
        ("!", ["Hey!"]),
        ("\\", []),
        ("'", []),
        ("' OR 1=1 --", []),
        ("Ｍｕｓｅｕｍ", ["Museum"]),
        ("  museum ", ["Museum"]),
        ("السوق", ["متجر السوق"]),
        ("x" * 5000, []),
    ],
)
def test_it_finds_in_name_and_address_whatever_the_case(admin, company, query, found):
    make_site(company, name="Bäckerei Süd", city="Lindau")
    make_site(company, name="Museum", address="Hauptstraße 5", city="Lindau")
    make_site(company, name="100% Sale", region="Holstein")
    for name in ("Depot_1", "Hey!", "متجر السوق"):
        make_site(company, name=name)
    for htmx in (False, True):
        reply = admin.get("/sites", htmx=htmx, query_string={"q": query})
        assert reply.status_code == 200 and sorted(names(reply)) == sorted(found)
        assert ("<html" in reply.text) != htmx
    assert ("Nothing found" in reply.text) == (not found)


def test_what_was_searched_is_text(admin, company):
    make_site(company)
    page = admin.get("/sites", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_it_goes_on_over_pages_in_the_order_of_names(admin, company):
    with transaction():
        for n in range(120):
            make_site(company, name=f"Shop {n:03}")
    pages = [admin.get(f"/sites?page={n}") for n in (1, 2, 3)]
    assert [len(names(page)) for page in pages] == [50, 50, 20]
    assert [name for page in pages for name in names(page)] == [f"Shop {n:03}" for n in range(120)]
    assert all("120 sites" in page.text and f"Page {n} of 3" in page.text for n, page in enumerate(pages, 1))
    assert "page=2" in pages[0].text and "page=4" not in pages[2].text
    found = admin.get("/sites?q=shop+00&page=1")
    both = [f"Shop {n:03}" for n in range(120) if "00" in f"{n:03}"]
    assert names(found) == both and f"{len(both)} sites found" in found.text
    second = admin.get("/sites?q=shop&page=2").text
    assert "q=shop" in second and "page=3" in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "٢", "9" * 30])
def test_a_page_that_makes_no_sense_is_the_first(admin, company, page):
    make_site(company, name="Bakery")
    assert names(admin.get("/sites", query_string={"page": page})) == ["Bakery"]


def test_a_page_beyond_the_last_does_not_claim_that_there_are_none(admin, company):
    make_site(company, name="Bakery")
    for page in (2, 10_000, 999_999):
        reply = admin.get(f"/sites?page={page}")
        assert (reply.status_code, reply.location) == (303, "/sites")
    assert admin.get("/sites?q=bak&page=9").location == "/sites?q=bak"


def test_it_says_how_many_devices_and_how_they_fare(admin, company):
    site, empty = make_site(company, name="A"), make_site(company, name="B")
    well = make_site(company, name="C")
    for status in (Status.OFFLINE, Status.LOCKED, Status.ONLINE):
        make_device(site, status=status)
    make_device(well)
    make_device(well, type=Kind.UNKNOWN)
    lines = re.findall(r'<li><a class="row \w+" href="/sites/(\d+)">(.*?)</a></li>', admin.get("/sites").text)
    told = {int(number): line for number, line in lines}
    assert "3 devices" in told[site.id] and "2 down" in told[site.id]
    assert "No devices yet" in told[empty.id]
    assert "2 devices" in told[well.id] and "1 to check" in told[well.id]


def test_the_list_is_one_statement(admin, company, sign_in, caplog):
    with transaction():
        for _ in range(60):
            make_device(make_site(company))
    installer = make_employee(company)
    person = sign_in(installer.email)
    for who, path in ((admin, "/sites"), (admin, "/sites?q=site&page=2"), (person, "/sites")):
        who.get(path)
        with caplog.at_level(logging.DEBUG, "peewee"):
            caplog.clear()
            assert who.get(path).status_code == 200
        statements = [record for record in caplog.records if record.name == "peewee"]
        assert len(statements) == 2, [record.getMessage()[:80] for record in statements]  # the session, and the list


def test_the_empty_list_says_what_to_do(admin, sign_in, company):
    assert "Add your first site" in admin.get("/sites").text
    observer = sign_in(make_employee(company, Role.OBSERVER).email)
    assert "has not assigned you a site" in observer.get("/sites").text


def test_others_sites_are_neither_listed_nor_counted(sign_in, company):
    make_site(make_company(), name="Foreign shop")
    make_site(company, name="Other shop")
    installer = make_employee(company)
    assign(make_site(company, name="My shop"), installer)
    reply = sign_in(installer.email).get("/sites?q=shop")
    assert names(reply) == ["My shop"] and "1 site found" in reply.text


@pytest.fixture
def street(company):
    """Sites that fare differently, by name."""
    fares = {
        "A": [Status.ONLINE, Status.ONLINE],
        "B": [],
        "C": [Status.ONLINE, Status.CHECKING],
        "D": [Status.OFFLINE, Status.LOCKED, Status.ONLINE],
        "E": [Status.AUTH_FAILED],
        "F": [Status.ONLINE],
    }
    made = {name: make_site(company, name=name) for name in fares}
    for name, statuses in fares.items():
        for status in statuses:
            make_device(made[name], status=status)
    make_device(made["F"], type=Kind.UNKNOWN)
    old = clock.now() - timedelta(minutes=5)
    DeviceState.update(since=old, checked_at=None).where(DeviceState.status == Status.CHECKING).execute()
    return made


def test_worst_first_has_what_is_down_before_what_needs_a_look_and_what_is_not_known(admin, street):
    assert names(admin.get("/sites")) == list("ABCDEF")
    page = admin.get("/sites?order=worst")
    assert names(page) == list("DEFCAB")
    assert 'href="/sites?order=worst" aria-current="page">Worst first' in page.text
    assert names(admin.get("/sites?order=worst", htmx=True)) == list("DEFCAB")
    assert names(admin.get("/sites?order=nonsense")) == list("ABCDEF")
    assert 'aria-current="page">By name' in admin.get("/sites?order=nonsense").text


def test_both_orders_tell_the_same_of_each_site(admin, company, street):
    make_owner(street["D"], authorized=False)
    worked_at, now = Device.get(Device.site == street["E"]), clock.now()
    Silence.set(worked_at.id, until=now + timedelta(hours=1), by_name="Bo", began_at=now)
    rows = [set(re.findall(r"<li><a class.*?</li>", admin.get(path).text)) for path in ("/sites", "/sites?order=worst")]
    assert rows[0] == rows[1] and len(rows[0]) == 6
    assert names(admin.get("/sites?order=worst")) == list("FCABDE")  # a closed site tells nothing, work is no trouble
    chip = re.compile(r'<bdi>([A-F])</bdi>.*<span class="chip \w+">.*<span>(.*?)</span>')
    told = dict(found.groups() for row in rows[0] if (found := chip.search(row)))
    assert told == {"C": "1 not checked lately", "E": "1 being worked at", "F": "1 to check"}


def test_a_site_is_told_in_the_list_as_on_its_page(admin, street):
    """Devices that are down, or of which nothing is known, and have a weak password beside that."""
    Device.update(password_strength="weak").where(Device.site.in_([street["C"], street["D"]])).execute()
    rows = re.findall(r'<li><a class="row (\w+)" href="/sites/(\d+)">', admin.get("/sites").text)
    tones = {int(site_id): tone for tone, site_id in rows}
    for name, tone in {"C": "warn", "D": "bad", "E": "bad", "F": "warn"}.items():
        page = admin.get(f"/sites/{street[name].id}").text
        assert f'class="verdict {tone}"' in page and tones[street[name].id] == tone, name


def test_what_is_not_monitored_makes_no_site_the_worst(admin, street):
    Device.update(health_monitoring=False).where(Device.site == street["D"]).execute()
    assert names(admin.get("/sites?order=worst")) == list("EFCABD")


def test_worst_first_goes_on_over_pages_and_keeps_the_search(admin, company):
    with transaction():
        for n in range(60):
            make_device(
                make_site(company, name=f"Shop {n:03}"), status=Status.OFFLINE if n in {7, 55} else Status.ONLINE
            )
        make_device(make_site(company, name="Depot"), status=Status.OFFLINE)
    first = admin.get("/sites?q=shop&order=worst")
    (following,) = re.findall(r'href="([^"]+)" rel="next"', first.text)
    found = names(first) + names(admin.get(unescape(following)))
    calm = [f"Shop {n:03}" for n in range(60) if n not in {7, 55}]
    assert found == ["Shop 007", "Shop 055", *calm]
    assert '<input type="hidden" name="order" value="worst">' in first.text and "q=shop" in following
    assert admin.get("/sites?order=worst&page=9").location == "/sites?order=worst"


def test_worst_first_is_one_statement_and_its_poll_brings_nothing_until_something_changes(admin, street):
    (url,) = re.findall(r'id="list"[^>]* hx-get="([^"]+)"', admin.get("/sites?order=worst").text)
    with statements() as sent:
        assert admin.get(unescape(url), htmx=True).status_code == 204
    assert len(sent) == 2, sent  # the session, and the list
    Device.update(type=Kind.UNKNOWN).where(Device.site == street["A"]).execute()
    reply = admin.get(unescape(url), htmx=True)
    assert reply.status_code == 200 and names(reply) == list("DEAFCB")


def test_worst_first_lists_no_more_than_a_person_sees(sign_in, company, street):
    installer = make_employee(company)
    assign(street["A"], installer)
    assign(street["E"], installer)
    make_device(make_site(make_company(), name="Foreign shop"), status=Status.OFFLINE)
    reply = sign_in(installer.email).get("/sites?order=worst")
    assert names(reply) == ["E", "A"] and "2 sites" in reply.text and "Foreign" not in reply.text


def test_a_list_of_one_offers_no_order(admin, company):
    make_site(company)
    assert "order=worst" not in admin.get("/sites").text
