"""Adding what a code gave: each device by the very way of adding by address, with all its rules (Q6, D6, D7, D10)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from threading import get_ident
from typing import Any

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_site
from tests.qr.records import device
from tests.qr.test_scan import code, led_to, scan
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.db import database
from webapp.devices.models import Device, Probe
from webapp.protocols.isapi.kinds import Kind
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend
from webapp.sites.models import SiteStatus

PATIENCE = 15  # seconds


@pytest.fixture
def site(company: Any) -> Any:
    return make_site(company, name="Bakery")


@pytest.fixture
def recorder() -> Iterator[Pretend]:
    with Pretend(profiles.NVR, host="127.0.0.1") as one:
        yield one


def of(pretend: Pretend, name: str = "Gate", password: str | None = "Kamera-123", **more: Any) -> Any:
    return device(name=name, host=pretend.host, port=pretend.port, password=password, type="", **more)


def scanned(person: Any, site: Any, *devices: Any, sealed: bool = True) -> str:
    """Scan a code of these devices; the address of their list."""
    path = f"/sites/{site.id}/devices/new/scan" if site else "/scan"
    if not sealed:
        return led_to(scan(person, code(*devices, password=None), path=path))
    return led_to(scan(person, code(*devices), path=path, qr_password="lusab-babad-gutih-tugad"))


def add(person: Any, where: str, site: Any, *ticks: int, **fields: str) -> Any:
    return person.post(where, tick=[str(n) for n in ticks], site=str(site.id), **fields)


def settled(person: Any, where: str, number: int) -> Any:
    """Poll a device's card, as the page does, until it runs no more."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        reply = person.get(f"{where}/{number}", htmx=True)
        if "hx-trigger=" not in reply.text:
            return reply
        time.sleep(0.03)
    raise AssertionError("the test of the device did not end")


def test_one_device_is_added_and_gone_to(admin, site, camera):
    where = scanned(admin, site, of(camera))
    assert not Device.select().count() and not camera.requests

    reply = add(admin, where, site, 0)
    assert reply.status_code == 303 and reply.location == where
    done = settled(admin, where, 0)

    found = Device.get()
    assert done.headers["HX-Redirect"] == f"/devices/{found.id}"
    assert (found.name, found.site_id, found.type) == ("Gate", site.id, Kind.NETWORK_CAMERA)
    assert found.password == "Kamera-123" and found.received == 0
    assert Probe.get().password_sealed == b""
    assert [row.action for row in AuditEntry.select().where(AuditEntry.action == "device.added")] == ["device.added"]
    assert "Added" in admin.get(where).text and "Kamera-123" not in admin.get(where).text


def test_the_ticked_ones_alone_are_added_with_the_names_that_were_typed(admin, site, camera, recorder):
    where = scanned(admin, site, of(camera, "Gate"), of(recorder, "Recorder"), device(name="Third", host="127.0.0.9"))
    assert "Add 3 devices" in admin.get(where).text

    add(admin, where, site, 0, 1, **{"d0-name": "Front gate", "d1-name": "Recorder", "d2-name": "Third"})

    for number in (0, 1):
        assert "Added" in settled(admin, where, number).text
    assert {(one.name, one.type) for one in Device.select()} == {
        ("Front gate", Kind.NETWORK_CAMERA),
        ("Recorder", Kind.NVR),
    }
    assert "Add 1 device" in admin.get(where).text


def test_the_same_list_sent_twice_adds_each_once(admin, site, camera):
    where = scanned(admin, site, of(camera), of(camera))
    for _ in range(2):
        add(admin, where, site, 0)
        settled(admin, where, 0)
    assert add(admin, where, site, 1).status_code == 409
    assert Device.select().count() == 1 and len(camera.logins) == 1


def test_without_a_password_inside_it_is_asked_for_and_never_shown(admin, site, camera):
    where = scanned(admin, site, of(camera, password=None), sealed=False)
    page = admin.get(where).text
    assert 'name="d0-password"' in page and 'name="d0-host"' not in page

    missing = add(admin, where, site, 0)
    assert missing.status_code == 422 and "Type the device&#39;s password." in missing.text
    add(admin, where, site, 0, **{"d0-password": "Kamera-123"})

    assert settled(admin, where, 0).headers["HX-Redirect"] and Device.get().password == "Kamera-123"


