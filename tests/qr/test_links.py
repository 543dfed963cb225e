"""A link that hands a device over: nothing secret on the paper, for a while, for so many uses, and revocable."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine

from tests.client import Person, at_once
from tests.factories import make_company, make_device, make_employee, make_site
from tests.qr.pictures import link_in, shown_in
from webapp.accounts.principal import Principal
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.db import database
from webapp.qr.models import QrLink
from webapp.qr.services import links
from webapp.qr.services.links import LinkState

SECRET = "Kamera-Kennwort-7"


@pytest.fixture
def device(company):
    return make_device(make_site(company, name="Bakery"), name="Front door", password=SECRET, host="203.0.113.24")


def make(person, device, htmx=False, **fields):
    return person.post(f"/devices/{device.id}/qr/links", htmx=htmx, **{"days": "7", "uses": "1"} | fields)


def token_in(page):
    return urlsplit(link_in(page)).path.removeprefix("/q/")


def principal(account):
    who = (account.id, account.company_id, account.company.name, account.name, account.email, account.role, "")
    return Principal(*who, 0, "", True, "127.0.0.1", "a phone", account.rights)


@pytest.fixture
def invited():
    """Somebody of another company."""
    return principal(make_employee(make_company("Southlight"), name="Bo"))


def actions():
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id) if entry.action.startswith("qr.")]


@pytest.mark.parametrize("htmx", [False, True])
def test_its_code_holds_the_link_and_nothing_else(admin, device, htmx):
    reply = make(admin, device, htmx)
    assert reply.status_code == 200 and ("<html" in reply.text) != htmx
    url = link_in(reply.text)
    assert shown_in(reply.text) == [url] and url.startswith("http://localhost/q/")
    assert len(token_in(reply.text)) == 22, "128 bits"
    assert (
        SECRET not in reply.text
        and "203.0.113.24" not in reply.text.partition('class="sheet"')[2].partition("<section")[0]
    )
    assert "May be used 1 time" in reply.text and "Good until" in reply.text
    assert reply.headers["Cache-Control"] == "no-store"
    assert actions() == ["qr.link_made"]


def test_it_is_shown_once_and_its_token_kept_nowhere(admin, device):
    token = token_in(make(admin, device).text)
    for table in database.get_tables():
        assert token not in repr(database.execute_sql(f'SELECT * FROM "{table}"').fetchall()), table
    page = admin.get(f"/devices/{device.id}/qr").text
    assert token not in page and "used 0 of 1" in page


def test_the_files_to_save_lie_in_the_page(admin, device):
    text = make(admin, device).text
    assert 'href="data:image/png;base64,' in text and 'href="data:image/svg+xml' in text
    day = f"{QrLink.get().made_at:%Y-%m-%d}"
    for kind in ("png", "svg"):
        assert f'download="Link-Bakery-Front-door-{day}.{kind}"' in text


@pytest.mark.parametrize("settings", [{"base_url": "https://sitehand.example/"}])
def test_it_leads_to_where_people_reach_the_server(admin, device):
    assert link_in(make(admin, device).text).startswith("https://sitehand.example/q/")


@pytest.mark.parametrize("fields", [{"days": "8"}, {"uses": "0"}, {"uses": "1000"}, {"days": "", "uses": "x"}])
def test_what_was_not_offered_is_refused(admin, device, fields):
    for htmx in (False, True):
        reply = make(admin, device, htmx, **fields)
        assert reply.status_code == 422 and "Choose one from the list." in reply.text
        assert "<details" in reply.text and " open>" in reply.text
    assert not QrLink.select().count()


def test_looking_at_a_link_uses_nothing_up(admin, device):
    token = token_in(make(admin, device).text)
    for _ in range(3):
        link = links.find_link(token)
        assert link.device.name == "Front door" and link.uses == 0 and links.state_of(link) == LinkState.OPEN
    assert links.find_link(token + "x") is links.find_link("") is links.find_link("\udc80") is None


@pytest.mark.parametrize("uses", [1, 5])
def test_of_twenty_at_once_as_many_win_as_it_allows(admin, device, invited, uses):
    token = token_in(make(admin, device, uses=str(uses)).text)
    told = at_once(*[lambda: links.use_link(token, invited)] * 20)
    assert sum(isinstance(one, QrLink) for one in told) == uses and told.count(None) == 20 - uses
    link = links.find_link(token)
    assert link.uses == uses and links.state_of(link) == LinkState.USED_UP
    assert actions() == ["qr.link_made"] + ["qr.link_used"] * uses


def test_it_ends_by_itself(admin, device, invited):
    token = token_in(make(admin, device, days="1").text)
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert links.use_link(token, invited) is None
        assert links.state_of(links.find_link(token)) == LinkState.EXPIRED
    assert links.state_of(links.find_link(token)) == LinkState.OPEN


def test_it_can_be_revoked_and_then_opens_for_nobody(admin, device, invited):
    token = token_in(make(admin, device, uses="20").text)
    link = links.find_link(token)
    url = f"/devices/{device.id}/qr/links/{link.id}/revoke"
    assert url in admin.get(f"/devices/{device.id}/qr").text
    for _ in range(2):
        reply = admin.post(url)
        assert (reply.status_code, reply.location) == (303, f"/devices/{device.id}/qr")
    page = admin.get(reply.location).text
    assert "Nobody can use it any more." in page and "Revoked" in page and url not in page
    assert links.use_link(token, invited) is None
    assert links.state_of(links.find_link(token)) == LinkState.REVOKED
    assert actions() == ["qr.link_made", "qr.link_revoked"]


def test_anothers_device_revokes_it_not(admin, device):
    token = token_in(make(admin, device).text)
    other = make_device(device.site)
    assert admin.post(f"/devices/{other.id}/qr/links/{links.find_link(token).id}/revoke").status_code == 404
    assert links.state_of(links.find_link(token)) == LinkState.OPEN


def test_the_makers_company_reads_who_used_it(admin, company, device, invited):
    links.use_link(token_in(make(admin, device).text), invited)
    entry = AuditEntry.get(AuditEntry.action == "qr.link_used")
    assert (entry.company_id, entry.actor_id, entry.actor_name) == (company.id, None, "Bo (Southlight)")
    assert (entry.target_id, entry.target_name) == (device.id, "Front door")


def test_one_server_may_be_reached_by_several_names(app, sign_in, device):
    sign_in()
    person = Person(app, HTTP_HOST="cameras.example:8443", **{"wsgi.url_scheme": "https"})
    person.post("/sign-in", email="ada@example.com", password="Ladder-and-light-7")
    assert link_in(make(person, device).text).startswith("https://cameras.example:8443/q/")
