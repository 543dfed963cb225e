"""An engine on the test's database that checks each second, and devices that it looks after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.factories import make_device, make_findings, make_site
from webapp.accounts.models import Company
from webapp.config import Settings
from webapp.devices.models import Device, DeviceState
from webapp.health.services.rounds import Rounds
from webapp.protocols.isapi.kinds import Kind
from webapp.simulator.pretend import Pretend
from webapp.sites.models import Site

INTERVAL, TIMEOUT = 1, 0.5  # seconds
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the matter is not the database
PATIENCE = 20  # seconds that a test waits for the engine


def quick(app: Flask) -> Settings:
    return replace(app.config["SETTINGS"], check_interval=INTERVAL, check_timeout=TIMEOUT)


@pytest.fixture
def standing_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """It is NOW, as the test's module says, all along."""
    with time_machine.travel(request.module.NOW, tick=False):
        yield


@pytest.fixture
def rounds(app: Flask) -> Iterator[Rounds]:
    """Not started: begin with `.start()`."""
    made = Rounds(quick(app))
    yield made
    if made.thread.is_alive():
        made.stop()


@pytest.fixture
def site(company: Company) -> Site:
    return make_site(company)


@pytest.fixture
def camera() -> Iterator[Pretend]:
    with Pretend() as device:
        yield device


@pytest.fixture
def recorder(site: Site) -> Device:
    made = make_device(site, type=Kind.NVR, serial="OLD-1", model="DS-7608NXI")
    make_findings(made)
    return made


def added(site: Site, pretend: Pretend, **values: Any) -> Device:
    """A device as it is after it was added with success."""
    given = {"host": pretend.host, "port": pretend.port, "serial": pretend.serial, "https": pretend.https}
    return make_device(site, **given | values)


def state(device: Device) -> DeviceState:
    found = DeviceState.of(device.id)
    assert found
    return found


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait for something to be so, and give it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come about")
