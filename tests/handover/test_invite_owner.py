"""A company invites the owner of a site: whom, by what way, what it keeps, for how long (T4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_site
from tests.handover.made import acts, link_in, token_in
from tests.qr.pictures import shown_in
from webapp.accounts.models import CompanyRole
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.common.errors import Refused, TooMany
from webapp.db import database
from webapp.devices.models.permission import DevicePermission
from webapp.handover.models import OwnerInvitation, Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import InvitationState, Invited
from webapp.sites.models import Site, SiteStatus

FIELDS = {"name": "Olga", "how": "email", "email": "olga@example.com", "phone": "", "language": "de"}
FIELDS |= {"site_information": "y", "which": "all", "validity": ""}


def send(person, site, htmx=False, **fields):
    given = FIELDS | fields
    return person.post(f"/sites/{site.id}/handover", htmx=htmx, **{k: v for k, v in given.items() if v is not None})


def actions():
    return acts("owner.")


def test_its_page_shows_the_link_as_text_and_as_a_code(admin, site):
    reply = send(admin, site)
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    url = link_in(reply.text)
    assert url.startswith("http://localhost/handover/") and len(token_in(reply.text)) == 43
    assert url in shown_in(reply.text)
    assert "Olga" in reply.text and "mailto:olga%40example.com" in reply.text
    assert Site.get().decided == SiteStatus.INVITED and actions() == ["owner.invited"]
    entry = AuditEntry.get(AuditEntry.action == "owner.invited")
    assert (entry.site_id, entry.target_name) == (site.id, "Bakery")


def test_the_token_is_kept_nowhere(admin, site):
    token = token_in(send(admin, site).text)
    for table in database.get_tables():
        assert token not in repr(database.execute_sql(f'SELECT * FROM "{table}"').fetchall()), table
    page = admin.get(f"/sites/{site.id}/handover").text
    assert token not in page and "Not registered yet" in page and "New link and QR code" in page


def test_a_text_message_is_ready_where_a_phone_is_given(admin, site):
    page = send(admin, site, how="phone", phone="+49 8382 1234").text
    assert 'href="sms:%2B49%208382%201234?&amp;body=' in page
    kept = OwnerInvitation.get()
    assert (kept.phone, kept.email) == ("+49 8382 1234", ""), "the field that was not chosen does not count"


def test_by_the_code_alone_it_is_bound_to_nobody(admin, site):
    assert send(admin, site, how="qr").status_code == 200
    assert OwnerInvitation.get().email == OwnerInvitation.get().phone == ""


def test_what_is_wrong_with_a_way_that_was_not_chosen_is_not_asked_about(admin, site):
    page = send(admin, site, how="qr", name="", email="x" * 300, phone="call me").text
    assert "Who is to own the site?" in page and page.count('aria-invalid="true"') == 1
    assert send(admin, site, how="qr", email="x" * 300, phone="call me").status_code == 200


def test_without_mail_it_is_made_and_shown_on_the_screen(admin, site):
    page = admin.get(f"/sites/{site.id}/handover").text
    assert "Make invitation" in page and '<input checked id="how-2" name="how" type="radio" value="qr">' in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "olga"}, "This is not an e-mail address."),
        ({"email": ""}, "Which e-mail address?"),
        ({"name": " "}, "Who is to own the site?"),
        ({"how": "phone", "phone": "call me"}, "This is not a phone number."),
        ({"how": "phone"}, "Which phone number?"),
        ({"how": "pigeon"}, "Choose one from the list."),
        ({"language": "xx"}, "Choose one from the list."),
        ({"validity": "3"}, "Choose one from the list."),
        ({"validity": "²"}, "Choose one from the list."),
        ({"validity": "until", "until": ""}, "Until when?"),
        ({"validity": "until", "until": "never"}, "Until when?"),
        ({"validity": "until", "until": "2001-01-01T10:00"}, "Choose a moment in the future."),
        ({"validity": "until", "until": "9999-12-31T23:59"}, "Choose a moment within the next ten years"),
        ({"site_information": None, "configuration": "y"}, "The permissions below need this one."),
        ({"configuration": "y", "which": "some"}, "Tick at least one device."),
        ({"configuration": "y", "which": "none"}, "Choose one from the list."),
    ],
)
def test_what_cannot_be_right_is_told_beside_the_field(admin, site, fields, said):
    for htmx in (False, True):
        reply = send(admin, site, htmx, **fields)
        assert reply.status_code == 422 and said in reply.text
        assert "Not a valid" not in reply.text
    assert not OwnerInvitation.select().count() and Site.get().decided == SiteStatus.NOT_INVITED and actions() == []


def test_a_device_of_another_site_is_not_offered(admin, site, company):
    other = make_device(make_site(company))
    reply = send(admin, site, configuration="y", which="some", devices=str(other.id))
    assert reply.status_code == 422 and "Choose devices of this site." in reply.text


def test_a_site_without_devices_offers_no_permissions_for_them(admin, company):
    empty = make_site(company)
    page = admin.get(f"/sites/{empty.id}/handover").text
    assert "Live view" not in page and "the site has no devices." in page
    assert send(admin, empty, live_view="y").status_code == 422
    assert send(admin, empty).status_code == 200


def test_neither_does_a_role_that_may_not_manage_devices(sign_in, company, site):
    role = CompanyRole.create(company=company, name="Seller", rights="manage_sites")
    assign(site, make_employee(company, Role.OWN, own_role=role, email="sel@example.com"))
    seller = sign_in("sel@example.com")
    page = seller.get(f"/sites/{site.id}/handover").text
    assert "Live view" not in page and "the site has no devices." not in page
    assert send(seller, site, live_view="y").status_code == 422
    assert send(seller, site).status_code == 200


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com"])
def test_somebody_of_the_own_company_is_refused(admin, site, email):
    reply = send(admin, site, email=email)
    assert reply.status_code == 409 and "somebody of your own company" in reply.text
    assert not OwnerInvitation.select().count()


def test_an_employee_of_another_company_is_not_given_away(admin, site):
    make_employee(make_company(), email="bo@example.com")
    assert send(admin, site, email="bo@example.com").status_code == 200


@pytest.mark.parametrize("authorized", [True, False])
def test_an_owned_site_is_refused(admin, site, authorized):
    make_owner(site, authorized=authorized)
    for reply in (send(admin, site), resend(admin, site), end(admin, site)):
        assert reply.status_code == 409 and "has an owner already" in reply.text
    assert actions() == []


def resend(person, site):
    return person.post(f"/sites/{site.id}/handover/resend")


def end(person, site):
    return person.post(f"/sites/{site.id}/handover/withdraw")


def test_inviting_again_ends_the_one_before(admin, site):
    first = token_in(send(admin, site).text)
    second = token_in(send(admin, site, how="qr").text)
    states = [invitations.state_of(invitations.find(token)) for token in (first, second)]
    assert states == [InvitationState.WITHDRAWN, InvitationState.OPEN]
    assert actions() == ["owner.invited"] * 2


def test_sent_again_it_has_another_link(admin, site):
    first = token_in(send(admin, site, how="qr").text)
    second = token_in(resend(admin, site).text)
    assert invitations.find(first) is None and invitations.state_of(invitations.find(second)) == InvitationState.OPEN
    assert actions() == ["owner.invited", "owner.invitation_resent"]


def test_the_same_address_is_not_written_to_again_at_once(admin, site):
    send(admin, site)
    reply = resend(admin, site)
    assert reply.status_code == 429 and reply.headers["Retry-After"]
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert resend(admin, site).status_code == 200


def test_it_ends_by_itself_and_can_be_renewed(admin, ada, site):
    token = token_in(send(admin, site).text)
    with time_machine.travel(clock.now() + timedelta(days=13)):
        assert invitations.state_of(invitations.find(token)) == InvitationState.NOT_REGISTERED
    with time_machine.travel(clock.now() + timedelta(days=14, seconds=1)):
        assert invitations.state_of(invitations.find(token)) == InvitationState.EXPIRED
        _made, renewed = invitations.resend(ada, site)
        assert invitations.state_of(invitations.find(renewed)) == InvitationState.NOT_REGISTERED


def test_withdrawn_it_opens_nothing(admin, site, anyone):
    token = token_in(send(admin, site).text)
    assert admin.get(f"/sites/{site.id}/handover/withdraw").status_code == 200
    reply = end(admin, site)
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    assert Site.get().decided == SiteStatus.NOT_INVITED
    page = anyone.get(f"/handover/{token}")
    assert page.status_code == 409 and "has withdrawn this invitation" in page.text
    assert end(admin, site).status_code == 409 == resend(admin, site).status_code
    assert actions() == ["owner.invited", "owner.invitation_withdrawn"]


def test_twenty_withdrawals_at_once_leave_one_trace(ada, site):
    invitations.invite(ada, site, Invited("Olga", "", "", ""), Wanted(True))
    told = at_once(*[lambda: invitations.withdraw(ada, site)] * 20)
    assert told.count(None) == 1 and sum(isinstance(one, Refused) for one in told) == 19
    assert actions() == ["owner.invited", "owner.invitation_withdrawn"]


def test_a_company_sends_so_many_in_an_hour(ada, company, monkeypatch):
    monkeypatch.setattr(invitations, "MOST", 2)
    sites = [make_site(company) for _ in range(3)]
    told = at_once(*[lambda s=s: invitations.invite(ada, s, Invited("O", "", "", ""), Wanted(True)) for s in sites[:2]])
    assert all(isinstance(one, tuple) for one in told)
    with pytest.raises(TooMany):
        invitations.invite(ada, sites[2], Invited("O", "", "", ""), Wanted(True))


@pytest.mark.parametrize(
    ("role", "assigned", "status"),
    [
        (Role.OBSERVER, True, 403),
        (Role.INSTALLER, False, 404),
        (Role.INSTALLER, True, 200),
    ],
)
def test_who_may_hand_over(sign_in, company, site, role, assigned, status):
    person = make_employee(company, role)
    if assigned:
        assign(site, person)
    browser = sign_in(person.email)
    assert send(browser, site).status_code == status
    assert browser.get(f"/sites/{site.id}/handover").status_code == status
    if status != 200:
        assert {resend(browser, site).status_code, end(browser, site).status_code} == {status}
        assert actions() == []


def test_another_companys_site_and_an_owner_and_nobody(sign_in, site, admin, owner, anyone):
    make_employee(make_company(), Role.INSTALLER_ADMIN, email="bo@example.com")
    assert send(sign_in("bo@example.com"), site).status_code == 404
    assert send(owner, site).status_code == 403
    assert send(anyone, site).status_code == 303 and "/sign-in" in send(anyone, site).location


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(True, ("everything",)),
        Wanted(True, hours=24),
        Wanted(False, ("playback",)),
        Wanted(True, ("playback",), ()),
        Wanted(True, ("playback",), (999,)),
    ],
)
def test_the_rule_itself_refuses_what_no_page_offers(ada, site, wanted):
    with pytest.raises(Refused) as no:
        invitations.invite(ada, site, Invited("Olga", "", "", ""), wanted)
    assert no.value.code == "not_offered" and not OwnerInvitation.select().count()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("site_information=y", "see the site and manage its devices, until the owner ends it."),
        ("site_information=y&validity=4", "see the site and manage its devices, for 4 hours."),
        ("site_information=y&configuration=y&which=all&validity=", "have Configuration at all devices"),
        ("which=all", "see the site’s name alone"),
        ("site_information=y&playback=y&which=some", "have Playback at no device yet: tick at least one."),
        ("site_information=y&validity=until", "manage its devices, until the day that you choose."),
        ("site_information=y&validity=until&until=2031-05-03T09:41", "manage its devices, until May 3, 2031"),
        ("site_information=y&validity=²", "manage its devices, until the owner ends it."),
    ],
)
def test_the_effects_follow_the_choices(admin, site, query, said):
    part = admin.get(f"/sites/{site.id}/handover/effects?{query}", htmx=True)
    assert said in part.text and "<html" not in part.text
    whole = admin.get(f"/sites/{site.id}/handover/effects?{query}")
    assert said in whole.text and "<html" in whole.text


def test_a_name_with_markup_is_text(admin, site):
    page = send(admin, site, name="<b>Olga</b>").text
    assert "<b>Olga</b>" not in page and "&lt;b&gt;Olga" in page


def test_deleting_the_site_ends_the_invitation(admin, site, anyone):
    token = token_in(send(admin, site).text)
    assert admin.post(f"/sites/{site.id}/delete", name="Bakery").status_code == 303
    assert anyone.get(f"/handover/{token}").status_code == 404
    assert not DevicePermission.select().count()
