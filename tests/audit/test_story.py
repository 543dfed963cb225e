"""What was done at a site: its company reads its own rows, its owner everybody's."""

from __future__ import annotations

from tests.audit.world import make_act
from tests.factories import make_company, make_employee
from webapp.accounts.permissions import Role
from webapp.sites.models import Site, SiteStatus

EDIT = "Ada Admin changed the connection of"


def path(site):
    return f"/sites/{site.id}/story"


def own(acts):
    Site.update(owner=acts.owner.id, decided=SiteStatus.AUTHORIZED).where(Site.id == acts.mine.id).execute()


def test_employees_who_see_the_site_read_their_companys_rows(admin, sign_in, acts, shown):
    for person in (admin, sign_in(acts.bob.email)):
        reply = person.get(path(acts.mine))
        assert shown(reply) == [f"{EDIT} At mine"] and "203.0.113.7" in reply.text


def test_others_find_no_such_page(anyone, sign_in, acts):
    stranger = make_employee(None, Role.OWNER)
    for email in (acts.eve.email, acts.rival.email, stranger.email):
        for htmx in (False, True):
            assert sign_in(email).get(path(acts.mine), htmx=htmx).status_code == 404
    assert sign_in().get("/sites/999/story").status_code == 404
    assert anyone.get(path(acts.mine)).status_code == 303


def test_the_owner_reads_everybodys_rows_without_where_from(sign_in, company, acts, shown):
    own(acts)
    make_act(None, "authorization.granted", site=acts.mine, actor_name="Olga Owner", target_name="Bakery")
    make_act(company, site=acts.mine, changes='["password"]', ago=5)
    reply = sign_in(acts.owner.email).get(path(acts.mine))
    assert shown(reply) == [
        "Olga Owner authorized the company at Bakery",
        f"{EDIT} Camera 1: password",
        "Sol changed the connection of Before us",
        f"{EDIT} At mine",
    ]
    main = reply.text.partition("<main")[2]
    assert "203.0.113.7" not in main and "Android" not in main and "Chrome" not in main


def test_a_company_does_not_read_what_another_did_before(sign_in, acts, shown):
    Site.update(company=acts.foreign.id).where(Site.id == acts.mine.id).execute()
    assert shown(sign_in(acts.rival.email).get(path(acts.mine))) == ["Sol changed the connection of Before us"]
    assert sign_in().get(path(acts.mine)).status_code == 404


def test_fifty_a_page(admin, company, acts, shown):
    for number in range(60):
        make_act(company, site=acts.other, target_name=f"No {number}", ago=1000 - number)
    first, second = admin.get(path(acts.other)), admin.get(path(acts.other) + "?page=2")
    assert (len(shown(first)), len(shown(second))) == (50, 11) and 'rel="next"' in first.text
    assert admin.get(path(acts.other) + "?page=3").location == path(acts.other)


def test_htmx_is_given_the_very_part_of_the_page(admin, acts):
    part = admin.get(path(acts.mine), htmx=True).text.strip()
    assert part.startswith('<div id="story"') and part in admin.get(path(acts.mine)).text


def test_a_site_without_a_story_says_so(admin, people):
    assert "What is done at this site stands here." in admin.get(path(people.other)).text


def test_the_owner_gets_no_word_of_other_sites(sign_in, acts, shown):
    own(acts)
    make_act(make_company(), site=acts.other, target_name="Elsewhere")
    text = sign_in(acts.owner.email).get(path(acts.mine)).text
    assert "Elsewhere" not in text and "At other" not in text and f"/sites/{acts.other.id}" not in text
