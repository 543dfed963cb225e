"""A site with two cameras, and what people of the handover do with it."""

from __future__ import annotations

import pytest

from tests.client import Person
from tests.factories import make_device, make_owner, make_site
from tests.handover.made import principal, rent
from tests.owners.houses import family_of, recorder
from webapp.accounts.models import Account
from webapp.devices.models import Device


@pytest.fixture
def site(company):
    made = make_site(company, name="Bakery", city="Lindau")
    for name in ("Front door", "Yard"):
        make_device(made, name=name)
    return made


@pytest.fixture
def cameras(site):
    return list(Device.select().where(Device.site == site.id).order_by(Device.id))


@pytest.fixture
def ada(company):
    """The Installer Admin."""
    return principal(Account.get(Account.email == "ada@example.com"))


@pytest.fixture
def olga(company):
    """An end user who owns nothing yet."""
    return make_owner(name="Olga", email="olga@example.com")


@pytest.fixture
def owner(sign_in, olga) -> Person:
    """Her browser."""
    return sign_in("olga@example.com")


@pytest.fixture
def rented(site, olga):
    """Hers by now, and she has agreed that its devices are rented."""
    return rent(site, olga)


@pytest.fixture
def watched(rented):
    """A recorder there of which much is known."""
    return recorder(rented, model="DS-7608", firmware="V4.30")


@pytest.fixture
def family(rented, sign_in) -> Person:
    return sign_in(family_of(rented).email)
