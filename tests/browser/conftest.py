"""A phone: Debian's Chromium on the product as it is really served, and simulated devices on loopback.

Each process of the tests has one browser and its own servers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, which
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.looks import NOTE_SHIFTS
from tests.browser.served import EMAIL, PASSWORD, create_company, flask, furnish, served
from webapp.simulator import profiles
from webapp.simulator.pretend import Pretend

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync"]
# What Playwright switches off, which our own word replaces; and two windows of Chromium's own, behind the address bar
# that nobody sees here: they take half of what it costs to open a page.
OFF = "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,MediaRouter,LensOverlay"
OFF += ",HttpsFirstBalancedModeAutoEnable,PaintHolding,ThirdPartyStoragePartitioning,OptimizationHints,AimEnabled"
OFF += ",AvoidCorsURLLoaderRestartOnRedirect,NetworkTimeServiceQuerying,PreconnectToSearch"
QUIET += [f"--disable-features={OFF},WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess"]
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
    path = next(filter(None, map(which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser here: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def migrated(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder before its first start, to copy."""
    data = tmp_path_factory.mktemp("migrated")
    flask(data, "migrate")
    return data


@pytest.fixture(scope="session")
def founded(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a company in it, to copy."""
    data = tmp_path_factory.mktemp("founded")
    copytree(migrated, data, dirs_exist_ok=True)
    create_company(data)
    return data


@pytest.fixture(scope="session")
def house(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("house")
    copytree(founded, data, dirs_exist_ok=True)
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


class Shelf:
    """Phones that were opened in a browser, and what their pages have complained of in the console."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []
        self.kept: dict[str, Page] = {}
        self.used: dict[Page, str] = {}

    def open(self, url: str, **options: Any) -> Page:
        self.contexts.append(self.browser.new_context(base_url=url, **PHONE | options))
        page = self.contexts[-1].new_page()
        page.on("console", self.note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.set_default_timeout(PATIENCE)
        return page

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(UNREACHED):
            self.troubles.append(message.text)

    def again(self, url: str, **options: Any) -> Page:
        """One phone for the same options; it keeps no files, so that every page comes as on a first visit."""
        name = json.dumps([url, options], sort_keys=True)
        if name not in self.kept:
            self.kept[name] = self.open(url, service_workers="block", reduced_motion="reduce", **options)
            self.kept[name].add_init_script(f"({NOTE_SHIFTS})()")
            devtools = self.kept[name].context.new_cdp_session(self.kept[name])
            devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.used[self.kept[name]] = url
        return self.kept[name]

    def put_back(self) -> None:
        """Make a test's phones as new. A page of the same server leaves a tab its process; a blank one costs two."""
        for page, url in self.used.items():
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(PHONE["viewport"])
            page.goto(f"{url}/healthz")
        self.used.clear()

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def phones(browser: Browser) -> Iterator[Phones]:
    """phones(url) is another phone that opens URLs there. What a page complains of in its console fails the test."""
    shelf = Shelf(browser)
    yield shelf.open
    shelf.close()
    assert shelf.troubles == []


@pytest.fixture(scope="session")
def shelf(browser: Browser) -> Iterator[Shelf]:
    made = Shelf(browser)
    yield made
    made.close()


@pytest.fixture
def looking(shelf: Shelf) -> Iterator[Phones]:
    """looking(url) is a phone for tests that look and touch nothing: one for all of them, as opening it takes long."""
    yield shelf.again
    shelf.put_back()
    troubles, shelf.troubles = shelf.troubles, []
    assert troubles == []


@pytest.fixture
def phone(phones: Phones, house: House, signed_in: Any) -> Page:
    """The phone of the Installer Admin."""
    return phones(house.url, storage_state=signed_in)


@pytest.fixture
def fresh(migrated: Path, tmp_path: Path) -> Iterator[str]:
    """A server at its very first start. Without the engine, whose turn would come some time within a minute."""
    copytree(migrated, tmp_path, dirs_exist_ok=True)
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
