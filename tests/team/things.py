"""What the tests of the team do again and again."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_employee, make_role
from webapp.accounts.models import Account, Company, CompanyRole
from webapp.accounts.permissions import Right, Role
from webapp.audit.models import AuditEntry

LINK = re.compile(r'id="join-link"[^>]*value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]*)"')


def acts(*rooms: str) -> list[str]:
    """What the log says was done in these rooms, the first one first."""
    wanted = rooms or ("team.", "role.")
    return [entry.action for entry in AuditEntry.select().order_by(AuditEntry.id) if entry.action.startswith(wanted)]


def invite(person: Person, **fields: Any) -> TestResponse:
    given = {"name": "Bo Begin", "email": "bo@example.com", "role": "installer"}
    return person.post("/team/invite", **given | fields)


def link_in(reply: TestResponse) -> str:
    """The path of the link that is shown."""
    found = LINK.search(reply.text)
    assert found, reply.text
    return "/join/" + unescape(found[1]).partition("/join/")[2]


def join(person: Person, link: str, **fields: Any) -> TestResponse:
    return person.post(link, **{"name": "Bo Begin", "password": PASSWORD} | fields)


def seen_in(reply: TestResponse) -> str:
    found = SEEN.search(reply.text)
    assert found, reply.text
    return unescape(found[1])


def make_holder(role: CompanyRole, **values: Any) -> Account:
    """An employee with a role that the company has made."""
    return make_employee(role.company, Role.OWN, own_role=role, **values)


def make_manager(company: Company, *rights: Right, **values: Any) -> Account:
    """Somebody who manages the team, with these rights beside."""
    name = f"Manager {'+'.join(sorted(rights))}"[:60]
    return make_holder(make_role(company, name, Right.MANAGE_TEAM, *rights), **values)
