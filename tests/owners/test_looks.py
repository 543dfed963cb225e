"""An owner reads who of the company looked at their devices (U5)."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine

from tests.client import Person
from tests.conftest import PASSWORD
from tests.devices.test_list import statements
from tests.factories import assign, make_device, make_employee, make_site
from tests.owners.houses import family_of, permit
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.db import database, is_sqlite
from webapp.devices.models import Permission
from webapp.handover.models import Look
from webapp.handover.services import looking
from webapp.sites.models import Site, SiteStatus

NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)  # 10:05 at the site


@pytest.fixture
def devices(site):
    return [make_device(site, name=name) for name in ("Front door", "Yard", "Gate")]


@pytest.fixture
def berta(company, site):
    person = make_employee(company, name="Berta Monteur", email="berta@example.com")
    assign(site, person)
    return person


@pytest.fixture
def at(devices, berta):
    """at(minutes) travels to so many minutes after NOW."""
    with time_machine.travel(NOW, tick=False) as journey:
        yield lambda minutes: journey.move_to(NOW + timedelta(minutes=minutes))


def enter(app, email="berta@example.com"):
    person = Person(app)
    assert person.post("/sign-in", email=email, password=PASSWORD).status_code == 303
    return person


def read(owner, site, **query):
    """The rows of the owner's page as plain text."""
    page = owner.get(f"/sites/{site.id}/looks", **query).text
    rows = re.findall(r'<li><div class="row info">(.*?)</li>', page, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()).replace(" ,", ",") for row in rows]


def kept():
    return [(look.name, look.count, look.first_at, look.last_at) for look in Look.select().order_by(Look.id)]


def test_the_owner_reads_who_looked_when_and_at_how_many(app, owned, site, devices, at):
    berta = enter(app)
    berta.get(f"/sites/{site.id}")
    for minutes, device in ((5, devices[0]), (20, devices[1]), (30, devices[1]), (35, devices[2])):
        at(minutes)
        assert berta.get(f"/devices/{device.id}").status_code == 200
    owner = enter(app, owned[1].email)
    assert read(owner, site) == [
        "Berta Monteur, Northlight Security looked at 3 devices Nov 23, 2026, 10:05 AM – 10:40 AM"
    ]
    assert f'href="/sites/{site.id}/looks"' in owner.get(f"/sites/{site.id}").text
    assert not AuditEntry.select().where(AuditEntry.action.contains("look")).count()


def test_a_look_at_the_list_alone_is_told_as_that(app, owned, site, at):
    enter(app).get(f"/sites/{site.id}")
    assert read(enter(app, owned[1].email), site) == [
        "Berta Monteur, Northlight Security looked at the list of your devices Nov 23, 2026, 10:05 AM"
    ]


def test_each_hour_and_each_person_has_a_row_and_the_newest_stands_first(app, owned, site, devices, at):
    berta, ada = enter(app), enter(app, "ada@example.com")
    berta.get(f"/devices/{devices[0].id}")
    at(10)
    ada.get(f"/devices/{devices[0].id}")
    at(60)
    berta.get(f"/sites/{site.id}")
    told = [row.partition(",")[0] for row in read(enter(app, owned[1].email), site)]
    assert told == ["Berta Monteur", "Ada Admin", "Berta Monteur"]


