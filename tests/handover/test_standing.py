"""How a site stands, on every page that shows it and as it changes, for both sides (T2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.factories import assign, make_company, make_employee, make_owner, make_site
from tests.handover.made import fresh, principal
from webapp.accounts.permissions import Role
from webapp.common import clock
from webapp.handover.models import Wanted
from webapp.handover.services import authorization, invitations, requests
from webapp.handover.services.invitations import Invited
from webapp.handover.services.standing import standing, version
from webapp.sites.models import Site


def test_a_poll_is_told_when_nothing_has_changed(admin, ada, site):
    page = admin.get(f"/sites/{site.id}/standing")
    assert page.status_code == 200 and "<html" in page.text
    now = standing(ada, site)
    assert f"v={now.version}" in page.text
    same = admin.get(f"/sites/{site.id}/standing?v={now.version}", htmx=True)
    assert (same.status_code, same.text) == (204, "")
    assert admin.get(f"/sites/{site.id}/standing?v=other", htmx=True).status_code == 200


def test_every_change_is_another_version(ada, site, cameras):
    seen = [version(standing(ada, fresh(site)))]

    def look():
        seen.append(version(standing(ada, fresh(site))))

    _made, token = invitations.invite(ada, site, Invited("Olga", "", "", ""), Wanted(True, hours=4))
    look()
    invitations.resend(ada, site)
    look()
    invitations.withdraw(ada, site)
    look()
    token = invitations.invite(ada, site, Invited("Olga", "", "", ""), Wanted(True, hours=4))[1]
    look()
    olga = principal(make_owner())
    invitations.accept(token, olga)
    look()
    requests.ask_permission(ada, site, "", Wanted(False, ("playback",)))
    look()
    requests.grant(olga, requests.open_requests(olga, site)[0])
    look()
    authorization.extend(olga, fresh(site), 1, fresh(site).authorized_until)
    look()
    authorization.revoke(olga, site)
    look()
    assert len(set(seen)) == len(seen)
    assert version(standing(ada, fresh(site))) == seen[-1]


def test_an_authorization_that_runs_out_needs_nobody_to_be_told(admin, ada, site):
    make_owner(site)
    Site.update(authorized_until=clock.now() + timedelta(hours=1)).execute()
    before = standing(ada, fresh(site))
    page = admin.get(f"/sites/{site.id}/standing").text
    assert "data-until" in page and "js/countdown" in page and "59 minutes" in page
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        poll = admin.get(f"/sites/{site.id}/standing?v={before.version}&s={before.status}", htmx=True)
        assert poll.headers.get("HX-Refresh") == "true"


def test_the_owner_sees_it_too(owner, olga, site):
    Site.hand_to(site.id, olga.id, clock.now())
    page = owner.get(f"/sites/{site.id}/standing")
    assert page.status_code == 200 and "Northlight Security" in page.text
    assert standing(principal(olga), fresh(site)).next is None


@pytest.mark.parametrize("who", ["unassigned", "other", "owner", "nobody"])
def test_nobody_else_does(sign_in, anyone, company, site, owner, who):
    browser = {"owner": owner, "nobody": anyone}.get(who)
    if browser is None:
        person = make_employee(company if who == "unassigned" else make_company())
        browser = sign_in(person.email)
    assert browser.get(f"/sites/{site.id}/standing").status_code == (303 if who == "nobody" else 404)


def test_an_observer_is_offered_no_step(company, site):
    observer = make_employee(company, Role.OBSERVER)
    assign(site, observer)
    assert standing(principal(observer), site).next is None


def test_what_the_company_may_do_is_told(ada, site, cameras):
    assert "delete the site" in standing(ada, site).allowed[0]
    olga = principal(make_owner(site))
    assert standing(ada, fresh(site)).allowed == ["Your company may manage the devices and edit the site."]
    requests.ask_permission(ada, site, "", Wanted(False, ("playback", "configuration")))
    requests.grant(olga, requests.open_requests(olga, site)[0])
    assert len(standing(ada, fresh(site)).allowed) == 3
    authorization.revoke(olga, site)
    assert "site’s name" in standing(ada, fresh(site)).allowed[0]


def test_a_companys_requests_are_its_own(ada, site):
    olga = principal(make_owner(site))
    authorization.release_company(olga, site)
    people = [principal(make_employee(make_company())) for _ in range(2)]
    for person in people:
        requests.ask_adoption(person, fresh(site).code, "")
    assert len(requests.open_requests(olga, site)) == 2
    assert [one.company_id for one in requests.open_requests(people[0], site)] == [people[0].company_id]
    assert standing(olga, fresh(site)).company == ""


def test_a_site_of_another_company_stays_unseen(admin):
    other = make_site(make_company())
    for path in ("standing", "handover", "authorization", "permissions", "handover/effects", "authorization/release"):
        assert admin.get(f"/sites/{other.id}/{path}").status_code == 404, path
