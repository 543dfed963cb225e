"""A company with two sites, people who see more or less of them, and another company."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from types import SimpleNamespace

import pytest

from tests.audit.world import make_act
from tests.factories import assign, make_company, make_employee, make_site
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role

ACT = re.compile(r'<span class="name">(.*?)</span>', re.DOTALL)


@pytest.fixture
def shown():
    """shown(reply) gives the sentences of a page as text, the newest first."""

    def texts(reply):
        assert reply.status_code == 200, reply.text
        return [unescape(re.sub("<[^>]+>", "", text)) for text in ACT.findall(reply.text)]

    return texts


@pytest.fixture
def table():
    """table(reply) gives the rows of a CSV file, each as {column: text}."""
    return lambda reply: list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))


@pytest.fixture
def people(app, company):
    """Sites `mine` and `other`; an installer `bob` who has the first; an owner of it; another company with an admin."""
    mine, other = make_site(company, name="Bakery"), make_site(company, name="Depot", zone="Asia/Tokyo")
    bob, eve = make_employee(company, name="Bob"), make_employee(company, name="Eve")
    assign(mine, bob)
    foreign = make_company("Southlight")
    rival = make_employee(foreign, Role.INSTALLER_ADMIN, name="Sol")
    theirs = make_site(foreign, name="Theirs")
    owner = make_employee(None, Role.OWNER, name="Olga Owner")
    admin = Account.get(Account.email == "ada@example.com")
    return SimpleNamespace(
        mine=mine, other=other, bob=bob, eve=eve, rival=rival, foreign=foreign, theirs=theirs, owner=owner, admin=admin
    )


@pytest.fixture
def acts(company, people):
    """One act at each site, one of each person at none, and of the other company."""
    make_act(company, site=people.mine, target_name="At mine", actor_id=people.admin.id, ago=60)
    make_act(company, site=people.other, target_name="At other", actor_id=people.admin.id, ago=50)
    make_act(company, "session.others_ended", actor_id=people.bob.id, actor_name="Bob", ago=40)
    make_act(company, "session.others_ended", actor_id=people.eve.id, actor_name="Eve", ago=30)
    make_act(people.foreign, site=people.theirs, target_name="Foreign", actor_id=people.rival.id, ago=20)
    make_act(
        people.foreign, site=people.mine, target_name="Before us", actor_id=people.rival.id, actor_name="Sol", ago=10
    )
    return people
