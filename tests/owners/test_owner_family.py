"""An owner shares a site with family: they see how it fares and decide nothing (U4)."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
import time_machine

from tests.client import Person, at_once
from tests.factories import make_device, make_employee, make_owner, make_site
from tests.mailbox import Mailbox
from tests.owners.houses import family_of, own_site, principal
from tests.qr.pictures import shown_in
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.audit.models import AuditEntry
from webapp.common import clock, jobs
from webapp.common.errors import Refused, TooMany
from webapp.db import database
from webapp.handover.models import ShareInvitation
from webapp.handover.services import sharing
from webapp.handover.services.sharing import ShareState
from webapp.sites.models import Site, SiteShare

STRONG = "Ladder-and-light-8"
LINK = re.compile(r'value="(http[^"]+/family/[\w-]{43})"')


def invite(owner, site, name="Nina", email=""):
    reply = owner.post(f"/sites/{site.id}/family/invite", name=name, email=email)
    assert reply.status_code == 200, reply.text
    return urlsplit(LINK.search(reply.text)[1]).path, reply


def shared():
    return [act.action for act in AuditEntry.select().order_by(AuditEntry.id) if "share" in act.action]


def joined(person, path, **fields):
    return person.post(path, **{"name": "Nina", "email": "nina@example.com", "password": STRONG} | fields)


def test_the_link_is_on_the_screen_as_a_code_too_and_only_once(owner, site):
    path, reply = invite(owner, site)
    assert shown_in(reply.text) == [f"http://localhost{path}"] and reply.headers["Cache-Control"] == "no-store"
    assert "Good until" in reply.text and "shown only here" in reply.text
    token = path.removeprefix("/family/")
    for table in database.get_tables():
        assert token not in repr(database.execute_sql(f'SELECT * FROM "{table}"').fetchall()), table
    page = owner.get(f"/sites/{site.id}").text
    assert "Nina" in page and token not in page and shared() == ["site.shared"]


def test_whoever_has_no_account_gets_one(app, owner, site):
    make_device(site)
    path, _reply = invite(owner, site)
    nina = Person(app)
    page = nina.get(path)
    assert page.status_code == 200 and "shares this site with you" in page.text and "Bakery" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    reply = joined(nina, path)
    assert (reply.status_code, reply.location) == (303, f"/sites/{site.id}")
    page = nina.get(reply.location).text
    assert "Everything is working." in page and "stays signed in until" not in page
    account = Account.get(Account.email == "nina@example.com")
    assert (account.role, account.company_id) == (Role.OWNER, None) and account.password_hash
    assert shared() == ["site.shared", "share.accepted"]
    assert "sees this site since" in owner.get(f"/sites/{site.id}").text
    assert Site.get_by_id(site.id).owner_id != account.id


def test_whoever_has_an_account_taps_once(app, owner, site, sign_in):
    other = make_owner(make_site(site.company, name="House"), email="nina@example.com")
    path, _reply = invite(owner, site, email="nina@example.com")
    nina = sign_in("nina@example.com")
    assert f"You are signed in as {other.name}" in nina.get(path).text
    assert nina.post(path).status_code == 303
    page = nina.get("/").text
    assert "Bakery" in page and "House" in page and "Shared with you" in page


def test_an_address_with_an_account_signs_in_first(app, owner, site):
    make_owner(email="nina@example.com")
    path, _reply = invite(owner, site)
    person = Person(app)
    reply = joined(person, path)
    assert reply.status_code == 409 and "Sign in, then accept." in reply.text and "/sign-in?next=" in reply.text
    assert person.get("/account").status_code == 303 and not SiteShare.select().count()
    assert ShareInvitation.get().answer == "open"


def test_an_employee_needs_an_address_of_their_own(company, owner, site, sign_in):
    path, _reply = invite(owner, site)
    for person in (sign_in(), sign_in(make_employee(company).email)):
        for reply in (person.get(path), person.post(path)):
            assert reply.status_code == 409 and "use an address of your own" in reply.text
    assert not SiteShare.select().count()


def test_one_that_names_an_address_is_for_that_alone(app, owner, site, sign_in):
    path, _reply = invite(owner, site, email="Nina@Example.com")
    other = sign_in(make_owner().email)
    for reply in (other.get(path), other.post(path)):
        assert reply.status_code == 409 and "another e-mail address than yours" in reply.text
    assert joined(Person(app), path, email="else@example.com").status_code == 409
    assert not SiteShare.select().count()
    assert joined(Person(app), path).status_code == 303


def test_the_owner_sees_the_site_already(owner, site):
    path, _reply = invite(owner, site)
    for reply in (owner.get(path), owner.post(path)):
        assert reply.status_code == 409 and "You see this site already." in reply.text
    reply = owner.post(
        f"/sites/{site.id}/family/invite", name="Me", email=principal(Account.get_by_id(site.owner_id)).email
    )
    assert reply.status_code == 409 and "your own address" in reply.text


def test_a_link_works_once(app, owner, site):
    path, _reply = invite(owner, site)
    joined(Person(app), path)
    other = Person(app)
    for reply in (other.get(path), joined(other, path, email="mona@example.com")):
        assert reply.status_code == 409 and "used already" in reply.text
    assert SiteShare.select().count() == 1 and not Account.get_or_none(Account.email == "mona@example.com")


def test_of_twenty_at_once_one_gets_in(owned, site):
    _made, token = sharing.invite(principal(owned[1]), site, "Nina", "")
    people = [principal(make_owner()) for _ in range(20)]
    told = at_once(*[lambda who=who: sharing.accept(token, who) for who in people])
    assert sum(isinstance(one, Site) for one in told) == 1
    assert sum(isinstance(one, Refused) for one in told) == 19 and SiteShare.select().count() == 1
    assert shared().count("share.accepted") == 1 and sharing.state_of(sharing.find(token)) == ShareState.ACCEPTED


def test_of_twenty_newcomers_at_once_one_gets_in(owned, site):
    _made, token = sharing.invite(principal(owned[1]), site, "Nina", "")
    before = Account.select().count()

    def come(n):
        typed = {"name": "Nina", "email": f"nina{n}@example.com", "password": ""}
        return sharing.accept_as_new(token, typed, "", f"127.0.1.{n}", "a phone")

    told = at_once(*[lambda n=n: come(n) for n in range(20)])
    assert sum(isinstance(one, tuple) for one in told) == 1 and SiteShare.select().count() == 1
    assert Account.select().count() == before + 1, "whoever came too late has left no account"


def test_accepting_against_withdrawing(owned, site):
    by, who = principal(owned[1]), principal(make_owner())
    for _ in range(3):
        made, token = sharing.invite(by, site, "Nina", "")
        told = at_once(partial(sharing.accept, token, who), partial(sharing.withdraw, by, site, made.id))
        assert sum(isinstance(one, Exception) for one in told) == 1
        SiteShare.delete().execute()


def test_it_ends_after_two_weeks(app, owner, site):
    path, _reply = invite(owner, site)
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1)):
        person = Person(app)
        for reply in (person.get(path), joined(person, path)):
            assert reply.status_code == 409 and "has expired" in reply.text
    assert not SiteShare.select().count()


@pytest.mark.parametrize("htmx", [False, True])
def test_it_can_be_withdrawn(app, owner, site, htmx):
    path, _reply = invite(owner, site)
    url = f"/sites/{site.id}/family/invitations/{ShareInvitation.get().id}/withdraw"
    assert url in owner.get(f"/sites/{site.id}").text
    assert owner.post(url, htmx=htmx).location == f"/sites/{site.id}/family"
    assert owner.post(url, htmx=htmx).status_code == 404
    person = Person(app)
    for reply in (person.get(path), joined(person, path)):
        assert reply.status_code == 409 and "has been withdrawn" in reply.text
    assert shared() == ["site.shared", "share.withdrawn"]


def test_a_share_ends_for_an_open_page_too(company, owner, site, sign_in):
    device, nina = make_device(site), family_of(site, name="Nina")
    page, share = sign_in(nina.email), SiteShare.get()
    paths = [f"/sites/{site.id}/devices", f"/sites/{site.id}/access", f"/devices/{device.id}/status"]
    assert [page.get(path, htmx=True).status_code for path in paths] == [200] * 3
    url = f"/sites/{site.id}/family/{share.id}/end"
    assert "From this moment Nina sees nothing of Bakery." in owner.get(url, htmx=True).text
    assert owner.post(url).status_code == 303
    assert [page.get(path, htmx=True).status_code for path in paths] == [404] * 3
    assert owner.post(url).status_code == 404 and shared() == ["site.share_ended"]


def test_another_sites_invitations_and_shares_are_out_of_reach(company, owner, site):
    theirs, other = own_site(company, "Museum")
    made, _token = sharing.invite(principal(other), theirs, "Mona", "")
    family_of(theirs)
    share = SiteShare.get()
    for path in (f"family/invitations/{made.id}/withdraw", f"family/{share.id}/end"):
        assert owner.post(f"/sites/{site.id}/{path}").status_code == 404
        assert owner.post(f"/sites/{theirs.id}/{path}").status_code == 404
    assert sharing.state_of(ShareInvitation.get()) == ShareState.OPEN and SiteShare.select().count() == 1


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "Nina", "email": "nonsense"}, {"name": "x" * 200}])
def test_what_cannot_be_right_comes_back(owner, site, fields):
    reply = owner.post(f"/sites/{site.id}/family/invite", **fields)
    assert reply.status_code == 422 and 'class="summary"' in reply.text and not ShareInvitation.select().count()


@pytest.mark.parametrize("fields", [{"name": ""}, {"email": "nonsense"}, {"password": "weak"}, {"password": ""}])
def test_what_a_newcomer_types_is_looked_at(app, owner, site, fields):
    path, _reply = invite(owner, site)
    assert "You need it to come back: this server sends no mail." in Person(app).get(path).text
    assert joined(Person(app), path, **fields).status_code == 422
    assert not SiteShare.select().count()


def test_a_link_that_never_was(app, company, owner):
    for person in (Person(app), owner):
        assert person.get("/family/" + "x" * 43).status_code == 404 == joined(person, "/family/" + "x" * 43).status_code


def test_there_is_an_end_to_inviting(owned, site):
    by = principal(owned[1])
    told = []
    for number in range(25):
        try:
            sharing.invite(by, site, f"Person {number}", "")
            told.append("made")
        except (Refused, TooMany) as no:
            told.append(no.why)
    assert told.count("made") == sharing.MOST_OPEN and "Withdraw one of them first." in told[10]
    assert "Too many tries" in told[-1]


def test_without_mail_none_is_promised(owner, site):
    page = owner.get(f"/sites/{site.id}/family/invite").text
    assert "Then only this address can use the link." in page and "we mail" not in page


class TestByMail:
    @pytest.fixture
    def mailbox(self):
        with Mailbox() as box:
            yield box

    @pytest.fixture
    def settings(self, mailbox):
        return {"mail_url": mailbox.url, "base_url": "https://cameras.example"}

    def test_the_link_is_mailed_where_an_address_is_given(self, owner, site, mailbox):
        path, reply = invite(owner, site, email="nina@example.com")
        jobs.stop(forget=False)
        assert "on its way to nina@example.com" in reply.text
        assert mailbox.letters[0][0] == ["nina@example.com"] and f"https://cameras.example{path}" in mailbox.text()
        assert "shares Bakery with you" in mailbox.letters[0][1]["Subject"]

    def test_a_password_is_left_to_whoever_joins(self, app, owner, site):
        assert "Then we mail the link" in owner.get(f"/sites/{site.id}/family/invite").text
        path, _reply = invite(owner, site)
        nina = Person(app)
        assert joined(nina, path, password="   ").status_code == 422
        assert "stays signed in until" in nina.get(joined(nina, path, password="").location).text
        assert Account.get(Account.email == "nina@example.com").password_hash == ""
