"""The device list: search, filters, worst first, fifty a page, one statement (D22)."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_site
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.db import database
from webapp.devices.models import DeviceState, Mode, Status
from webapp.protocols.isapi.kinds import Kind

DERIVED = {Status.UNKNOWN, Status.PAUSED, Status.MAINTENANCE}  # when shown


def names(reply) -> list[str]:
    return re.findall(r'id="device-\d+".*?<span class="text"><b><bdi>([^<]+)</bdi>', reply.text)


@contextmanager
def statements():
    """The SQL that is sent meanwhile."""
    sent, send = [], database.obj.execute_sql

    def note(sql, *args, **kwargs):
        sent.append(sql)
        return send(sql, *args, **kwargs)

    database.obj.execute_sql = note
    try:
        yield sent
    finally:
        del database.obj.execute_sql


@pytest.fixture
def fleet(company, site):
    depot = make_site(company, name="Depot Nord", city="Köln")
    make_device(site, name="Well")
    make_device(site, name="Down", status=Status.OFFLINE)
    make_device(site, name="Refused", status=Status.AUTH_FAILED, type=Kind.NVR)
    make_device(depot, name="Weak", password="12345678")
    make_device(depot, name="Nameless", type=Kind.UNKNOWN)
    make_device(depot, name="Panel", mode=Mode.SERIAL, type=Kind.ALARM_PANEL, serial="Q12345678")
    return depot


def test_it_shows_the_worst_first(admin, fleet):
    assert names(admin.get("/devices")) == ["Down", "Refused", "Nameless", "Weak", "Panel", "Well"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=down", ["Down"]),
        ("?q=DEPOT nord", ["Nameless", "Weak", "Panel"]),
        ("?q=koln panel", ["Panel"]),
        ("?q=127.9.", ["Down", "Refused", "Nameless", "Weak", "Well"]),
        ("?q=KÖLN", ["Nameless", "Weak", "Panel"]),
        ("?q=q12345", ["Panel"]),
        ("?q=%25", []),
        ("?q=_", []),
        ("?status=down", ["Down", "Refused"]),
        ("?status=attention", ["Nameless", "Weak"]),
        ("?status=online", ["Nameless", "Weak", "Panel", "Well"]),
        ("?status=offline", ["Down"]),
        ("?status=weak", ["Weak"]),
        ("?status=auth_failed", ["Refused"]),
        ("?status=other_device", []),
        ("?status=locked", []),
        ("?status=paused", []),
        ("?status=checking", []),
        ("?status=unknown", []),
        ("?status=old_password", []),
        ("?mode=ip_domain&status=attention", ["Nameless", "Weak"]),
        ("?status=nonsense", []),
        ("?type=nvr", ["Refused"]),
        ("?type=unknown", ["Nameless"]),
        ("?mode=serial", ["Panel"]),
        ("?site=abc", []),
        ("?page=-1", ["Down", "Refused", "Nameless", "Weak", "Panel", "Well"]),
    ],
)
def test_search_and_filters(admin, fleet, query, found):
    reply = admin.get("/devices" + query)
    assert reply.status_code == 200 and names(reply) == found


def test_a_page_beyond_the_last_leads_to_the_first(admin, fleet):
    reply = admin.get("/devices?q=o&page=99")
    assert (reply.status_code, reply.location) == (303, "/devices?q=o")


def test_a_filter_keeps_a_search_for_one(admin, fleet):
    assert "q=1" in admin.get("/devices?q=1").text.split('class="filters"')[1].split("</nav>")[0]


def test_a_sites_filter(admin, fleet):
    assert names(admin.get(f"/devices?site={fleet.id}")) == ["Nameless", "Weak", "Panel"]


def test_the_counts_of_the_filters_match_their_lists(admin, fleet):
    page = admin.get("/devices").text
    for status, count in (("down", 2), ("attention", 2), ("online", 4)):
        assert re.search(rf'href="/devices\?status={status}"[^>]*>[^<]*<span>{count}</span>', page), status
        assert len(names(admin.get(f"/devices?status={status}"))) == count


def test_old_figures_count_as_unknown(admin, fleet):
    old = clock.now() - timedelta(minutes=10)
    DeviceState.update(checked_at=old).execute()
    assert names(admin.get("/devices?status=unknown")) == ["Nameless", "Weak", "Down", "Panel", "Well"]
    assert names(admin.get("/devices?status=down")) == ["Refused"]


def test_fifty_a_page(admin, site):
    for n in range(73):
        make_device(site, name=f"Camera {n:03}")
    first, second = names(admin.get("/devices")), names(admin.get("/devices?page=2"))
    assert (len(first), len(second)) == (50, 23) and not set(first) & set(second)
    assert "Page 1 of 2" in admin.get("/devices").text
    assert names(admin.get(f"/sites/{site.id}?page=2")) == second


@pytest.mark.parametrize("path", ["/devices", "/devices?q=a&status=down&type=nvr", "/sites", "/sites?q=b"])
def test_a_list_is_one_statement_beside_the_session(admin, fleet, path):
    with statements() as sent:
        admin.get(path)
    assert len(sent) == 2, sent


def test_everybody_sees_their_own(sign_in, company, site, fleet):
    installer = make_employee(company, Role.INSTALLER)
    assign(fleet, installer)
    foreigner = make_employee(make_company(), Role.INSTALLER_ADMIN)
    person = sign_in(installer.email)
    assert names(person.get("/devices")) == ["Nameless", "Weak", "Panel"]
    assert names(person.get(f"/devices?site={site.id}")) == []
    assert names(sign_in(foreigner.email).get("/devices")) == []


def test_with_htmx_it_is_the_list_alone(admin, fleet):
    part = admin.get("/devices?q=down", htmx=True)
    assert "<html" not in part.text and names(part) == ["Down"]


def test_names_are_text(admin, site):
    make_device(site, name='<script>alert("x")</script>')
    page = admin.get("/devices").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("status", [status for status in Status if status not in DERIVED])
def test_every_status_has_its_filter(admin, site, status):
    make_device(site, name="Other", status=Status.LOCKED if status != Status.LOCKED else Status.OFFLINE)
    make_device(site, name="Wanted", status=status)
    page = admin.get(f"/devices?status={status}")
    assert names(page) == ["Wanted"]
    assert re.search(rf'href="/devices\?status={status}" aria-current="page">[^<]+ <span>1</span>', page.text)


def test_what_is_not_monitored_is_listed_as_such_whatever_its_state_was(admin, site):
    make_device(site, name="Off", status=Status.OFFLINE, health_monitoring=False)
    make_device(site, name="On", status=Status.OFFLINE)
    assert names(admin.get("/devices?status=paused")) == ["Off"]
    assert names(admin.get("/devices?status=down")) == ["On"]
    assert "Not monitored <span>1</span>" in admin.get("/devices").text


def test_a_filter_that_would_find_nothing_is_not_offered(admin, fleet):
    page = admin.get("/devices").text
    assert "status=paused" not in page and "status=old_password" not in page and "status=auth_failed" not in page
    down = admin.get("/devices?status=down").text
    assert "Sign-in failed <span>1</span>" in down and "Locked <span>" not in down


def is_same(reply) -> bool:
    """Whether a poll brought nothing."""
    return reply.status_code == 204 and not reply.data


def poll_of(page) -> str:
    """The address that the list asks again."""
    return unescape(re.search(r'id="list"[^>]* hx-get="([^"]+)"', page.text)[1])


@pytest.mark.parametrize("path", ["/devices", "/devices?q=a&status=down&type=nvr", "/devices?page=2"])
def test_a_poll_brings_nothing_until_something_changes(admin, site, fleet, path):
    for n in range(50):
        make_device(site, name=f"Camera {n:03}")
    url = poll_of(admin.get(path))
    assert path.partition("?")[2] in url
    for _ in range(2):
        assert is_same(admin.get(url, htmx=True))
    DeviceState.update(status=Status.LOCKED).execute()
    reply = admin.get(url, htmx=True)
    assert reply.status_code == 200 and "<html" not in reply.text and poll_of(reply) != url
    assert not is_same(reply) and is_same(admin.get(poll_of(reply), htmx=True))


def test_a_page_is_never_empty_for_a_version_that_is_known(admin, fleet):
    assert names(admin.get(poll_of(admin.get("/devices")))) != []


def test_being_checked_again_with_the_same_outcome_is_no_change(admin, fleet):
    url = poll_of(admin.get("/devices"))
    DeviceState.update(checked_at=clock.now(), ms=99).execute()
    assert is_same(admin.get(url, htmx=True))


def test_a_poll_asks_for_no_more_than_the_list(admin, fleet):
    url = poll_of(admin.get("/devices"))
    with statements() as sent:
        assert is_same(admin.get(url, htmx=True))
    assert len(sent) == 2, sent
