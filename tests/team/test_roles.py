"""Roles that a company makes itself: names for sets of rights (R3)."""

from __future__ import annotations

import pytest

from tests.client import at_once
from tests.factories import assign, make_company, make_role, make_site
from tests.team.things import acts, invite, make_holder, make_manager, seen_in
from webapp.accounts.models import CompanyRole
from webapp.accounts.permissions import Right, read_rights
from webapp.audit.models import AuditEntry


def rights_of(role):
    return read_rights(CompanyRole.get_by_id(role.id).rights)


def test_every_right_has_a_name_and_a_line(admin, company):
    page = admin.get("/team/roles/new").text
    assert all(f'value="{right}"' in page for right in Right)
    assert "Manage all sites" in page and "Includes managing assigned sites" in page
    assert "Exactly" not in page and admin.get("/team/roles").text.count("May do everything") == 1


def test_one_is_added(admin, company):
    reply = admin.post("/team/roles/new", name="Service desk", rights=["manage_all_sites", "manage_health"])
    assert (reply.status_code, reply.location) == (303, "/team/roles")
    made = CompanyRole.get()
    assert made.name == "Service desk"
    assert rights_of(made) == {Right.MANAGE_ALL_SITES, Right.MANAGE_SITES, Right.MANAGE_HEALTH}, "all implies assigned"
    assert "Service desk" in admin.get("/team/roles").text and acts() == ["role.added"]


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "x" * 65}, {"name": "\u202e"}])
def test_a_name_is_needed(admin, company, fields):
    reply = admin.post("/team/roles/new", **fields)
    assert reply.status_code == 422 and 'class="summary"' in reply.text and acts() == []


def test_a_name_is_given_once_however_it_is_typed(admin, company):
    make_role(company, "Service desk")
    reply = admin.post("/team/roles/new", name="SERVICE desk")
    assert reply.status_code == 409 and "already" in reply.text
    make_role(make_company(), "Night watch")
    assert admin.post("/team/roles/new", name="Night watch").status_code == 303


def test_what_is_no_right_is_left_out(admin, company):
    admin.post("/team/roles/new", name="Odd", rights=["everything", "manage_health", "<b>"])
    assert rights_of(CompanyRole.get()) == {Right.MANAGE_HEALTH}


def test_who_gains_and_loses_what_is_shown_before_it_is_saved(admin, company):
    sites = [make_site(company) for _ in range(5)]
    role = make_role(company, "Desk", Right.MANAGE_HEALTH)
    bo = make_holder(role, name="Bo Begin")
    assign(sites[0], bo)

    first = admin.post(f"/team/roles/{role.id}", name="Desk", rights=["manage_all_sites"])

    assert first.status_code == 200 and rights_of(role) == {Right.MANAGE_HEALTH}, "shown, not saved"
    told = first.text.partition('id="reach"')[2].partition("</div>")[0]
    assert "They gain: Manage all sites, Manage assigned sites" in told and "They lose: Manage health" in told
    assert "Bo Begin" in told and "will see 4 sites more" in told
    again = admin.post(f"/team/roles/{role.id}", name="Desk", rights=["manage_all_sites"], seen=seen_in(first))
    assert again.status_code == 303 and rights_of(role) == {Right.MANAGE_ALL_SITES, Right.MANAGE_SITES}
    assert acts() == ["role.edited"] and AuditEntry.get(AuditEntry.action == "role.edited").changes == '["rights"]'
    fewer = admin.get(f"/team/roles/{role.id}?name=Desk&rights=manage_health", htmx=True)
    assert "will see 4 sites fewer" in fewer.text and "<html" not in fewer.text


def test_a_new_right_counts_at_the_next_request(admin, sign_in, company):
    role = make_role(company, "Desk")
    person = sign_in(make_holder(role).email)
    assert person.get("/sites/new").status_code == 403
    admin.post(f"/team/roles/{role.id}", name="Desk", rights=["add_sites"], seen="add_sites")
    assert person.get("/sites/new").status_code == 200
    admin.post(f"/team/roles/{role.id}", name="Desk", seen="")
    assert person.get("/sites/new").status_code == 403


def test_one_that_nobody_has_is_saved_and_deleted_at_once(admin, company):
    role = make_role(company, "Desk")
    assert admin.post(f"/team/roles/{role.id}", name="Front desk", rights=["add_sites"]).status_code == 303
    assert admin.get(f"/team/roles/{role.id}/delete").status_code == 200
    assert admin.post(f"/team/roles/{role.id}/delete").status_code == 303
    assert not CompanyRole.select().count() and acts() == ["role.edited", "role.deleted"]


def test_one_that_somebody_has_is_not_deleted(admin, company):
    held, awaited = make_role(company, "Held"), make_role(company, "Awaited")
    make_holder(held, name="Bo Begin")
    invite(admin, role=f"own-{awaited.id}", name="Cy Coming")
    for role, name in ((held, "Bo Begin"), (awaited, "Cy Coming")):
        for reply in (admin.get(f"/team/roles/{role.id}/delete"), admin.post(f"/team/roles/{role.id}/delete")):
            assert reply.status_code == 409 and name in reply.text
    assert CompanyRole.select().count() == 2 and "role.deleted" not in acts()


def test_nobody_changes_their_own_role_or_gives_more_than_they_have(sign_in, company):
    manager = make_manager(company, Right.ADD_SITES)
    weak, strong = make_role(company, "Weak"), make_role(company, "Strong", Right.MANAGE_DEVICES)
    person = sign_in(manager.email)
    own = manager.own_role
    everything = [str(right) for right in Right]
    for role in (weak, strong, own):
        reply = person.post(f"/team/roles/{role.id}", name="Mine", rights=everything, seen=" ".join(sorted(everything)))
        assert reply.status_code == 409, role.name
    assert person.post("/team/roles/new", name="New", rights=everything).status_code == 409
    assert (
        person.post(f"/team/roles/{own.id}", name="Mine", rights=["manage_team"], seen="manage_team").status_code == 409
    )
    assert person.post(f"/team/roles/{strong.id}/delete").status_code == 409
    assert acts() == [] and rights_of(weak) == set()
    page = person.get("/team/roles/new").text
    assert 'value="add_sites"' in page and 'value="manage_devices"' not in page


def test_of_two_who_edit_at_once_one_is_told(admin, sign_in, company):
    role, people = make_role(company, "Desk"), [admin, sign_in()]
    for person in people:
        person.fetch_token()
    rights = ("add_sites", "manage_health")
    told = at_once(
        *[
            lambda person=person, right=right: (
                person.post(f"/team/roles/{role.id}", name="Desk", rights=[right]).status_code
            )
            for person, right in zip(people, rights, strict=True)
        ]
    )
    assert set(told) <= {303, 409} and 303 in told and len(rights_of(role)) == 1
    assert acts().count("role.edited") == told.count(303)


def test_a_role_that_nobody_has_says_so(admin, company):
    role = make_role(company, "Desk")
    assert "Nobody yet" in admin.get("/team/roles").text
    make_holder(role)
    page = admin.get("/team/roles").text
    assert "1 person has it" in page and "Nobody yet" not in page
