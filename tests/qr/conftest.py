"""What tests of codes may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp.simulator.pretend import Pretend


@pytest.fixture
def camera() -> Iterator[Pretend]:
    with Pretend(host="127.0.0.1") as one:
        yield one
