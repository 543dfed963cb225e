"""The first page: a guide while there is nothing, then figures that lead to their lists (P3, P5)."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_role, make_site
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.db import database
from webapp.devices.models import DeviceState, Status
from webapp.health.models import EngineLease
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Site


def figures(person):
    """{address: figure} of the tiles."""
    tiles = re.findall(r'<a class="tile[^>]*?href="([^"]+)"(.*?)</a>', person.get("/").text, re.S)
    return {path: [int(n) for n in re.findall(r">(\d+)<", rest)] for path, rest in tiles}


def test_an_empty_company_is_told_how_to_begin(admin, company):
    page = admin.get("/").text
    assert "Three steps to begin" in page and 'href="/sites/new"' in page and "Northlight Security" in page
    make_site(company)
    assert 'href="/sites"' in admin.get("/").text and "Open a site" in admin.get("/").text


def test_an_observer_is_not_led_to_what_they_may_not_do(sign_in, company):
    page = sign_in(make_employee(company, Role.OBSERVER).email).get("/").text
    assert (
        "/sites/new" not in page and "No site is assigned to you. Ask Ada Admin." in page and "Three steps" not in page
    )


def test_whoever_adds_no_sites_is_told_what_is_theirs_to_do(sign_in, company):
    site = make_site(company)
    for rights, told in (([], "once somebody has added them"), ([Right.MANAGE_DEVICES], "How to begin")):
        employee = make_employee(company, Role.OWN, own_role=make_role(company, f"Has {len(rights)}", *rights))
        assign(site, employee)
        page = sign_in(employee.email).get("/").text
        assert told in page and "Add a site" not in page and ("Add its devices" in page) == bool(rights)


@pytest.mark.parametrize("path", ["/", "/devices", "/devices?status=down"])
def test_devices_that_owners_keep_to_themselves_are_not_said_to_be_missing(admin, company, path):
    for _n in range(2):
        make_owner(make_device(make_site(company)).site, authorized=False)
    page = admin.get(path).text
    assert "2 sites are not authorized by their owners" in page and 'href="/sites"' in page
    assert "No devices yet" not in page and "Three steps" not in page
    make_site(company)
    assert ("Three steps" if path == "/" else "2 sites are not") in admin.get(path).text
    make_device(Site.get(Site.owner.is_null()))
    assert "not authorized" not in admin.get(path).text


def test_each_figure_matches_the_list_that_it_opens(admin, company):
    site = make_site(company)
    make_site(company)
    make_device(site)
    make_device(site, status=Status.LOCKED, password="12345678")
    make_device(site, status=Status.OTHER_DEVICE, password_set_at=clock.now() - timedelta(days=31))
    make_device(site, type=Kind.UNKNOWN)
    make_device(site, password="12345678")
    make_device(site, password_set_at=clock.now() - timedelta(days=31))
    make_device(make_site(make_company()), password="12345678", status=Status.OFFLINE)
    assert list(figures(admin).values()) == [[2], [6], [2], [2]]

    Site.update(password_days=30).execute()
    shown = figures(admin)
    assert list(shown.values()) == [[2], [6], [2], [3], [2]]
    for path, (count,) in shown.items():
        reply = admin.get(path.replace("&amp;", "&"))
        assert len(set(re.findall(r'href="/(?:sites|devices)/(\d+)"', reply.text))) == count


def test_figures_count_only_what_the_person_sees(sign_in, company):
    mine, other = make_site(company), make_site(company)
    make_device(mine)
    make_device(other)
    installer = make_employee(company)
    assign(mine, installer)
    assert list(figures(sign_in(installer.email)).values())[:2] == [[1], [1]]


def attention(person):
    """The text of the list of what needs somebody."""
    return person.get("/").text.partition("Needs attention")[2].partition("</section>")[0]


def test_what_needs_somebody_comes_worst_first(admin, company):
    site = make_site(company)
    make_device(site, name="Well")
    make_device(site, name="Weak", password="12345678")
    make_device(site, name="Refused", status=Status.AUTH_FAILED)
    shown = attention(admin)
    assert shown.index("Refused") < shown.index("Weak") and "Well" not in shown
    make_device(make_site(make_company()), name="Foreign", status=Status.OFFLINE)
    assert "Foreign" not in attention(admin)


def test_when_nothing_does_it_says_so(admin, company):
    make_device(make_site(company))
    assert "Nothing is known to be down" in attention(admin)


def beat(**values):
    EngineLease.tell(**{"beat_at": clock.now(), "uplink_lost_at": None} | values)


STOPPED, GONE = "Devices are not being checked", "Our own connection seems to be gone"


def test_when_nothing_checks_it_says_what_to_do(admin, company):
    make_device(make_site(company))
    page = admin.get("/").text
    assert STOPPED in page and "It has not run yet" in page and "Start the server again" in page
    beat(beat_at=clock.now() - timedelta(minutes=3))
    page = admin.get("/").text
    assert STOPPED in page and "3 min. ago" in page
    beat()
    page = admin.get("/").text
    assert STOPPED not in page and GONE not in page


@pytest.mark.parametrize("values", [{"health_monitoring": False}, {"mode": "serial"}])
def test_where_nothing_is_to_be_checked_nothing_is_missed(admin, company, values):
    make_device(make_site(company), **values)
    assert STOPPED not in admin.get("/").text


class TestWithoutAnEngine:
    @pytest.fixture
    def settings(self):
        return {"engine": "off"}

    def test_where_none_ever_ran_it_says_that_checks_are_off(self, admin, company):
        make_device(make_site(company))
        page = admin.get("/").text
        assert "Checks are off" in page and STOPPED not in page and 'class="tile ok"' not in page

    def test_a_worker_beside_it_that_has_died_is_told_of(self, admin, company):
        make_device(make_site(company))
        beat()
        page = admin.get("/").text
        assert STOPPED not in page and "Checks are off" not in page and 'class="tile ok"' in page
        beat(beat_at=clock.now() - timedelta(hours=3))
        page = admin.get("/").text
        assert STOPPED in page and "3 hr. ago" in page and 'class="tile ok"' not in page


def test_what_was_not_checked_lately_does_not_look_fine(admin, company):
    site, well = make_site(company, name="Dim"), make_site(company, name="Well")
    for _n in range(3):
        make_device(site)
    make_device(site, health_monitoring=False)
    DeviceState.update(checked_at=clock.now() - timedelta(hours=3)).execute()
    make_device(well)
    beat()
    page = admin.get("/").text
    assert figures(admin)["/devices?status=unknown"] == [3] and "Not checked lately" in page
    assert 'class="tile ok"' not in page and "Nothing is known to be down" not in page
    assert "Of 3 devices nothing is known" in attention(admin)
    assert len(re.findall(r'id="device-', admin.get("/devices?status=unknown").text)) == 3
    dim, fine = re.findall(r'<li><a class="row (\w+)" href="/sites/\d+">(.*?)</a>', admin.get("/sites").text)
    assert dim[0] == "off" and "3 not checked lately" in dim[1]
    assert fine[0] == "info" and "not checked" not in fine[1]


def test_when_our_own_connection_is_gone_it_says_so(admin, company):
    make_device(make_site(company))
    beat(uplink_lost_at=clock.now() - timedelta(minutes=7))
    page = admin.get("/").text
    assert GONE in page and "7 min. ago" in page and STOPPED not in page


LATE = "minutes late: the server cannot keep up"


def test_checks_that_run_late_are_told_to_the_installer_admin(sign_in, admin, company):
    site = make_site(company)
    make_device(site)
    beat(lag=59_000)
    assert "late:" not in admin.get("/").text
    beat(lag=150_000)
    assert f"Checks run 2 {LATE}" in admin.get("/").text
    installer = make_employee(company)
    assign(site, installer)
    assert "late:" not in sign_in(installer.email).get("/").text


def test_the_page_is_four_statements(admin, company):
    make_device(make_site(company))
    admin.get("/")  # counts what was available, which is done once an hour
    sent, send = [], database.obj.execute_sql

    def note(sql, *args, **kwargs):
        sent.append(sql)
        return send(sql, *args, **kwargs)

    database.obj.execute_sql = note
    try:
        admin.get("/")
    finally:
        del database.obj.execute_sql
    assert len(sent) == 4, sent  # the session, the figures with the list, the engine, the app for customers


@pytest.mark.parametrize(("used", "told"), [(890, False), (930, True)])
def test_a_disk_that_is_nearly_full_is_told_of(admin, monkeypatch, used, told):
    found = shutil.disk_usage("/")._replace(total=1000, used=used, free=1000 - used)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: found)
    assert ("disk is 93% full" in admin.get("/").text) is told


def test_it_names_the_company_once(admin, company):
    assert admin.get("/").text.partition("<header")[2].count("Northlight Security") == 1
