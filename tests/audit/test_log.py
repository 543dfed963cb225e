"""The log: who sees which rows, what they can be filtered by, and what a row says."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine

from tests.audit.world import make_act
from tests.factories import assign, make_employee, make_role, make_site
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right, Role
from webapp.accounts.principal import Operator
from webapp.audit import services as audit
from webapp.audit import words
from webapp.audit.models import AuditEntry
from webapp.sites.models import Site, SiteStatus

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight in Berlin


def own(shown, reply):
    """What is shown but for how every test begins: a company is made, and people sign in."""
    return [text for text in shown(reply) if not text.endswith("signed in") and " created the company " not in text]


def names(texts):
    return {text.rpartition(" of ")[2] for text in texts}


ADMINS = ["Eve signed out everywhere else", "Bob signed out everywhere else"]
EDIT = "Ada Admin changed the connection of"


def test_who_sees_all_sites_sees_the_companys_rows(admin, acts, shown):
    assert own(shown, admin.get("/audit")) == [*ADMINS, f"{EDIT} At other", f"{EDIT} At mine"]


def test_others_see_their_sites_and_their_own_acts(sign_in, acts, shown):
    assert own(shown, sign_in(acts.bob.email).get("/audit")) == [ADMINS[1], f"{EDIT} At mine"]
    assert own(shown, sign_in(acts.eve.email).get("/audit")) == [ADMINS[0]]


def test_another_company_sees_its_own_alone(sign_in, acts, shown):
    """Of a site that is another's by now no device is named, though it was done by this company."""
    assert names(own(shown, sign_in(acts.rival.email).get("/audit"))) == {"Foreign", "a device"}


def test_who_manages_the_team_sees_what_was_done_at_no_site(sign_in, company, acts, shown):
    office = make_employee(company, Role.OWN, own_role=make_role(company, "Office", Right.MANAGE_TEAM))
    assert own(shown, sign_in(office.email).get("/audit")) == ADMINS
    assign(acts.mine, office)
    assert own(shown, sign_in(office.email).get("/audit")) == [*ADMINS, f"{EDIT} At mine"]


def test_an_ended_assignment_takes_the_rows_away_at_the_next_request(sign_in, acts, shown):
    bob = sign_in(acts.bob.email)
    assert "At mine" in names(own(shown, bob.get("/audit")))
    acts.mine.assignment_set.get().delete_instance()
    assert own(shown, bob.get("/audit")) == [ADMINS[1]]


def test_owners_and_strangers_have_no_log(anyone, sign_in, acts):
    owner = sign_in(acts.owner.email)
    for path in ("/audit", "/audit.csv"):
        assert owner.get(path).status_code == owner.get(path, htmx=True).status_code == 403
        assert anyone.get(path).status_code == 303 and anyone.get(path, htmx=True).status_code == 401


@pytest.mark.parametrize("path", ["/audit", "/audit.csv"])
def test_ids_of_others_open_nothing(sign_in, acts, path, shown, table):
    bob, foreign = sign_in(acts.bob.email), AuditEntry.select().where(AuditEntry.company_id == acts.foreign.id)
    assert foreign.count() == 2
    for query in (
        f"site={acts.other.id}",
        f"site={acts.theirs.id}",
        f"person={acts.eve.id}",
        f"person={acts.rival.id}",
    ):
        reply = bob.get(f"{path}?{query}")
        assert (table(reply) if path.endswith("csv") else shown(reply)) == []
    mine = bob.get(f"{path}?site={acts.mine.id}&person={acts.admin.id}")
    assert len(table(mine) if path.endswith("csv") else shown(mine)) == 1


def options(reply, field):
    part = re.search(rf'<select[^>]*name="{field}".*?</select>', reply.text, re.DOTALL)[0]
    return re.findall(r"<option[^>]*>([^<]*)", part)


def test_only_what_a_person_sees_is_offered_to_choose(admin, sign_in, acts):
    every, bobs = admin.get("/audit"), sign_in(acts.bob.email).get("/audit")
    assert options(every, "site") == ["All", "Bakery", "Depot"] and options(bobs, "site") == ["All", "Bakery"]
    assert options(every, "person") == ["All", "Ada Admin", "Bob", "Eve"]
    assert options(bobs, "person") == ["All", "Ada Admin", "Bob"]


