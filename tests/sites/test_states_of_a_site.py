"""What may be done with a site in each state between company and owner (spec 2.10, T2)."""

from __future__ import annotations

import pytest

from tests.factories import make_device, make_site
from webapp.devices.models import Device
from webapp.protocols.isapi.kinds import Kind
from webapp.sites.models import Site, SiteStatus

EDIT = {"version": "1", "name": "Depot", "address": "", "city": "", "region": ""}
DEVICE = {"name": "Camera", "host": "127.0.0.9", "port": "80", "username": "admin", "password": "x", "key": "k"}
MATRIX = [  # state, manage devices, edit, delete
    (SiteStatus.NOT_INVITED, True, True, True),
    (SiteStatus.INVITED, True, True, True),
    (SiteStatus.OWNED_UNAUTHORIZED, False, False, False),
    (SiteStatus.AUTHORIZED, True, True, False),
]


def test_every_state_is_in_the_table():
    assert {row[0] for row in MATRIX} == set(SiteStatus)


@pytest.mark.parametrize(("status", "manage", "edit", "delete"), MATRIX)
def test_only_what_the_state_allows_is_offered(admin, company, status, manage, edit, delete):
    site = make_site(company, name="Bakery", status=status)
    page = admin.get(f"/sites/{site.id}").text
    assert (f"/sites/{site.id}/devices/new" in page, f"/sites/{site.id}/edit" in page) == (manage, edit)
    assert (f"/sites/{site.id}/delete" in page) == delete
    assert ("Ask the owner for authorization" in page) == (status == SiteStatus.OWNED_UNAUTHORIZED)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("status", "manage", "edit", "delete"), MATRIX)
def test_a_forced_request_is_refused_with_the_reason(admin, company, status, manage, edit, delete, htmx):
    site = make_site(company, name="Bakery", status=status)
    device = make_device(site, type=Kind.UNKNOWN, type_detected=Kind.UNKNOWN)

    tries = [
        (edit, admin.post(f"/sites/{site.id}/edit", htmx=htmx, **EDIT)),
        (manage, admin.post(f"/devices/{device.id}/type", htmx=htmx, type="nvr")),
        (delete, admin.post(f"/sites/{site.id}/delete", htmx=htmx, name=EDIT["name"] if edit else "Bakery")),
    ]

    for allowed, reply in tries:
        assert (reply.status_code < 400) == allowed and (allowed or reply.status_code == 409)
        assert allowed or "authoriz" in reply.text or "handed over" in reply.text
    assert Site.select().count() == Device.select().count() == (0 if delete else 1)
    assert edit or Site.get().name == "Bakery"


@pytest.mark.parametrize(("status", "manage"), [(row[0], row[1]) for row in MATRIX])
def test_adding_a_device(admin, company, status, manage):
    site = make_site(company, status=status)
    replies = [admin.get(f"/sites/{site.id}/devices/new"), admin.get(f"/sites/{site.id}/devices/new/address")]
    if not manage:
        replies += [admin.post(f"/sites/{site.id}/devices/new/address{rest}", **DEVICE) for rest in ("", "/test")]
    assert {reply.status_code for reply in replies} == {200 if manage else 409}


@pytest.mark.parametrize(("status", "edit", "delete"), [(row[0], row[2], row[3]) for row in MATRIX])
def test_the_forms_themselves_say_so_before_anything_is_typed(admin, company, status, edit, delete):
    site = make_site(company, status=status)
    for path, allowed in (("edit", edit), ("delete", delete)):
        assert admin.get(f"/sites/{site.id}/{path}").status_code == (200 if allowed else 409)


@pytest.mark.parametrize("status", list(SiteStatus))
def test_it_is_found_in_every_state(admin, company, status):
    site = make_site(company, name="Bakery", status=status)
    assert f"/sites/{site.id}" in admin.get("/sites?q=bak").text
