"""Whoever accepts an invitation needs a password where no link can be mailed to come back with, and only there."""

from __future__ import annotations

import re

import pytest

from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.handover.models import Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import Invited

NEW = {"name": "Nora New", "email": "nora@example.com", "password": ""}


@pytest.fixture
def path(ada, site):
    return f"/handover/{invitations.invite(ada, site, Invited('Olga', '', '', ''), Wanted(True))[1]}"


def owners():
    return list(Account.select().where(Account.role == Role.OWNER))


def test_without_mail_it_is_the_only_way_back(anyone, path):
    page = anyone.get(path).text
    assert "You need it to come back: this server sends no mail." in page and "we mail you a link" not in page
    assert re.search(r'<input[^>]*aria-required="true"[^>]*name="password"', page)
    for typed in ("", "   "):
        reply = anyone.post(path, **NEW | {"password": typed})
        assert reply.status_code == 422 and "Choose a password." in reply.text
    assert not owners()


class TestWithMail:
    @pytest.fixture
    def settings(self):
        return {"mail_url": "mailto://127.0.0.1:9", "base_url": "http://cameras.example"}

    def test_it_is_left_to_the_invited(self, anyone, path):
        assert "Without one we mail you a link" in anyone.get(path).text
        assert anyone.post(path, **NEW).status_code == 303
        assert [one.password_hash for one in owners()] == [""] and anyone.get("/account").status_code == 200

    def test_blanks_are_none(self, anyone, path):
        reply = anyone.post(path, **NEW | {"password": "   "})
        assert reply.status_code == 422 and "Use at least 8 characters" in reply.text and not owners()