def test_a_code_cannot_be_bent_to_another_address(admin, site, camera, recorder):
    where = scanned(admin, site, of(camera))
    add(admin, where, site, 0, **{"d0-host": recorder.host, "d0-port": str(recorder.port), "d0-username": "root"})
    settled(admin, where, 0)
    assert Device.get().port == camera.port and not recorder.requests


def test_what_failed_keeps_its_answer_and_can_be_tried_again(admin, site, camera):
    where = scanned(admin, site, of(camera, password=None), sealed=False)
    add(admin, where, site, 0, **{"d0-password": "Wrong-1234"})
    card = settled(admin, where, 0).text
    assert "The device refused the sign-in." in card and "Try again" in card and "Wrong-1234" not in card
    assert not Device.select().count()

    add(admin, where, site, 0, **{"d0-password": "Wrong-1234"})
    assert "The device refused the sign-in." in settled(admin, where, 0).text and len(camera.logins) == 1
    admin.post(where, again="0", site=str(site.id), **{"d0-password": "Kamera-123"})

    assert settled(admin, where, 0).headers["HX-Redirect"] == f"/devices/{Device.get().id}"


def test_edit_leads_to_the_address_form_with_all_but_the_password(admin, site, camera):
    camera.stop()
    where = scanned(admin, site, of(camera))
    add(admin, where, site, 0)
    card = settled(admin, where, 0).text
    way = re.search(r'href="(/sites/\d+/devices/new/address\?probe=[^"]+)"', card)
    form = admin.get(unescape(way[1])).text
    assert 'value="Gate"' in form and f'value="{camera.port}"' in form and "Kamera-123" not in form
    key, token = (re.search(rf'name="{name}"[^>]*value="([^"]+)"', form)[1] for name in ("key", "probe"))

    camera.start()
    typed = {"name": "Gate", "host": camera.host, "port": str(camera.port), "username": "admin", "password": ""}
    reply = admin.post(f"/sites/{site.id}/devices/new/address", htmx=True, key=key, probe=token, **typed)

    assert admin.probe(reply) == f"/devices/{Device.get().id}" and Device.get().password == "Kamera-123"
    assert "Added" in admin.get(where).text


def test_another_sort_of_device_is_refused_whatever_the_code_says(admin, site):
    with Pretend(profiles.INTERCOM, host="127.0.0.1") as intercom:
        where = scanned(admin, site, of(intercom))
        add(admin, where, site, 0)
        assert "This is an intercom" in settled(admin, where, 0).text
    assert not Device.select().count()


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("10.0.0.5", 80, "works only inside its own network"),
        ("169.254.169.254", 80, "works only inside its own network"),
        ("::1", 80, "works only inside its own network"),
        ("203.0.113.24", 22, "belongs to another service"),
        ("cam.example", 5432, "belongs to another service"),
    ],
)
def test_the_policy_of_addresses_holds(admin, site, host, port, sentence):
    where = scanned(admin, site, device(host=host, port=port, password="Kamera-123"))
    assert sentence in admin.get(where).text
    reply = add(admin, where, site, 0)
    assert reply.status_code == 422 and sentence in reply.text
    assert not Probe.select().count()


def test_what_is_there_already_is_named_only_to_whoever_may_see_it(admin, company, site, sign_in):
    here = make_device(site, name="Porch")
    elsewhere = make_device(make_site(company, name="Depot"), name="Yard")
    theirs = make_device(make_site(make_company(), name="Secret place"), name="Vault")
    records = [device(name="New", host=one.host, port=one.port, password="x") for one in (here, elsewhere, theirs)]
    where = scanned(admin, site, *records)

    page = admin.get(where).text
    assert "Already here as Porch." in page and "Already added as Yard at Depot." in page
    assert "where you cannot see it" not in page and "Vault" not in page and "Secret place" not in page
    reply = add(admin, where, site, 0, 1, 2)
    assert reply.status_code == 409 and reply.text.count("Already here as Porch.") == 1
    assert "where you cannot see it" in reply.text and "Vault" not in reply.text and "Secret place" not in reply.text
    assert Device.select().count() == 3 and not Probe.select().count()

    person = make_employee(company)
    assign(site, person)
    installer = sign_in(person.email)
    page = installer.get(scanned(installer, site, *records)).text
    assert "Already here as Porch." in page and "Yard" not in page and "Depot" not in page


