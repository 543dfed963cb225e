"""A passkey made and used by real Chromium, with its own pretend fingerprint reader; and what is said without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones
from tests.browser.looks import STICKING_OUT, TAP, TOO_SMALL, barriers
from tests.browser.served import EMAIL, PASSWORD, served

pytestmark = pytest.mark.browser
READER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def server(founded: Path, tmp_path: Path) -> Iterator[str]:
    """By number; a browser takes passkeys by the name localhost alone."""
    copytree(founded, tmp_path, dirs_exist_ok=True)
    with served(tmp_path) as url:
        yield url


@pytest.fixture
def named(server: str) -> str:
    return server.replace("127.0.0.1", "localhost")


def give_reader(page: Page) -> Callable[..., None]:
    """Put a fingerprint reader into the phone; gives what sets it: set_verified(False) is a finger it does not know."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": READER})

    def set_verified(yes: bool) -> None:
        told = {"authenticatorId": made["authenticatorId"], "isUserVerified": yes}
        devtools.send("WebAuthn.setUserVerified", told)

    return set_verified


def enter(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/$"))


def add(page: Page, name: str) -> None:
    page.goto("/account/passkeys")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


def leave(page: Page) -> None:
    page.goto("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/sign-in"))


def test_one_is_made_and_opens_the_door_again(phones: Phones, named: str) -> None:
    phone = phones(named)
    give_reader(phone)
    enter(phone)
    add(phone, "Ada's phone")
    expect(phone.get_by_text("Ada's phone")).to_be_visible()
    expect(phone.get_by_text("not used yet")).to_be_visible()
    leave(phone)

    phone.goto("/sign-in?next=/sites")
    phone.get_by_role("button", name="Sign in with a passkey").click()
    expect(phone).to_have_url(re.compile("[^=]/sites$"))
    phone.goto("/account/passkeys")
    expect(phone.get_by_text("last used")).to_be_visible()


def test_a_second_one_in_the_same_phone_is_told_of_and_removal_shuts_the_door(phones: Phones, named: str) -> None:
    phone = phones(named)
    give_reader(phone)
    enter(phone)
    add(phone, "First")
    expect(phone.get_by_text("First")).to_be_visible()
    add(phone, "Second")
    expect(phone.get_by_text("has a passkey of yours already")).to_be_visible()
    phone.get_by_role("button", name="Remove the passkey First").click()
    expect(phone.get_by_text("First")).to_have_count(0)
    leave(phone)
    phone.get_by_role("button", name="Sign in with a passkey").click()
    expect(phone.locator(".summary")).to_contain_text("This passkey is not known here")


def test_a_finger_that_is_not_known_lets_nobody_in(phones: Phones, named: str) -> None:
    phone = phones(named)
    set_verified = give_reader(phone)
    enter(phone)
    add(phone, "Phone")
    expect(phone.get_by_text("not used yet")).to_be_visible()
    leave(phone)
    set_verified(False)
    phone.get_by_role("button", name="Sign in with a passkey").click()
    expect(phone.get_by_text("Nothing was done")).to_be_visible()
    set_verified(True)
    phone.get_by_role("button", name="Sign in with a passkey").click()
    expect(phone).to_have_url(re.compile("/$"))


def test_where_browsers_make_none_the_page_says_why(phones: Phones, server: str) -> None:
    phone = phones(server)
    phone.goto("/sign-in")
    enter(phone)
    phone.goto("/account/passkeys")
    expect(phone.get_by_text("this server is reached by a number")).to_be_visible()
    expect(phone.get_by_role("button", name="Add a passkey")).to_have_count(0)


def test_without_javascript_the_button_is_not_there(phones: Phones, named: str) -> None:
    phone = phones(named, java_script_enabled=False)
    phone.goto("/sign-in")
    expect(phone.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    enter(phone)
    phone.goto("/account/passkeys")
    expect(phone.get_by_text("This browser cannot make passkeys here")).to_be_visible()
    expect(phone.get_by_role("button", name="Add a passkey")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody(phones: Phones, named: str, scheme: str) -> None:
    phone = phones(named, color_scheme=scheme)
    give_reader(phone)
    enter(phone)
    add(phone, "A name that goes on and on " * 2)
    expect(phone.get_by_text("not used yet")).to_be_visible()
    phone.goto("/account/passkeys")
    look(phone)
    phone.goto("/account/second-factor")
    look(phone)
    phone.get_by_role("button", name="Set up").click()
    expect(phone.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    look(phone)
    leave(phone)
    look(phone)


def look(page: Page) -> None:
    assert barriers(page) == []
    assert page.evaluate(TOO_SMALL, TAP) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(STICKING_OUT) == []
    page.set_viewport_size({"width": 412, "height": 915})
