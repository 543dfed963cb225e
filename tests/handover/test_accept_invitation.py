"""The invited looks at the invitation, accepts or declines (T5); of many answers at once one counts (Z14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import Person, at_once
from tests.factories import make_company, make_device, make_employee, make_owner, make_site
from tests.handover.made import acts, fresh, principal
from webapp.accounts.models import Account, Session
from webapp.accounts.permissions import Role
from webapp.accounts.services import throttle
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.errors import Refused, TooMany
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import OwnerInvitation, Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import InvitationState, Invited
from webapp.sites.models import Site, SiteStatus

KEPT = Wanted(True)
NEW = {"name": "Nora New", "email": "nora@example.com", "password": "Long-and-Strong-9"}


@pytest.fixture
def asked(ada, site):
    """asked(email="", wanted=Wanted(True)) gives the token of an invitation."""

    def ask(email="", wanted=KEPT, to=site):
        return invitations.invite(ada, to, Invited("Olga", email, "", ""), wanted)[1]

    return ask


def test_it_tells_who_asks_for_what_and_what_it_means(anyone, asked, site):
    page = anyone.get(f"/handover/{asked(wanted=Wanted(True, ('playback',), None, 4))}")
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    for said in (
        "Northlight Security hands the security system of Bakery over to you",
        "Bakery",
        "Lindau",
        "Ada Admin",
        "Northlight Security may look after the site for 4 hours.",
        "Northlight Security may watch recordings at all devices.",
        "You own the site",
    ):
        assert said in page.text
    assert "127.9." not in page.text and "Front door" not in page.text, "nothing of the devices but their number"


def test_looking_uses_nothing_up(anyone, asked, site):
    token = asked()
    for _ in range(3):
        assert anyone.get(f"/handover/{token}").status_code == 200
    assert OwnerInvitation.get().answer == "open" and fresh(site).owner_id is None


def test_an_unknown_one_is_not_there(anyone, admin, company):
    for token in ("x" * 43, "%00", "a"):
        assert anyone.get(f"/handover/{token}").status_code == 404
        assert (
            admin.post(f"/handover/{token}").status_code == 404 == admin.post(f"/handover/{token}/decline").status_code
        )


def test_an_owner_accepts_with_one_tap(owner, olga, asked, site, company):
    token = asked("olga@example.com")
    assert 'name="password"' not in owner.get(f"/handover/{token}").text
    reply = owner.post(f"/handover/{token}")
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    now = fresh(site)
    assert (now.owner_id, now.status, now.authorized_until) == (olga.id, SiteStatus.AUTHORIZED, None)
    assert len(now.code) == 12 and OwnerInvitation.get().answered_by_id == olga.id
    entry = AuditEntry.get(AuditEntry.action == "owner.accepted")
    assert (entry.company_id, entry.site_id, entry.actor_name) == (company.id, site.id, "Olga")
    assert acts("owner.") == ["owner.invited", "owner.accepted"]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        (Wanted(True), SiteStatus.AUTHORIZED),
        (Wanted(True, hours=2), SiteStatus.AUTHORIZED),
        (Wanted(False), SiteStatus.OWNED_UNAUTHORIZED),
    ],
)
def test_the_company_keeps_what_the_invitation_says(ada, olga, asked, site, cameras, wanted, status):
    invitations.accept(asked(wanted=wanted), principal(olga))
    assert fresh(site).status == status and DevicePermission.of_site(fresh(site)) == []
    if wanted.hours:
        with time_machine.travel(clock.now() + timedelta(hours=2, seconds=1)):
            assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED


@pytest.mark.parametrize("some", [False, True])
def test_with_permissions_for_devices(olga, asked, site, cameras, some):
    devices = (cameras[0].id,) if some else None
    invitations.accept(asked(wanted=Wanted(True, ("configuration", "playback"), devices, 8)), principal(olga))
    given = {(one.device_id, one.kind) for one in DevicePermission.of_site(fresh(site))}
    expected = cameras[:1] if some else cameras
    assert given == {(device.id, kind) for device in expected for kind in ("configuration", "playback")}
    assert {one.until for one in DevicePermission.of_site(fresh(site))} == {fresh(site).authorized_until}


def test_a_moment_that_has_passed_by_then_authorizes_nothing(olga, asked, site):
    token = asked(wanted=Wanted(True, ("playback",), until=clock.now() + timedelta(days=1)))
    with time_machine.travel(clock.now() + timedelta(days=2)):
        invitations.accept(token, principal(olga))
        assert fresh(site).status == SiteStatus.OWNED_UNAUTHORIZED and not DevicePermission.select().count()


@pytest.mark.parametrize("bound", ["", "nora@example.com"])
def test_somebody_new_accepts_and_is_signed_in(anyone, asked, site, bound):
    token = asked(bound)
    reply = anyone.post(f"/handover/{token}", **NEW)
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    made = Account.get(Account.email == "nora@example.com")
    assert (made.role, made.company_id, made.name) == (Role.OWNER, None, "Nora New")
    assert fresh(site).owner_id == made.id and made.password_hash
    assert Session.select().where(Session.account == made).count() == 1
    assert anyone.get("/account").status_code == 200
    assert acts("owner.") == ["owner.invited", "owner.accepted"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "What is your name?"),
        ({"email": ""}, "Which e-mail address?"),
        ({"email": "nora"}, "This is not an e-mail address."),
        ({"password": "short"}, "Use at least 8 characters"),
        ({"password": ""}, "Choose a password."),
        ({"password": "   "}, "Choose a password."),
        ({"password": "nora@example.com"}, "This is your e-mail address."),
    ],
)
def test_what_cannot_be_right_makes_no_account(anyone, asked, site, fields, said):
    reply = anyone.post(f"/handover/{asked()}", **NEW | fields)
    assert reply.status_code == 422 and said in reply.text
    assert fresh(site).owner_id is None and not Account.select().where(Account.role == Role.OWNER).count()


@pytest.mark.parametrize("email", ["olga@example.com", "ada@example.com"])
def test_an_address_with_an_account_has_to_sign_in_first(anyone, olga, asked, site, email):
    token = asked()
    reply = anyone.post(f"/handover/{token}", **NEW | {"email": email})
    assert reply.status_code == 409 and "Sign in, then accept." in reply.text
    assert f"/sign-in?next=/handover/{token}" in reply.text
    assert fresh(site).owner_id is None and not Session.select().where(Session.account == olga).count()


def test_it_is_bound_to_its_address(anyone, owner, asked, site):
    token = asked("nora@example.com")
    assert "another e-mail address" in owner.get(f"/handover/{token}").text
    for reply in (
        owner.post(f"/handover/{token}"),
        owner.post(f"/handover/{token}/decline"),
        anyone.post(f"/handover/{token}", **NEW | {"email": "other@example.com"}),
    ):
        assert reply.status_code == 409 and "another e-mail address" in reply.text
    assert fresh(site).owner_id is None and OwnerInvitation.get().answer == "open"


def test_a_companys_person_needs_an_address_of_their_own(admin, sign_in, asked, site):
    make_employee(make_company("Southlight"), email="bo@example.com")
    token = asked()
    for person, company in ((admin, "Northlight Security"), (sign_in("bo@example.com"), "Southlight")):
        assert f"You are signed in for {company}." in person.get(f"/handover/{token}").text
        assert person.post(f"/handover/{token}").status_code == 409
        assert person.post(f"/handover/{token}/decline").status_code == 409
    assert fresh(site).owner_id is None


@pytest.mark.parametrize("signed_in", [True, False])
def test_declining(anyone, owner, asked, site, company, signed_in):
    token = asked()
    reply = (owner if signed_in else anyone).post(f"/handover/{token}/decline")
    assert reply.status_code == 200 and "You have declined." in reply.text
    assert fresh(site).decided == SiteStatus.NOT_INVITED and fresh(site).owner_id is None
    entry = AuditEntry.get(AuditEntry.action == "owner.declined")
    assert (entry.company_id, entry.site_id, entry.actor_name) == (company.id, site.id, "Olga")
    again = anyone.post(f"/handover/{token}", **NEW)
    assert again.status_code == 409 and "has been declined" in again.text
    assert acts("owner.") == ["owner.invited", "owner.declined"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("expired", "has expired"),
        ("withdrawn", "has withdrawn"),
        ("accepted", "accepted already"),
        ("declined", "declined"),
    ],
)
def test_what_is_over_is_told_and_changes_nothing(anyone, olga, ada, asked, site, state, said):
    token = asked()
    if state == "expired":
        OwnerInvitation.update(expires_at=clock.now()).execute()
    elif state == "withdrawn":
        invitations.withdraw(ada, site)
    elif state == "accepted":
        invitations.accept(token, principal(olga))
    else:
        invitations.decline(token, None)
    assert invitations.state_of(invitations.find(token)) == InvitationState(state)
    before, traces = fresh(site), acts("")
    for reply in (
        anyone.get(f"/handover/{token}"),
        anyone.post(f"/handover/{token}", **NEW),
        anyone.post(f"/handover/{token}/decline"),
    ):
        assert reply.status_code == 409 and said in reply.text
    assert (fresh(site).owner_id, fresh(site).decided, acts("")) == (before.owner_id, before.decided, traces)


def test_of_twenty_who_accept_at_once_one_owns_the_site(asked, site):
    token = asked()
    people = [principal(make_owner()) for _ in range(20)]
    told = at_once(*[lambda p=p: invitations.accept(token, p) for p in people])
    won = [one for one in told if isinstance(one, Site)]
    assert len(won) == 1 and sum(isinstance(one, Refused) for one in told) == 19, told
    assert fresh(site).owner_id in {person.id for person in people}
    assert acts("owner.") == ["owner.invited", "owner.accepted"]


def test_of_twenty_new_ones_at_once_one_gets_an_account_for_it(asked, site):
    token = asked()

    def accept(n):
        return invitations.accept_as_new(token, f"N {n}", f"n{n}@example.com", "", "", "en", f"127.0.0.{n}", "a phone")

    told = at_once(*[lambda n=n: accept(n) for n in range(1, 21)])
    assert sum(isinstance(one, tuple) for one in told) == 1 and sum(isinstance(one, Refused) for one in told) == 19, (
        told
    )
    assert Account.select().where(Account.role == Role.OWNER).count() == 1


@pytest.mark.parametrize("other", ["withdraw", "decline", "resend"])
def test_accepting_against_the_other_sides_deed(ada, olga, asked, site, other):
    token = asked()
    deeds = {
        "withdraw": lambda: invitations.withdraw(ada, site),
        "decline": lambda: invitations.decline(token, None),
        "resend": lambda: invitations.resend(ada, site)[0],
    }
    told = at_once(lambda: invitations.accept(token, principal(olga)), deeds[other])
    now = fresh(site)
    accepted, done = isinstance(told[0], Site), not isinstance(told[1], Exception)
    assert accepted != done and (now.owner_id == olga.id) == accepted, told
    assert now.decided == (
        SiteStatus.AUTHORIZED if accepted else SiteStatus.INVITED if other == "resend" else SiteStatus.NOT_INVITED
    )
    assert len(acts("owner.")) == 2


def test_guessing_which_addresses_have_accounts_is_slowed_down(asked, olga, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_NEW", 2)
    token = asked()
    for n in range(3):
        with pytest.raises((Refused, TooMany)) as no:
            invitations.accept_as_new(token, "N", "olga@example.com", "", "", "en", "127.0.0.7", "")
        assert isinstance(no.value, TooMany) == (n == 2)
    assert throttle.WINDOW


def test_an_account_by_an_invitation_belongs_to_no_company(anyone, asked, site, app, company):
    anyone.post(f"/handover/{asked()}", **NEW)
    other = make_device(make_site(company, name="Depot"))
    for path in (f"/devices/{other.id}", f"/sites/{other.site_id}"):
        assert anyone.get(path).status_code in {403, 404}
    assert Person(app).get(f"/sites/{site.id}").status_code == 303
