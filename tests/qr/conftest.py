"""What tests of codes may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp.qr import seal
from webapp.simulator.pretend import Pretend


@pytest.fixture(autouse=True)
def keys_of_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As strong as tests of all else need; those of the text itself (test_seal.py) take the product's."""
    monkeypatch.setattr(seal, "MEMORY_KIB", 8)
    monkeypatch.setattr(seal, "PASSES", 1)


@pytest.fixture
def camera() -> Iterator[Pretend]:
    with Pretend(host="127.0.0.1") as one:
        yield one
