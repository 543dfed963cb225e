"""A site that is not handed over, and the people of another company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.client import Person
from tests.factories import make_company, make_device, make_employee, make_site
from tests.handover.made import principal
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.devices.models import Device
from webapp.simulator.pretend import Pretend
from webapp.sites.models import Site


@pytest.fixture
def site(company: Any) -> Site:
    made = make_site(company, name="Bakery", city="Lindau")
    make_device(made, name="Front door")
    make_device(make_site(company, name="School"), name="Hall")
    return made


@pytest.fixture
def device(site: Site) -> Device:
    return Device.get(Device.site == site.id)


@pytest.fixture
def southern(company: Any) -> Any:
    return make_company("Southern Cables")


@pytest.fixture
def bea(southern: Any) -> Account:
    """Who stands on the ladder for the other company."""
    return make_employee(southern, Role.INSTALLER, name="Bea", email="bea@example.com")


@pytest.fixture
def guest(sign_in: Callable[..., Person], bea: Account) -> Person:
    return sign_in(bea.email)


@pytest.fixture
def boss(sign_in: Callable[..., Person], southern: Any) -> Person:
    """The other company's Installer Admin."""
    return sign_in(make_employee(southern, Role.INSTALLER_ADMIN, name="Bo").email)


@pytest.fixture
def camera() -> Iterator[Pretend]:
    with Pretend(host="127.0.0.1") as one:
        yield one


@pytest.fixture
def ada(company: Any) -> Any:
    return principal(Account.get(Account.email == "ada@example.com"))
