"""One employee's page: role, disabling, deletion, a new password (R5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.accounts.factors import turn_on
from tests.conftest import PASSWORD
from tests.factories import assign, make_device, make_employee, make_role, make_site
from tests.team.things import acts, invite, make_holder, make_manager, seen_in
from webapp.accounts.models import Account, Session
from webapp.accounts.permissions import Right, Role
from webapp.accounts.services.acting import acting
from webapp.common import clock
from webapp.qr.models import QrLink
from webapp.qr.services import links
from webapp.sites.models import Assignment
from webapp.team.models import Answer, TeamInvitation

DEEDS = ("role", "disable", "enable", "delete", "sites", "reset-password", "reset-second-factor")


@pytest.fixture
def bo(company):
    return make_employee(company, name="Bo Begin")


def test_the_page_tells_what_there_is_to_know(admin, sign_in, company, bo):
    bakery, over = make_site(company, name="Bakery"), make_site(company, name="Museum")
    assign(bakery, bo, until=clock.now() + timedelta(days=2))
    assign(over, bo, until=clock.now() - timedelta(hours=1))
    sign_in(bo.email)
    page = admin.get(f"/team/{bo.id}").text
    for text in (bo.email, "Installer", "1 site", "Bakery", "until ", "Museum", "Ended", "View as this person"):
        assert text in page
    assert "<dt>Sessions</dt><dd>1</dd>" in page and "Send a link for a new password" not in page


def test_a_role_is_changed_after_the_number_of_sites_has_been_shown(admin, sign_in, company, bo):
    role = make_role(company, "Desk", Right.MANAGE_ALL_SITES, Right.MANAGE_SITES)
    site, person = make_site(company), sign_in(bo.email)
    assert person.get(f"/sites/{site.id}").status_code == 404

    first = admin.post(f"/team/{bo.id}/role", role=f"own-{role.id}")

    assert first.status_code == 200 and "will see 1 site." in first.text and "Now it is 0" in first.text
    assert Account.get_by_id(bo.id).role == Role.INSTALLER, "shown, not saved"
    saved = admin.post(f"/team/{bo.id}/role", role=f"own-{role.id}", seen=seen_in(first))
    assert (saved.status_code, saved.location) == (303, f"/team/{bo.id}")
    assert person.get(f"/sites/{site.id}").status_code == 200, "at the next request"
    assert acts() == ["team.role_changed"]
    part = admin.get(f"/team/{bo.id}/role?role=observer", htmx=True)
    assert "will see 0 sites" in part.text and "<html" not in part.text and seen_in(part) == "observer"


@pytest.mark.parametrize("role", ["installer_admin", "owner", "own", "own-99", "<b>"])
def test_a_role_that_cannot_be_given(admin, company, bo, role):
    reply = admin.post(f"/team/{bo.id}/role", role=role, seen=role)
    assert reply.status_code == 409 and "cannot be given" in reply.text
    assert Account.get_by_id(bo.id).role == Role.INSTALLER and acts() == []


def test_whoever_is_disabled_is_out_at_once(admin, app, sign_in, company, bo):
    site, device = make_site(company, name="Bakery"), None
    assign(site, bo)
    device = make_device(site)
    link, _token = links.make(acting(bo.id, "", ""), device, 7, 1)
    person = sign_in(bo.email)
    assert person.get(f"/sites/{site.id}/devices", htmx=True).status_code == 200

    page = admin.get(f"/team/{bo.id}/disable", htmx=True).text
    assert "1 session ends now" in page and "Bakery" in page and "1 link that was made ends" in page
    reply = admin.post(f"/team/{bo.id}/disable")

    assert reply.status_code == 303 and acts() == ["team.disabled"]
    poll = person.get(f"/sites/{site.id}/devices", htmx=True)
    assert poll.status_code == 401 and poll.headers["HX-Redirect"].startswith("/sign-in")
    assert not Session.select().where(Session.account == bo.id).count()
    assert links.state_of(QrLink.get_by_id(link.id)) == "revoked"
    assert person.post("/sign-in", email=bo.email, password=PASSWORD).status_code == 409
    assert admin.post(f"/team/{bo.id}/disable").status_code == 409

    assert admin.post(f"/team/{bo.id}/enable").status_code == 303
    assert admin.post(f"/team/{bo.id}/enable").status_code == 409
    assert sign_in(bo.email).get(f"/sites/{site.id}").status_code == 200, "the assignments have stayed"
    assert acts() == ["team.disabled", "team.enabled"]


def test_invitations_of_whoever_is_disabled_end(admin, sign_in, company):
    manager = make_manager(company)
    role = make_role(company, "Weak")
    invite(sign_in(manager.email), role=f"own-{role.id}")
    assert "1 invitation they sent ends" in admin.get(f"/team/{manager.id}/disable").text
    admin.post(f"/team/{manager.id}/disable")
    assert TeamInvitation.get().answer == Answer.WITHDRAWN


def test_whoever_may_not_invite_any_more_has_invited_nobody(admin, sign_in, company):
    manager = make_manager(company)
    invite(sign_in(manager.email), role=f"own-{make_role(company, 'Weak').id}")
    admin.post(f"/team/{manager.id}/role", role="observer", seen="observer")
    assert TeamInvitation.get().answer == Answer.WITHDRAWN


def test_deletion_wants_the_name_and_hands_the_sites_on(admin, company, bo):
    mine, shared, over, soon = (make_site(company, name=f"Site {n}") for n in "abcd")
    heir, later = make_employee(company, name="Cy Heir"), clock.now() + timedelta(days=9)
    for site, until in ((mine, None), (shared, clock.now() + timedelta(days=1)), (over, clock.now()), (soon, later)):
        assign(site, bo, until=until)
    assign(shared, heir, until=None)

    page = admin.get(f"/team/{bo.id}/delete", htmx=True).text
    assert "2 sites are left with nobody assigned: Site a, Site d" in page and "Cy Heir" in page
    wrong = admin.post(f"/team/{bo.id}/delete", htmx=True, name="Bo", heir=str(heir.id))
    assert wrong.status_code == 422 and "Type the name exactly" in wrong.text and Account.active(bo.id)
    reply = admin.post(f"/team/{bo.id}/delete", name="bo begin", heir=str(heir.id))

    assert (reply.status_code, reply.location) == (303, "/team") and acts() == ["team.deleted"]
    kept = {one.site_id: one.until for one in Assignment.select().where(Assignment.account == heir.id)}
    assert kept == {mine.id: None, shared.id: None, soon.id: later}
    assert not Account.select().where(Account.id == bo.id).count() and admin.get(f"/team/{bo.id}").status_code == 404


def test_without_an_heir_the_assignments_end(admin, company, bo):
    assign(make_site(company), bo)
    admin.post(f"/team/{bo.id}/delete", name="Bo Begin")
    assert not Assignment.select().count()


def test_an_heir_is_a_colleague_who_can_be_assigned(admin, company, bo):
    everywhere = make_holder(make_role(company, "All", Right.MANAGE_ALL_SITES))
    gone = make_employee(company, disabled_at=clock.now())
    for heir in (everywhere.id, gone.id, bo.id, 1, 999, "x"):
        reply = admin.post(f"/team/{bo.id}/delete", name="Bo Begin", heir=str(heir))
        assert reply.status_code == 409 and Account.active(bo.id)


@pytest.mark.parametrize("deed", DEEDS)
def test_not_oneself_and_not_the_installer_admin(admin, sign_in, company, deed):
    person = sign_in(make_manager(company, *(set(Right) - {Right.MANAGE_TEAM})).email)
    manager = Account.get(Account.role == Role.OWN)
    fields = {"name": "Ada Admin", "role": "observer", "seen": "observer"}
    for one, number in ((admin, 1), (person, manager.id), (person, 1)):
        assert one.post(f"/team/{number}/{deed}", **fields).status_code == 409, number
    assert acts("team.", "second_factor.") == [] and Account.get_by_id(1).role == Role.INSTALLER_ADMIN


@pytest.mark.parametrize("deed", DEEDS)
def test_not_somebody_who_may_do_more(sign_in, company, bo, deed):
    person = sign_in(make_manager(company).email)
    reply = person.post(f"/team/{bo.id}/{deed}", name="Bo Begin", role="observer", seen="observer")
    assert reply.status_code == 409 and "rights that you do not have" in reply.text and acts() == []
    page = person.get(f"/team/{bo.id}").text
    assert "Disable" not in page and "Change role" not in page and "View as" not in page


def test_names_of_sites_that_one_does_not_see_are_not_told(sign_in, company):
    observer, hidden = make_employee(company, Role.OBSERVER, name="Di"), make_site(company, name="Bakery")
    assign(hidden, observer)
    person = sign_in(make_manager(company).email)
    for path in ("", "/sites", "/disable", "/delete"):
        assert "Bakery" not in person.get(f"/team/{observer.id}{path}").text, path
    assert "And 1 site that you do not see" in person.get(f"/team/{observer.id}").text


def test_without_mail_there_is_no_link_for_a_new_password(admin, company, bo):
    assert "link for a new password" not in admin.get(f"/team/{bo.id}").text
    assert admin.post(f"/team/{bo.id}/reset-password").status_code == 409 and acts() == []


def test_a_lost_second_factor_is_taken_away(admin, sign_in, bo):
    turn_on(sign_in(bo.email))
    assert admin.post(f"/team/{bo.id}/reset-second-factor").status_code == 303
    assert acts("second_factor.")[-1] == "second_factor.reset"
    assert re.search("Reset two-factor", admin.get(f"/team/{bo.id}").text) is None, "there is none to take away"
