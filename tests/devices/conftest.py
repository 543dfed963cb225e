"""A site to add to, and a simulated device to be added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories import make_site
from webapp.simulator.pretend import Pretend
from webapp.sites.models import Site


@pytest.fixture
def site(company: Any) -> Site:
    return make_site(company, name="Bakery")


@pytest.fixture
def camera() -> Iterator[Pretend]:
    with Pretend(host="127.0.0.1") as device:
        yield device
