"""What the team's acts send by mail, where mail is set up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import Person
from tests.factories import make_employee
from tests.mailbox import Mailbox
from tests.team.things import acts, invite, join, link_in
from webapp.common import jobs
from webapp.team.models import TeamInvitation


@pytest.fixture
def mailbox():
    with Mailbox() as made:
        yield made


@pytest.fixture
def settings(mailbox) -> dict[str, Any]:
    return {"mail_url": mailbox.url, "base_url": "https://sitehand.example/"}


def test_an_invitation_goes_to_its_address_too(admin, app, company, mailbox):
    reply = invite(admin)
    link = link_in(reply)
    jobs.stop(forget=False)
    ((to, letter),) = mailbox.letters
    assert to == ["bo@example.com"] and letter["Subject"] == "Ada Admin invites you to Northlight Security"
    assert f"https://sitehand.example{link}" in mailbox.text() and "Your role: Installer" in mailbox.text()
    assert "on its way to bo@example.com" in reply.text and TeamInvitation.get().mail_id
    assert join(Person(app), link).status_code == 303


def test_a_new_link_is_mailed_anew(admin, company, mailbox):
    invite(admin)
    link = link_in(admin.post(f"/team/invitations/{TeamInvitation.get().id}/resend"))
    jobs.stop(forget=False)
    assert len(mailbox.letters) == 2 and any(link in mailbox.text(n) for n in (0, 1))


def test_a_link_for_a_new_password_goes_to_the_person_alone(admin, anyone, company, mailbox):
    bo = make_employee(company, name="Bo Begin", email="bo@example.com")
    assert "Send a link for a new password" in admin.get(f"/team/{bo.id}").text
    reply = admin.post(f"/team/{bo.id}/reset-password")
    jobs.stop(forget=False)
    assert reply.status_code == 303 and acts() == ["team.reset_mailed"]
    ((to, _letter),) = mailbox.letters
    assert to == ["bo@example.com"]
    path = mailbox.text().partition("https://sitehand.example")[2].split()[0]
    assert path.startswith("/reset/") and path not in admin.get(f"/team/{bo.id}").text
    assert anyone.get(path).status_code == 200
