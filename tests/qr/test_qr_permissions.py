"""Who may make, see, save, print and end codes and links: row "add/edit IP device, set type, QR" of the matrix."""

from __future__ import annotations

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_site
from tests.qr.made import PLAIN, make, newest
from webapp.accounts.permissions import Role
from webapp.db import database
from webapp.qr.models import QrCode, QrLink
from webapp.sites.models import Site, SiteStatus


@pytest.fixture
def device(company):
    return make_device(make_site(company), name="Front door")


@pytest.fixture
def addresses(admin, device):
    """(method, address, fields) of all that can be done with a device's codes and its site's labels."""
    make(admin, device)
    admin.post(f"/devices/{device.id}/qr/links", days="7", uses="1")
    url, site = f"/devices/{device.id}/qr", f"/sites/{device.site_id}"
    code, link = f"{url}/{newest(device).id}", f"{url}/links/{QrLink.get().id}"
    gets = [
        url,
        code,
        f"{code}.png",
        f"{code}.svg",
        f"{code}/label",
        f"{site}/labels",
        f"{site}/cabinet",
        f"{site}/cabinet.png",
    ]
    labels = {"content": "page", "stock": "a4-21", "start": "1", "days": "30", "devices": device.id}
    posts = [(url, PLAIN), (f"{url}/links", {"days": "7", "uses": "1"}), (f"{site}/labels", labels)]
    posts += [(f"{link}/revoke", {}), (f"{code}/delete", {})]
    return [("GET", path, {}) for path in gets] + [("POST", path, fields) for path, fields in posts]


def answers(person, addresses):
    person.fetch_token()
    return {
        (method, path): (person.get(path) if method == "GET" else person.post(path, **fields)).status_code
        for method, path, fields in addresses
    }


def stored():
    return [
        sorted(map(repr, database.execute_sql(f'SELECT * FROM "{name}"').fetchall()))
        for name in ("qr_code", "qr_link", "audit_entry")
    ]


def test_whoever_manages_the_device_may(sign_in, company, device, addresses):
    employee = make_employee(company, Role.INSTALLER)
    assign(device.site, employee)
    assert set(answers(sign_in(employee.email), addresses).values()) == {200, 303}


@pytest.mark.parametrize("role", [Role.INSTALLER_ADMIN, Role.INSTALLER])
def test_another_companys_people_find_nothing(sign_in, addresses, role):
    person = sign_in(make_employee(make_company(), role).email)
    before = stored()
    assert set(answers(person, addresses).values()) == {404}
    assert stored() == before


def test_whoever_is_not_assigned_finds_nothing(sign_in, company, addresses):
    person = sign_in(make_employee(company, Role.INSTALLER).email)
    before = stored()
    assert set(answers(person, addresses).values()) == {404}
    assert stored() == before


def test_an_observer_may_not(sign_in, company, device, addresses):
    observer = make_employee(company, Role.OBSERVER)
    assign(device.site, observer)
    person = sign_in(observer.email)
    before = stored()
    assert set(answers(person, addresses).values()) == {403}
    assert stored() == before
    for page in (f"/devices/{device.id}", f"/sites/{device.site_id}"):
        text = person.get(page).text
        assert "/qr" not in text and "/labels" not in text and "/cabinet" not in text


def test_nobody_signed_in_is_led_to_sign_in(anyone, addresses):
    for method, path, _fields in addresses:
        reply = anyone.client.open(path, method=method)
        assert reply.status_code in {303, 400} and (method == "POST" or "/sign-in" in reply.location), path


def test_not_while_the_owner_has_not_authorized_it(admin, device, addresses):
    Site.update(decided=SiteStatus.OWNED_UNAUTHORIZED).where(Site.id == device.site_id).execute()
    before = stored()
    told = {(path, method): status for (method, path), status in answers(admin, addresses).items()}
    assert set(told.values()) == {403, 409}, told
    assert stored() == before


def test_a_code_is_found_under_its_own_device_alone(admin, device, addresses):
    other = make_device(device.site)
    code = newest(device).id
    for end in ("", ".png", ".svg", "/label"):
        assert admin.get(f"/devices/{other.id}/qr/{code}{end}").status_code == 404
    assert admin.post(f"/devices/{other.id}/qr/{code}/delete").status_code == 404
    assert QrCode.select().count() == 1


def test_requests_of_other_pages_change_nothing(admin, addresses):
    before = stored()
    for method, path, fields in addresses:
        if method == "POST":
            for headers, status in (({}, 400), ({"Sec-Fetch-Site": "cross-site"}, 403)):
                assert admin.client.post(path, data=fields, headers=headers).status_code == status
    assert stored() == before