@pytest.mark.parametrize(
    "path",
    [
        "/sites/{site}",
        "/sites/{site}/devices",
        "/sites/{site}/report",
        "/sites/{site}/report.csv",
        "/sites/{site}/labels",
        "/devices/{device}",
        "/devices/{device}/status",
        "/devices/{device}/address",
        "/devices/{device}/address/edit",
        "/devices/{device}/type",
        "/devices/{device}/delete",
        "/devices/{device}/silence",
        "/devices/{device}/monitoring/off",
        "/devices/{device}/qr",
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_every_page_with_devices_counts(admin, site, devices, path, htmx):
    permit(devices[0], Permission.CONFIGURATION)
    assert admin.get(path.format(site=site.id, device=devices[0].id), htmx=htmx).status_code == 200
    (look,) = Look.select()
    assert (look.name, look.count) == ("Ada Admin", int(path.startswith("/devices")))


def test_the_health_of_a_device_counts(admin, site, devices):
    assert admin.get(f"/devices/{devices[0].id}/health", htmx=True).status_code == 200
    assert kept()[0][:2] == ("Ada Admin", 1)


PARTS = ("status", "health", "checks")


def polls(site, device):
    return [f"/sites/{site.id}/devices?v=x", *(f"/devices/{device.id}/{part}?v=x" for part in PARTS)]


def test_an_open_page_that_asks_for_news_is_one_look_an_hour(app, site, devices, at):
    berta = enter(app)
    berta.get(f"/devices/{devices[0].id}")
    for minutes in (3, 20, 50):
        at(minutes)
        for path in polls(site, devices[0]):
            assert berta.get(path, htmx=True).status_code == 200
    assert kept() == [("Berta Monteur", 1, NOW, NOW)]
    at(55)
    for path in polls(site, devices[0])[1:]:
        berta.get(path, htmx=True)
    assert kept()[1:] == [("Berta Monteur", 1, NOW + timedelta(minutes=55), NOW + timedelta(minutes=55))]
    berta.get(f"/sites/{site.id}")
    assert kept()[1][2:] == (NOW + timedelta(minutes=55),) * 2
    at(57)
    berta.get(f"/sites/{site.id}")
    assert kept()[1][3] == NOW + timedelta(minutes=57)
    for path in polls(site, devices[1])[1:] * 2:
        berta.get(path, htmx=True)
    assert kept()[1][1] == 2, "a page that was opened without our noticing is found by its polls"


def test_within_a_minute_nothing_is_written_anew_and_another_device_is(app, site, devices, at):
    berta = enter(app)

    def writes(device):
        with statements() as sent:
            berta.get(f"/devices/{device.id}")
        return sum("INTO look" in text for text in sent)

    assert [writes(device) for device in (devices[0], devices[0], devices[1], devices[0])] == [1, 0, 1, 0]
    assert kept()[0][1] == 2
    looking._noted.clear()  # as another process, or after a restart
    before = kept()
    berta.get(f"/devices/{devices[1].id}")
    assert kept() == before


def test_it_costs_one_statement_and_none_where_nobody_owns_the_site(app, admin, company, site, devices):
    free = make_device(make_site(company))

    def looks(path):
        with statements() as sent:
            assert admin.get(path).status_code == 200
        return [text for text in sent if "INTO look" in text]

    assert looks(f"/sites/{free.site_id}") == [] and looks(f"/devices/{free.id}") == []
    assert len(looks(f"/sites/{site.id}")) == 1 and looks(f"/sites/{site.id}") == []
    assert Look.select().count() == 1


def test_who_views_as_another_is_named_as_themselves(admin, site, devices, berta):
    admin.post(f"/team/{berta.id}/view")
    assert "Berta Monteur" in admin.get(f"/sites/{site.id}").text
    admin.get(f"/devices/{devices[0].id}")
    assert [look[:2] for look in kept()] == [("Ada Admin", 1)]


def test_what_is_refused_leaves_nothing(app, admin, sign_in, company, site, devices, berta):
    stranger = sign_in(make_employee(company).email)
    Site.update(decided=SiteStatus.OWNED_UNAUTHORIZED, authorized_until=clock.now()).execute()
    for person in (stranger, admin, Person(app)):
        for path in (f"/sites/{site.id}", f"/sites/{site.id}/devices", f"/devices/{devices[0].id}"):
            person.get(path)
            person.get(path, htmx=True)
    assert kept() == []


def test_owner_and_family_leave_nothing(owner, sign_in, site, devices):
    family = sign_in(family_of(site).email)
    for person in (owner, family):
        for path in (f"/sites/{site.id}", f"/sites/{site.id}/devices", f"/devices/{devices[0].id}"):
            assert person.get(path).status_code == 200
    assert kept() == []


def test_nobody_but_the_owner_reads_it(owner, admin, sign_in, company, site, devices, berta):
    path = f"/sites/{site.id}/looks"
    family, other = sign_in(family_of(site).email), sign_in(make_employee(company).email)
    assert owner.get(path).status_code == 200 and "Nobody has looked yet" in owner.get(path).text
    assert [person.get(path).status_code for person in (family, admin, sign_in(berta.email), other)] == [
        403,
        403,
        403,
        404,
    ]
    assert "/looks" not in family.get(f"/sites/{site.id}").text


def test_the_company_is_told_that_it_is_kept(admin, company, site, devices):
    told = "The owner can read who of your company opened the pages of this site and its devices, and when."
    assert told in admin.get(f"/sites/{site.id}").text
    assert told not in admin.get(f"/sites/{make_site(company).id}").text


def test_it_comes_in_pages_of_fifty(owner, site):
    hour = looking.hour_of(clock.now())
    for ago in range(51):
        at = clock.now() - timedelta(hours=ago)
        Look.create(
            site=site, account_id=7, hour=hour - ago, name=f"Ivo {ago}", company="Northlight", first_at=at, last_at=at
        )
    first, second = read(owner, site), read(owner, site, query_string={"page": 2})
    assert len(first) == 50 and first[0].startswith("Ivo 0,") and [row[:7] for row in second] == ["Ivo 50,"]
    page = owner.get(f"/sites/{site.id}/looks?page=2", htmx=True).text
    assert page.lstrip().startswith('<div id="looks"') and 'rel="prev"' in page and 'rel="next"' not in page
    assert owner.get(f"/sites/{site.id}/looks?page=9").location == f"/sites/{site.id}/looks"


def test_after_ninety_days_it_is_forgotten(admin, site, devices):
    admin.get(f"/sites/{site.id}")
    with time_machine.travel(clock.now() + timedelta(days=89)):
        looking.forget()
        assert len(kept()) == 1
    with time_machine.travel(clock.now() + timedelta(days=90, hours=2)):
        looking.forget()
    assert kept() == []


def test_the_page_comes_though_it_cannot_be_kept(admin, site, devices):
    if not is_sqlite():
        database.execute_sql("ALTER TABLE look RENAME TO looked")
        status = admin.get(f"/sites/{site.id}").status_code
        database.execute_sql("ALTER TABLE looked RENAME TO look")
        assert status == 200
        return
    other = sqlite3.connect(Path(database.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert admin.get(f"/sites/{site.id}").status_code == 200
    assert admin.get(f"/devices/{devices[0].id}").status_code == 200
    other.close()
    assert kept() == []
    assert admin.get(f"/sites/{site.id}").status_code == 200 and len(kept()) == 1, "the next page makes good for it"


def test_it_outlives_the_person_and_keeps_the_name(admin, owner, site, devices, berta, sign_in):
    sign_in(berta.email).get(f"/devices/{devices[0].id}")
    berta.delete_instance()
    assert read(owner, site)[0].startswith("Berta Monteur, Northlight Security looked at 1 device ")
