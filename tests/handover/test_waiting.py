"""Pages on which the company waits for the owner say what the answer was, while they are open and afterwards."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.factories import make_owner
from tests.handover.made import principal
from webapp.handover.models import AccessRequest, Wanted
from webapp.handover.services import authorization, invitations, requests
from webapp.handover.services.invitations import Invited
from webapp.sites.models import Site

POLL = re.compile(r'hx-get="([^"]+)"[^>]*every 3s')


@pytest.fixture
def token(ada, site):
    return invitations.invite(ada, site, Invited("Olga", "olga@example.com", "", ""), Wanted(True))[1]


@pytest.fixture
def url(site):
    return f"/sites/{site.id}/handover"


def poll(admin, page):
    return admin.get(unescape(POLL.search(page)[1]), htmx=True)


def owned(site, authorized):
    return principal(make_owner(site, authorized=authorized, name="Olga", email="olga@example.com"))


def test_the_invitation_says_that_it_was_accepted(admin, url, token, olga):
    page = admin.get(url).text
    assert poll(admin, page).status_code == 204
    invitations.accept(token, principal(olga))
    reply = poll(admin, page)
    assert (reply.status_code, reply.headers["HX-Redirect"]) == (204, url)
    answered = admin.get(url)
    assert answered.status_code == 200 and "Olga has accepted and owns Bakery now." in answered.text
    assert "To the site" in answered.text and "New link" not in answered.text


def test_the_page_with_the_link_notices_it_too(admin, ada, site, url):
    page = admin.post(url, name="Olga", how="qr", language="en", site_information="y", which="all", validity="").text
    assert 'id="handover-link"' in page and poll(admin, page).status_code == 204
    invitations.resend(ada, site)
    assert poll(admin, page).headers["HX-Redirect"] == url, "the link it shows opens nothing any more"


def test_of_a_registration_the_card_alone_changes(admin, ada, site, url):
    invitations.invite(ada, site, Invited("Nora", "nora@example.com", "", ""), Wanted(True))
    page = admin.get(url).text
    make_owner(email="nora@example.com")
    reply = poll(admin, page)
    assert reply.status_code == 200 and "Not accepted yet" in reply.text and "<html" not in reply.text
    assert poll(admin, reply.text).status_code == 204


def test_the_invitation_says_that_it_was_declined(admin, site, url, token):
    page = admin.get(url).text
    invitations.decline(token, None)
    assert poll(admin, page).headers["HX-Redirect"] == url
    assert "Declined by Olga, " in admin.get(url).text
    assert "Declined by Olga, " in admin.get(f"/sites/{site.id}").text


@pytest.mark.parametrize("path", ["handover/new", "handover/effects", "handover/withdraw"])
def test_side_pages_of_an_answered_invitation_lead_to_the_answer(admin, site, url, token, olga, path):
    invitations.accept(token, principal(olga))
    assert admin.get(f"/sites/{site.id}/{path}").location == url
    assert admin.get(f"/sites/{site.id}/{path}", htmx=True).headers["HX-Redirect"] == url


def test_an_owner_who_came_in_another_way_is_named(admin, site, url):
    owned(site, True)
    assert "Olga owns Bakery." in admin.get(url).text


def ask(ada, site):
    requests.ask_authorization(ada, site, "Maintenance", Wanted(True, hours=4))
    return f"/sites/{site.id}/authorization"


def standing_poll(admin, page):
    return admin.get(unescape(re.search(r'id="standing"[^>]*hx-get="([^"]+)"', page)[1]), htmx=True)


def test_an_authorization_that_was_granted_is_good_news(admin, ada, site):
    olga = owned(site, False)
    url = ask(ada, site)
    page = admin.get(url).text
    assert standing_poll(admin, page).status_code == 204
    requests.grant(olga, AccessRequest.get())
    assert standing_poll(admin, page).headers["HX-Redirect"] == url
    answered = admin.get(url)
    assert answered.status_code == 200 and "Allowed until " in answered.text and "To the site" in answered.text
    assert admin.post(url, reason="x", which="all", validity="").status_code == 409


def test_for_good_says_so(admin, ada, site):
    authorization.authorize(owned(site, False), site, None)
    assert "Allowed until the owner ends it." in admin.get(f"/sites/{site.id}/authorization").text


def test_an_authorization_that_was_declined_is_told_and_can_be_asked_for_again(admin, ada, site):
    olga = owned(site, False)
    url = ask(ada, site)
    page = admin.get(url).text
    requests.decline(olga, AccessRequest.get())
    assert standing_poll(admin, page).headers["HX-Redirect"] == url
    page = admin.get(url).text
    assert "Declined by Olga, " in page and "Ask again" in page and "Waits for the owner" not in page
    assert "Declined by Olga, " in admin.get(f"/sites/{site.id}").text, "on the closed page, too"
    ask(ada, site)
    assert "Declined by" not in admin.get(f"/sites/{site.id}").text, "it is asked again"


def test_an_answer_from_before_is_history(admin, ada, site):
    olga = owned(site, False)
    ask(ada, site)
    requests.decline(olga, AccessRequest.get())
    authorization.authorize(olga, Site.get_by_id(site.id), None)
    assert "Declined by" not in admin.get(f"/sites/{site.id}").text


@pytest.mark.parametrize(("deed", "said"), [("grant", "Allowed by Olga, "), ("decline", "Declined by Olga, ")])
def test_permissions_come_with_the_whole_page(admin, ada, site, cameras, deed, said):
    olga = owned(site, True)
    requests.ask_permission(ada, site, "", Wanted(False, ("playback",)))
    url = f"/sites/{site.id}/permissions"
    page = admin.get(url).text
    assert standing_poll(admin, page).status_code == 204 and "Waits for the owner" in page
    getattr(requests, deed)(olga, AccessRequest.get())
    assert standing_poll(admin, page).headers["HX-Redirect"] == url
    page = admin.get(url).text
    assert said in page and "Waits for the owner" not in page
    assert ("Front door</bdi></b>" in page) == (deed == "grant")


@pytest.mark.parametrize("path", ["authorization", "permissions"])
def test_where_there_is_nothing_to_wait_for_the_site_is_shown(admin, site, path):
    assert admin.get(f"/sites/{site.id}/{path}").location == f"/sites/{site.id}"


def test_the_owner_is_not_told_what_they_answered(admin, ada, owner, olga, site):
    Site.hand_to(site.id, olga.id, site.created_at)
    ask(ada, Site.get_by_id(site.id))
    requests.decline(principal(olga), AccessRequest.get())
    assert "Declined by" not in owner.get(f"/sites/{site.id}/standing").text