def test_who_has_left_can_still_be_chosen(admin, company, acts):
    Account.delete_by_id(acts.eve.id)
    assert "Eve" in options(admin.get("/audit"), "person")


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("site={mine}", ["At mine"]),
        ("site={other}", ["At other"]),
        ("person={bob}", ["Bob signed out everywhere else"]),
        ("kind=devices", ["At other", "At mine"]),
        ("kind=sign-in&person={eve}", ["Eve signed out everywhere else"]),
        ("kind=devices&site={mine}&person={admin}", ["At mine"]),
        ("kind=devices&site={mine}&person={bob}", []),
        ("kind=codes", []),
        ("kind=nonsense", []),
        ("period=nonsense", []),
        ("site=x", []),
        ("site=-1", []),
        ("person=9999999999999999", []),
        ("site=²", []),
        ("site=&person=&kind=&period=&since=x&until=y&page=0", [*ADMINS, "At other", "At mine"]),
    ],
)
def test_filters(admin, acts, shown, query, left):
    ids = {name: getattr(acts, name).id for name in ("mine", "other", "bob", "eve", "admin")}
    found = own(shown, admin.get("/audit?" + query.format(**ids)))
    assert [text.removeprefix(f"{EDIT} ") for text in found] == left


@pytest.mark.parametrize("group", list(words.Group))
def test_each_kind_keeps_its_own(admin, company, shown, group):
    for action in words.GROUP_OF:
        make_act(company, action, target_name=action)
    wanted = AuditEntry.select().where(AuditEntry.action.in_(words.actions_of(group))).count()
    reply = admin.get(f"/audit?kind={group}")
    assert len(shown(reply)) == wanted > 0
    current = re.findall(r'aria-current="page">([^<]*)', reply.text.partition('id="log"')[2])
    assert current == [str(words.GROUPS[group][1]), "Any time"]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("period=today", {"an hour ago", "now"}),
        ("period=week", {"an hour ago", "now", "yesterday", "6 days ago"}),
        ("period=month", {"an hour ago", "now", "yesterday", "6 days ago", "29 days ago"}),
        ("since=2026-11-23&until=2026-11-23", {"yesterday"}),
        ("since=2026-11-23", {"an hour ago", "now", "yesterday"}),
        ("until=2026-11-17", {"29 days ago", "long ago"}),
        ("since=2026-11-25", set()),
        ("since=2026-11-24&until=2026-11-20", set()),
        ("period=today&until=2026-10-01", {"long ago"}),
        ("since=9999-12-31", {"an hour ago", "now", "yesterday", "6 days ago", "29 days ago", "long ago"}),
    ],
)
def test_periods_are_days_of_the_companys_zone(sign_in, company, shown, query, left):
    make_site(company, zone="Europe/Berlin")
    with time_machine.travel(NOW, tick=False):
        ages = {"now": 0, "an hour ago": 20 * 60, "yesterday": 3600, "6 days ago": 6 * 86400, "29 days ago": 29 * 86400}
        for name, seconds in (ages | {"long ago": 90 * 86400}).items():
            make_act(company, ago=seconds, target_name=name)
        found = own(shown, sign_in().get(f"/audit?{query}"))
    assert {text.removeprefix(f"{EDIT} ") for text in found} == left


def test_fifty_a_page_and_no_page_beyond_the_last(admin, company, shown):
    for number in range(120):
        make_act(company, target_name=f"No {number}", ago=1000 - number)
    first, second, third = (admin.get(f"/audit?kind=devices&page={page}") for page in (1, 2, 3))
    assert [len(shown(page)) for page in (first, second, third)] == [50, 50, 20]
    assert shown(first)[0].endswith("No 119") and shown(third)[-1].endswith("No 0")
    assert 'rel="next"' in second.text and 'rel="prev"' in second.text and 'rel="next"' not in third.text
    assert "kind=devices" in re.search(r'href="([^"]*)" rel="next"', first.text)[1]
    beyond = admin.get("/audit?kind=devices&page=4")
    assert beyond.status_code == 303 and beyond.location == "/audit?kind=devices"


def test_fifty_rows_fill_one_page(admin, company, shown):
    for number in range(50):
        make_act(company, ago=number)
    assert 'rel="next"' not in admin.get("/audit?kind=devices").text


def test_htmx_is_given_the_very_part_of_the_page(admin, acts):
    path = f"/audit?site={acts.mine.id}"
    part, page = admin.get(path, htmx=True).text, admin.get(path).text
    assert part.strip().startswith('<div id="log"') and "<html" not in part
    assert part.strip() in page


def test_a_page_is_one_statement_beside_the_sessions(sign_in, acts, caplog):
    for email in ("ada@example.com", acts.bob.email):
        person = sign_in(email)
        with caplog.at_level(logging.DEBUG, logger="peewee"):
            caplog.clear()
            assert person.get(f"/audit?kind=devices&site={acts.mine.id}&period=week").status_code == 200
            statements = [record for record in caplog.records if record.name == "peewee"]
        assert len(statements) == 2, [record.getMessage()[:80] for record in statements]


