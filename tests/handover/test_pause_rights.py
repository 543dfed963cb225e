"""Who pauses the service of rented devices and resumes it, and when it is refused (T10)."""

from __future__ import annotations

import pytest

from tests.client import at_once
from tests.factories import assign, make_company, make_device, make_employee, make_role, make_site
from tests.handover.made import fresh, principal, rent
from tests.handover.rented import SHOWN, WHY, pause, resume, service_acts, where
from webapp.accounts.permissions import Right, Role
from webapp.audit.models import AuditEntry
from webapp.common.errors import NotFound, Refused
from webapp.devices.models import Device, Suspension
from webapp.handover.services import authorization, rental
from webapp.handover.services.standing import standing
from webapp.sites.models import Assignment, Site

NEEDED = "Why? The owner reads this."


@pytest.fixture(params=["site", "device"])
def thing(request, rented, cameras):
    return rented if request.param == "site" else cameras[0]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("reason", "said"), [("", NEEDED), ("x" * 201, "200"), ("\u200b", NEEDED), ("\U000e0100", NEEDED)]
)
def test_a_reason_is_needed(admin, thing, htmx, reason, said):
    reply = pause(admin, thing, htmx, reason=reason)
    assert reply.status_code == 422 and said in reply.text and not Suspension.select().count()
    assert pause(admin, thing, htmx, reason="x" * 200).status_code in {204, 303}


@pytest.mark.parametrize("htmx", [False, True])
def test_a_second_tap_leads_on_and_leaves_no_second_row(admin, thing, htmx):
    said = []
    for deed in (pause, pause, resume, resume):
        reply = deed(admin, thing, htmx)
        said.append((reply.status_code, reply.headers.get("HX-Redirect") if htmx else reply.location))
    assert said == [(204 if htmx else 303, where(thing))] * 4
    assert service_acts() == ["service.paused", "service.resumed"]


def test_whoever_is_second_reads_the_reason_of_the_first(admin, thing):
    pause(admin, thing)
    page = admin.get(where(thing)).text
    assert "The owner reads why." in page and SHOWN in page
    pause(admin, thing, reason="Another one")
    page = admin.get(where(thing)).text
    assert SHOWN in page and "Another one" not in page and "The owner reads why." not in page


def test_of_many_at_once_one_counts(ada, thing):
    what = of(thing)
    for told in (
        at_once(*[lambda: rental.pause(ada, *what, "x")] * 10),
        at_once(*[lambda: rental.resume(ada, *what)] * 10),
    ):
        assert sorted(told) == [False] * 9 + [True], told
    assert service_acts() == ["service.paused", "service.resumed"]


def of(thing: Site | Device) -> tuple[Site, Device | None]:
    return (thing, None) if isinstance(thing, Site) else (thing.site, thing)


def test_what_is_not_rented_is_refused(admin, company, olga):
    site = make_site(company)
    device = make_device(site)
    for owned in (False, True):
        if owned:
            Site.hand_to(site.id, olga.id, site.created_at)
            authorization.authorize(principal(olga), fresh(site), None)
        for there in (where(site), where(device)):
            for rest in ("pause", "resume"):
                for reply in (admin.get(f"{there}/{rest}"), admin.post(f"{there}/{rest}", **WHY)):
                    assert reply.status_code == 409 and "are not rented" in reply.text, (there, rest)
            assert f"{there}/pause" not in admin.get(there).text
    assert not Suspension.select().count() and service_acts() == []


def test_who_may_do_it(admin, sign_in, owner, family, company, rented, thing, anyone):
    seer = make_employee(company, Role.OWN, own_role=make_role(company, "Hand", Right.MANAGE_DEVICES))
    fitter, watcher, another = make_employee(company), make_employee(company, Role.OBSERVER), make_employee(company)
    for person in (seer, fitter, watcher):
        assign(rented, person)
    stranger = make_employee(make_company(), Role.INSTALLER_ADMIN)
    told = [(seer, 403), (watcher, 403), (another, 404), (stranger, 404)]
    refused = [(sign_in(person.email), status) for person, status in told] + [(owner, 403), (family, 403)]
    for person, status in refused:
        for rest in ("pause", "resume"):
            assert person.get(f"{where(thing)}/{rest}").status_code == status
            assert person.post(f"{where(thing)}/{rest}", **WHY).status_code == status
    assert anyone.post(f"{where(thing)}/pause", **WHY).location.startswith("/sign-in")
    assert not Suspension.select().count() and service_acts() == []
    page = sign_in(seer.email).get(where(thing)).text
    assert f"{where(thing)}/pause" not in page
    browser = sign_in(fitter.email)
    assert f'href="{where(thing)}/pause"' in browser.get(where(thing)).text
    assert pause(browser, thing).status_code == 303 == resume(browser, thing).status_code


def test_the_owner_does_not_resume_it(admin, owner, family, thing):
    pause(admin, thing)
    for person in (owner, family):
        assert resume(person, thing).status_code == 403
    assert Suspension.select().count() == 1


@pytest.mark.parametrize("change", ["unassigned", "released", "not rented"])
def test_what_has_changed_meanwhile_is_looked_at_again(company, olga, rented, thing, change):
    person = make_employee(company)
    assign(rented, person)
    by, read = principal(person), thing
    if change == "unassigned":
        Assignment.delete().execute()
    elif change == "released":
        authorization.release_company(principal(olga), rented)
    else:
        Site.update(rental=False).execute()
    with pytest.raises((NotFound, Refused)):
        rental.pause(by, *of(read), "Unpaid")
    assert not Suspension.select().count() and service_acts() == []


def test_releasing_and_pausing_at_once_leave_no_pause(ada, company, olga):
    for number in range(6):
        site = rent(make_site(company, name=f"Site {number}"), olga)
        device = make_device(site)
        at_once(
            lambda s=site: rental.pause(ada, s, None, "x"),
            lambda d=device: rental.pause(ada, d.site, d, "x"),
            lambda s=site: authorization.release_company(principal(olga), s),
        )
        assert not Suspension.select().where(Suspension.site == site.id).count()
        assert not Device.select().where(Device.site == site.id).count() and not fresh(site).rental


def test_a_card_that_is_open_is_told(admin, ada, rented):
    before = standing(ada, rented).version
    pause(admin, rented)
    reply = admin.get(f"/sites/{rented.id}/standing?v={before}&s={rented.status}", htmx=True)
    assert reply.status_code == 200 and "Service paused since" in reply.text


def test_the_companys_number_is_told_where_it_gives_one(admin, owner, company, rented):
    type(company).update(phone="+49 8382 1234").execute()
    pause(admin, rented)
    assert "+49 8382 1234" in owner.get(f"/sites/{rented.id}").text
    entry = AuditEntry.get(AuditEntry.action == "service.paused")
    assert (entry.site_id, entry.target_name, entry.company_id) == (rented.id, "Bakery", company.id)
