"""People with two-factor sign-in."""

from __future__ import annotations

import pytest
import time_machine

from tests.accounts.factors import turn_on

START = 1_800_000_000


@pytest.fixture
def journey():
    with time_machine.travel(START, tick=False) as travel:
        yield travel


@pytest.fixture
def app_and_codes(journey, admin):
    """Two-factor sign-in that was set up a minute ago, so that a code of now is fresh."""
    made = turn_on(admin)
    journey.shift(60)
    return made


@pytest.fixture
def phone(app_and_codes):
    return app_and_codes[0]


@pytest.fixture
def recovery(app_and_codes):
    return app_and_codes[1]
