"""The Installer Admin looks at what an employee sees, and can change nothing there (R2)."""

from __future__ import annotations

import pytest

from tests.factories import assign, make_company, make_device, make_employee, make_role, make_site
from tests.team.things import acts, make_holder
from tests.test_routes import everything_stored, fill, routes
from webapp.accounts.permissions import Right
from webapp.audit.models import AuditEntry
from webapp.common import clock

BANNER = "You see what Bo Begin sees"


@pytest.fixture
def bo(company):
    return make_employee(company, name="Bo Begin")


def test_the_pages_are_that_persons(admin, company, bo):
    bakery, museum = make_site(company, name="Bakery"), make_site(company, name="Museum")
    assign(bakery, bo)
    assert admin.get(f"/sites/{museum.id}").status_code == 200
    reply = admin.post(f"/team/{bo.id}/view")
    assert (reply.status_code, reply.location) == (303, "/")
    for path in ("/", "/sites", "/devices", "/team", f"/sites/{bakery.id}"):
        assert BANNER in admin.get(path).text, path
    assert "Museum" not in admin.get("/sites").text and admin.get(f"/sites/{museum.id}").status_code == 404
    assert admin.get("/team/roles").status_code == 403
    assert BANNER in admin.get("/nowhere").text, "refusals too"


def test_what_is_personal_stays_so(admin, bo):
    admin.post(f"/team/{bo.id}/view")
    for path in ("/account", "/account/sessions", "/account/password"):
        reply = admin.get(path)
        assert reply.status_code == 403 and "You are only looking" in reply.text


def test_it_stops(admin, company, bo):
    admin.post(f"/team/{bo.id}/view")
    admin.get("/team")
    reply = admin.post("/team/stop-viewing")
    assert (reply.status_code, reply.location) == (303, f"/team/{bo.id}")
    assert BANNER not in admin.get("/team").text and admin.get("/team/roles").status_code == 200
    assert admin.post("/team/stop-viewing").location == "/", "harmless twice"
    assert acts() == ["team.viewing_began", "team.viewing_ended"]
    rows = list(AuditEntry.select().where(AuditEntry.action.startswith("team.viewing")))
    assert {(row.actor_name, row.target_name) for row in rows} == {("Ada Admin", "Bo Begin")}


def test_other_sessions_are_not_touched(admin, sign_in, bo):
    person, second = sign_in(bo.email), sign_in()
    admin.post(f"/team/{bo.id}/view")
    assert BANNER not in person.get("/").text and BANNER not in second.get("/").text


def test_a_list_that_is_kept_is_not_shown_to_the_other(admin, sign_in, company, bo):
    site = make_site(company, name="Bakery")
    assign(site, bo)
    person = sign_in(bo.email)
    for path in ("/sites", "/devices"):
        assert BANNER not in person.get(path).text
    admin.post(f"/team/{bo.id}/view")
    for path in ("/sites", "/devices"):
        assert BANNER in admin.get(path).text and BANNER not in person.get(path).text


def test_nothing_can_be_sent_anywhere(app, admin, company, bo):
    device = make_device(make_site(company))
    assign(device.site, bo)
    admin.post(f"/team/{bo.id}/view")
    admin.get("/team")
    before, asked = everything_stored(), 0
    for method, rule, _view in routes(app):
        if method == "POST" and rule.endpoint not in {"team.stop_viewing", "accounts.sign_out"}:
            path = fill(rule, site_id=device.site_id, device_id=device.id, account_id=bo.id)
            reply = admin.post(path, name="x", anyway="1", detected="keep", q="x")
            assert reply.status_code == 403, f"{path}: {reply.status_code}"
            asked += 1
    assert asked > 30 and everything_stored() == before


@pytest.mark.parametrize("who", ["self", "disabled", "stranger", "nobody"])
def test_there_must_be_somebody_to_look_at(admin, company, who):
    gone, stranger = make_employee(company, disabled_at=clock.now()), make_employee(make_company())
    number = {"self": 1, "disabled": gone.id, "stranger": stranger.id, "nobody": 999}[who]
    reply = admin.post(f"/team/{number}/view")
    assert reply.status_code == (409 if who in {"self", "disabled"} else 404) and acts() == []


def test_nobody_else_may(sign_in, company, bo):
    person = sign_in(make_holder(make_role(company, "All", *Right)).email)
    assert person.post(f"/team/{bo.id}/view").status_code == 403
    assert BANNER not in person.get("/").text and acts() == []


def test_whoever_is_disabled_is_looked_at_no_more(admin, sign_in, bo):
    other = sign_in()
    admin.post(f"/team/{bo.id}/view")
    other.post(f"/team/{bo.id}/disable")
    assert admin.get("/team").status_code == 200 and BANNER not in admin.get("/team").text


def test_signing_out_is_possible_meanwhile(admin, bo):
    admin.post(f"/team/{bo.id}/view")
    admin.get("/team")
    assert admin.post("/sign-out").status_code == 303
    assert admin.get("/").status_code == 303
    row = AuditEntry.get(AuditEntry.action == "session.ended")
    assert row.actor_name == "Ada Admin"