def test_a_row_says_who_what_which_when_and_from_where(sign_in, company, people):
    with time_machine.travel(NOW, tick=False):
        changes = '["host", "password", "username"]'
        make_act(company, site=people.mine, changes=changes, ago=7200, target_name="Camera 1")
        text = re.sub("<[^>]+>", "", sign_in().get("/audit").text)
    text = re.sub(r"\s+", " ", text.replace("\u202f", " "))
    assert "Ada Admin changed the connection of Camera 1: IP address or domain, password, user name" in text
    when = "Nov 23, 2026, 10:30:00 PM (Europe/Berlin)"  # there, while other rows are of the newest site's zone
    assert f"2 hr. ago {when} · Bakery · Chrome, Android, 203.0.113.7" in text


@pytest.mark.parametrize("name", ["<b data-evil>x</b>", "{{ 7*7 }}", "%(what)s %s %%", '" onclick="x', "\u202egnp.x"])
def test_names_are_text(admin, company, people, name):
    Site.update(name=name).where(Site.id == people.mine.id).execute()
    make_act(company, site=people.mine, actor_name=name, target_name=name, agent=name, address=name[:45], actor_id=77)
    make_act(company, "device.painted", site=people.mine, actor_name=name, target_name=name)
    for path in ("/audit", f"/sites/{people.mine.id}/story"):
        reply = admin.get(path)
        assert reply.status_code == 200 and "<b data-evil>" not in reply.text and 'onclick="x"' not in reply.text
        shown = re.sub(r"/static/[^\"]*", "", unescape(reply.text))
        assert "<bdi>" in shown and (name != "{{ 7*7 }}" or (name in shown and "49" not in shown))


def test_an_unknown_act_shows_its_name(admin, company, shown):
    make_act(company, "device.painted", target_name="Camera 1", changes='["some_colour"]')
    assert "Ada Admin: device.painted Camera 1: some colour" in shown(admin.get("/audit"))


def test_devices_of_a_site_that_withholds_authorization_are_not_named(admin, company, people, shown, table):
    make_act(company, site=people.mine, target_name="Camera at the safe")
    make_act(company, "site.edited", site=people.mine, target_name="Bakery")
    Site.update(decided=SiteStatus.OWNED_UNAUTHORIZED).where(Site.id == people.mine.id).execute()
    for path in ("/audit", f"/sites/{people.mine.id}/story"):
        found = shown(admin.get(path))
        assert f"{EDIT} a device" in found and "Ada Admin changed the site Bakery" in found
    assert "Camera at the safe" not in admin.get("/audit.csv").text


def test_an_owners_act_stands_in_the_log_of_the_sites_company(admin, people, shown):
    owner = Operator(company_id=0, id=people.owner.id, name="Olga Owner")
    audit.record(owner, "authorization.granted", people.mine)
    audit.record(owner, "permission.revoked", people.bob, company=people.mine.company_id, site=people.mine.id)
    audit.record(owner, "session.others_ended")
    found = own(shown, admin.get("/audit"))
    assert found == ["Olga Owner revoked the permission at Bob", "Olga Owner authorized the company at Bakery"]
    rows = AuditEntry.select().where(AuditEntry.actor_name == "Olga Owner").order_by(AuditEntry.id)
    assert [row.site_id for row in rows] == [people.mine.id, people.mine.id, None]


def test_a_row_knows_its_site_also_after_that_has_gone(admin, people, shown):
    site = make_site(people.mine.company, name="Short-lived")
    admin.post(f"/sites/{site.id}/edit", version="1", name="Gone soon", zone="UTC", address="", city="", region="")
    admin.post(f"/sites/{site.id}/delete", name="Gone soon")
    rows = AuditEntry.select().where(AuditEntry.site_id == site.id).order_by(AuditEntry.id)
    assert [row.action for row in rows] == ["site.edited", "site.deleted"]
    assert shown(admin.get(f"/audit?site={site.id}")) == [
        "Ada Admin deleted the site Gone soon",
        "Ada Admin changed the site Gone soon: name",
    ]


def test_times_of_no_site_are_those_of_the_newest(sign_in, company):
    with time_machine.travel(NOW, tick=False):
        person = sign_in()
        assert "11:30:00" in person.get("/audit").text  # no site yet: UTC
        make_site(company, zone="Asia/Tokyo")
        assert "8:30:00" in person.get("/audit").text