def test_a_name_that_is_taken_is_told_and_allowed(admin, site, camera):
    make_device(site, name="Gate")
    where = scanned(admin, site, of(camera))
    assert "A device of this site has this name already." in admin.get(where).text
    add(admin, where, site, 0)
    settled(admin, where, 0)
    assert Device.select().count() == 2


def test_a_site_must_be_chosen_and_be_ones_own(admin, company, camera, sign_in):
    mine, other = make_site(company, name="Mine"), make_site(company, name="Other")
    foreign, closed = make_site(make_company()), make_site(company, status=SiteStatus.OWNED_UNAUTHORIZED)
    person = make_employee(company)
    assign(mine, person)
    installer = sign_in(person.email)
    where = scanned(installer, None, of(camera))
    page = installer.get(where).text
    assert "Mine" in page and "Other" not in page and 'value="0"' in page
    for site_id in (0, other.id, foreign.id, closed.id, "x", "-1", "9" * 20):
        reply = installer.post(where, tick="0", site=str(site_id))
        assert reply.status_code == 422, site_id
    assert not Probe.select().count() and not camera.requests
    assert "Choose a site." in installer.post(where, tick="0", site="0").text


def test_rights_lost_since_scanning_are_lost(admin, company, site, camera, sign_in):
    person = make_employee(company)
    assign(site, person)
    installer = sign_in(person.email)
    where = scanned(installer, site, of(camera))
    person.role = Role.OBSERVER
    person.save()
    assert installer.get(where).status_code == 403 and add(installer, where, site, 0).status_code == 403
    assert not Probe.select().count()


def test_a_lost_site_is_told_by_the_form(admin, company, site, camera):
    where = scanned(admin, site, of(camera))
    site.decided = SiteStatus.OWNED_UNAUTHORIZED
    site.save()
    assert add(admin, where, site, 0).status_code == 422 and not Probe.select().count()


def test_nothing_ticked_is_told(admin, site, camera):
    where = scanned(admin, site, of(camera), of(camera, "Two"))
    reply = add(admin, where, site)
    assert reply.status_code == 422 and "Tick at least one device." in reply.text
    assert add(admin, where, site, 7).status_code == 422


def test_an_empty_name_is_refused_at_its_field(admin, site, camera):
    where = scanned(admin, site, of(camera))
    reply = add(admin, where, site, 0, **{"d0-name": " "})
    assert reply.status_code == 422 and "Gate: Give the device a name." in reply.text
    assert re.search(r'id="d0-name"[^>]*', reply.text) and 'aria-invalid="true"' in reply.text


def test_there_is_no_other_card_than_those_of_the_list(admin, site, camera):
    where = scanned(admin, site, of(camera))
    assert admin.get(f"{where}/1").status_code == 404 == admin.get(f"{where}/999999").status_code
    assert admin.get(f"{where}/0").status_code == 200


def test_a_card_looks_at_its_probe_once_for_that_may_end_at_any_moment(admin, site, camera, monkeypatch):
    where = scanned(admin, site, of(camera))
    add(admin, where, site, 0)
    asked, execute = [], database.obj.execute_sql

    def listen(sql: str, *more: Any, **named: Any) -> Any:
        asked.append((get_ident(), sql))
        return execute(sql, *more, **named)

    monkeypatch.setattr(database.obj, "execute_sql", listen)
    admin.get(f"{where}/0", htmx=True)
    mine = [sql for thread, sql in asked if thread == get_ident()]  # the test of the device asks beside
    assert len([sql for sql in mine if 'FROM "probe"' in sql]) == 1, mine


class TestRate:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"probes_per_minute": 1}

    def test_the_number_of_tests_a_minute_holds(self, admin, site, camera, recorder):
        where = scanned(admin, site, of(camera), of(recorder, "Two"))
        reply = add(admin, where, site, 0, 1)
        assert reply.status_code == 429 and int(reply.headers["Retry-After"]) > 0
        assert "Too many tests in one minute" in reply.text
        assert "Added" in settled(admin, where, 0).text
        assert Device.select().count() == 1 and not recorder.requests
