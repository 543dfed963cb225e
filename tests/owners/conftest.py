"""A site with its owner, and the owner's browser."""

from __future__ import annotations

import pytest

from tests.owners.houses import own_site


@pytest.fixture
def owned(company):
    return own_site(company)


@pytest.fixture
def site(owned):
    return owned[0]


@pytest.fixture
def owner(owned, sign_in):
    return sign_in(owned[1].email)
