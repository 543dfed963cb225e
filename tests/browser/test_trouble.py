"""Bad signal, a busy server, an ended session: what a phone shows then, and that it finds its way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.browser


def test_a_test_that_is_waited_for_survives_lost_and_failed_polls(phone, house, camera):
    replies = iter(["lost", "busy"])

    def stumble(route: Route) -> None:
        fate = next(replies, "")
        if fate == "lost":
            route.abort()
        elif fate == "busy":
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    phone.route("**/probes/*", stumble)
    phone.goto(house.pages["site full address"])
    phone.get_by_label("Device name").fill("Cellar")
    phone.get_by_label("IP address or domain").fill(camera.host)
    phone.get_by_label("Port").fill(str(camera.port))
    phone.get_by_label("Password", exact=True).fill("Kamera-123")
    phone.get_by_role("button", name="Test connection").click()
    expect(phone.get_by_role("heading", name="All is well. Add the device now.")).to_be_visible()
    assert next(replies, "") == ""


def test_without_a_connection_a_page_says_so_and_what_was_typed_is_there_again(phone, house):
    form = house.pages["new site"]
    phone.goto(form)
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.get_by_label("Site name").fill("On a ladder")
    phone.wait_for_function("() => Object.values(sessionStorage).some((kept) => kept.includes('On a ladder'))")
    phone.context.set_offline(True)
    expect(phone.get_by_text("You are offline. What you see may be old.")).to_be_visible()
    phone.goto(form)
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are offline")
    phone.context.set_offline(False)
    expect(phone.get_by_label("Site name")).to_have_value("On a ladder")


def test_nothing_that_is_somebodys_is_kept_on_the_phone(phone, house):
    phone.goto(house.pages["devices"])
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    kept = phone.evaluate("""async () => {
        const stores = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
        const requests = await Promise.all(stores.map((store) => store.keys()));
        return requests.flat().map((request) => new URL(request.url).pathname);
    }""")
    assert "/offline" in kept
    assert [path for path in kept if not path.startswith("/static/") and path != "/offline"] == []


def test_a_press_without_a_connection_says_that_nothing_was_sent(phone, house):
    phone.goto(house.pages["device emoji"])
    phone.context.set_offline(True)
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_text(re.compile("Nothing was sent"))).to_be_visible()
    phone.context.set_offline(False)
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_label("Device name")).to_be_visible()


def test_a_fault_of_the_server_is_told_and_can_be_tried_again(phone, house):
    phone.goto(house.pages["device emoji"])
    phone.route("**/address/edit", lambda route: route.fulfill(status=500, body="<p>broken</p>"), times=1)
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_text(re.compile("went wrong on our side"))).to_be_visible()
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_label("Device name")).to_be_visible()


def test_an_ended_session_leads_to_sign_in(phone, house):
    phone.goto(house.pages["device emoji"])
    phone.context.clear_cookies()
    phone.get_by_role("link", name="Edit", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign in")
