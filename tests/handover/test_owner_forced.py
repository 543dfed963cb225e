"""Whoever is not the owner decides nothing, whatever they send (U4, U6, spec 6)."""

from __future__ import annotations

import pytest

from tests.factories import assign, make_device, make_employee, make_owner
from tests.owners.houses import ask, family_of, observer, own_site, permit
from webapp.audit.models import AuditEntry
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import AccessRequest, Answer, Asked, Wanted
from webapp.sites.models import Site, SiteStatus


@pytest.fixture
def site(company):
    return own_site(company)[0]


def now_of(site):
    return Site.get_by_id(site.id)


def owners_acts():
    acts = [entry.action for entry in AuditEntry.select()]
    return [act for act in acts if not act.startswith(("session.", "company."))]


def decisions(site):
    request, permission = ask(site, Asked.PERMISSION, wanted=Wanted(False, ("playback",))), permit(make_device(site))
    here = f"/sites/{site.id}"
    return [
        (f"/requests/{request.id}/grant", {"hours": "asked"}),
        (f"/requests/{request.id}/decline", {}),
        (f"/permissions/{permission.id}/extend", {"hours": "1"}),
        (f"/permissions/{permission.id}/revoke", {}),
        (f"{here}/authorize", {"hours": "1"}),
        (f"{here}/revoke", {}),
        (f"{here}/extend", {"hours": "1"}),
        (f"{here}/release-company", {"name": site.name}),
        (f"{here}/family/invite", {"name": "Nina"}),
        (f"{here}/family/invitations/1/withdraw", {}),
        (f"{here}/family/1/end", {}),
    ]


def forced(person, site, wanted):
    for path, fields in decisions(site):
        for htmx in (False, True):
            assert person.post(path, htmx=htmx, **fields).status_code == wanted, path
    assert AccessRequest.get().answer == Answer.OPEN and DevicePermission.select().count() == 1
    assert now_of(site).status == SiteStatus.AUTHORIZED and owners_acts() == []


def test_another_owner(site, sign_in):
    forced(sign_in(make_owner().email), site, 404)


def test_family(site, sign_in):
    forced(sign_in(family_of(site).email), site, 403)


def test_the_installer_admin(admin, site):
    forced(admin, site, 403)


def test_an_assigned_employee(company, site, sign_in):
    employee = make_employee(company)
    assign(site, employee)
    forced(sign_in(employee.email), site, 403)


def test_an_observer_who_is_assigned(company, site, sign_in):
    employee = observer(company)
    assign(site, employee)
    forced(sign_in(employee.email), site, 403)


def test_nobody(anyone, company, site):
    paths = decisions(site)
    for path, fields in paths:
        reply = anyone.post(path, **fields)
        assert (reply.status_code, reply.location) == (303, "/sign-in"), path
    assert now_of(site).status == SiteStatus.AUTHORIZED and owners_acts() == []


def test_an_employee_who_is_not_assigned(company, site, sign_in):
    person, told = sign_in(make_employee(company).email), {}
    for path, fields in decisions(site):
        told[path] = person.post(path, **fields).status_code
    assert set(told.values()) <= {403, 404} and owners_acts() == []
    assert now_of(site).status == SiteStatus.AUTHORIZED and DevicePermission.select().count() == 1
