"""A phone: Debian's Chromium on the product as it is really served, and simulated devices on loopback.

Each process of the tests has one browser and its own servers.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.served import EMAIL, PASSWORD, create_company, flask, furnish, served
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync"]
FLAGS = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
PHONE = {"viewport": {"width": 412, "height": 915}, "is_mobile": True, "has_touch": True, "locale": "en"}
UNREACHED = (
    "Failed to load resource",
    "An unknown error occurred when fetching the script.",  # the worker looks for its newer self, and is offline
    "Response Status Error",
    "htmx:",
)  # what Chromium and htmx note of a refusal and of a lost connection
PATIENCE = 15_000  # milliseconds, for whatever is waited for

expect.set_options(timeout=PATIENCE)

Phones = Callable[..., Page]


@dataclass(frozen=True, slots=True)
class House:
    """A served company, furnished with tests/world.py."""

    url: str
    data: Path
    pages: dict[str, str]
    devices: dict[str, int]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser here: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house")
    flask(data, "migrate")
    create_company(data)
    world = furnish(data)
    with served(data) as url:
        yield House(url, data, world["pages"], world["devices"])


@pytest.fixture(scope="session")
def arabic(house: House) -> Iterator[str]:
    """The same house, for readers from right to left."""
    with served(house.data, "tests.browser.arabic:app") as url:
        yield url


@pytest.fixture(scope="session")
def signed_in(browser: Browser, house: House) -> Any:
    """The cookies of somebody who has signed in; they hold for both servers of the house."""
    page = browser.new_context(locale="en").new_page()
    page.goto(f"{house.url}/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", level=1).wait_for()
    cookies = page.context.storage_state()
    page.context.close()
    return cookies


@pytest.fixture
def phones(browser: Browser) -> Iterator[Phones]:
    """phones(url) is another phone that opens URLs there. What a page complains of in its console fails the test."""
    troubles: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(UNREACHED):
            troubles.append(message.text)

    def open_phone(url: str, **options: Any) -> Page:
        contexts.append(browser.new_context(base_url=url, **PHONE | options))
        page = contexts[-1].new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.set_default_timeout(PATIENCE)
        return page

    yield open_phone
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def phone(phones: Phones, house: House, signed_in: Any) -> Page:
    """The phone of the Installer Admin."""
    return phones(house.url, storage_state=signed_in)


@pytest.fixture
def fresh(browser: Browser, tmp_path: Path) -> Iterator[str]:
    """A server at its very first start. Without the engine, whose turn would come some time within a minute."""
    flask(tmp_path, "migrate")
    with served(tmp_path) as url:
        yield url


@pytest.fixture
def camera() -> Iterator[Pretend]:
    with Pretend(host="127.0.0.1") as device:
        yield device


@pytest.fixture
def other_make() -> Iterator[Pretend]:
    with Pretend(profiles.OTHER_MAKE, host="127.0.0.1") as device:
        yield device
