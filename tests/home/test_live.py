"""Home and the list of sites left open: they ask again by themselves, and say when they were last answered."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.devices.test_list import is_same, statements
from tests.factories import make_device, make_site
from webapp.devices.models import DeviceState, Status

PAGES = {"/": "state", "/sites": "list", "/sites?q=site": "list", "/sites?page=2": "list"}


def poll_of(page, part: str) -> str:
    """The address that a part asks again each half minute."""
    found = re.search(rf'<div id="{part}"[^>]* hx-get="([^"]+)" hx-trigger="every 30s"', page.text)
    assert found, page.text
    return unescape(found[1])


@pytest.fixture
def device(company):
    for _n in range(51):
        make_site(company)
    return make_device(make_site(company))


@pytest.mark.parametrize(("path", "part"), PAGES.items())
def test_a_poll_brings_nothing_until_something_changes(admin, company, device, path, part):
    url = poll_of(admin.get(path), part)
    for _n in range(2):
        assert is_same(admin.get(url, htmx=True))
    DeviceState.update(status=Status.LOCKED).execute()
    make_site(company)
    reply = admin.get(url, htmx=True)
    assert reply.status_code == 200 and not is_same(reply) and reply.text.lstrip().startswith(f'<div id="{part}"')
    assert poll_of(reply, part) != url and is_same(admin.get(poll_of(reply, part), htmx=True))


@pytest.mark.parametrize(("path", "part"), PAGES.items())
def test_visited_bare_it_is_the_page_whatever_version_is_known(admin, device, path, part):
    page = admin.get(poll_of(admin.get(path), part))
    assert page.status_code == 200 and page.text.startswith("<!doctype html>")


def test_a_home_page_left_open_overnight_tells_what_went_down(admin, device):
    url = poll_of(admin.get("/"), "state")
    DeviceState.update(status=Status.LOCKED).execute()
    news = admin.get(url, htmx=True).text
    assert re.search(r'class="tile bad" href="/devices\?status=down"><b>1</b>', news) and device.name in news


def test_what_is_read_or_typed_is_no_part_of_what_is_replaced(admin, device):
    for path, part in (("/", "state"), ("/sites", "list")):
        news = admin.get(f"{path}?v=old", htmx=True).text
        assert f'id="{part}"' in news and "<input" not in news and "<details" not in news
    page = admin.get("/sites").text
    assert 'hx-sync=".search:drop"' in page and 'hx-sync="closest form:replace"' in page


@pytest.mark.parametrize(("path", "most"), [("/", 3), ("/sites", 2)])
def test_a_poll_asks_for_no_more_than_what_it_shows(admin, device, path, most):
    url = poll_of(admin.get(path), PAGES[path])
    with statements() as sent:
        assert is_same(admin.get(url, htmx=True))
    assert len(sent) == most, sent


@pytest.mark.parametrize("path", ["/", "/sites", "/devices"])
def test_it_has_a_place_for_when_it_was_answered_which_the_script_fills(admin, device, path):
    (found,) = re.findall(r'<p id="as-of".*?</p>', admin.get(path).text)
    assert " hidden>" in found and 'Updated <time data-age data-old="90"></time>' in found


def test_before_there_is_a_device_it_waits_for_the_first(admin, company):
    url = poll_of(admin.get("/"), "state")
    assert is_same(admin.get(url, htmx=True))
    make_device(make_site(company))
    assert 'class="tiles"' in admin.get(url, htmx=True).text
