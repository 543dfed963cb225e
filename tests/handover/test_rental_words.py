"""What is said of a rental keeps to what is so, in every state (T10)."""

from __future__ import annotations

import pytest

from tests.handover.made import token_in
from tests.handover.rented import pause
from tests.handover.test_invite_owner import send

GO_ON = "Your devices go on"


@pytest.mark.parametrize("rented_out", [False, True])
def test_what_the_invited_can_end_is_the_access_and_not_the_rental(admin, anyone, site, rented_out):
    page = send(admin, site, how="qr", **({"rental": "y"} if rented_out else {})).text
    for text in (page, anyone.get(f"/handover/{token_in(page)}").text):
        assert ("You can end its access at any time." in text) == rented_out
        assert ("You can end this at any time." in text) != rented_out
        assert ("Ending its access does not change this." in text) == rented_out


@pytest.mark.parametrize("htmx", [False, True])
def test_ending_the_access_promises_nothing_while_the_service_is_paused(admin, owner, rented, cameras, htmx):
    path = f"/sites/{rented.id}/revoke"
    assert f"{GO_ON}, and you still see here whether they work." in owner.get(path, htmx=htmx).text
    pause(admin, cameras[0])
    part = owner.get(path, htmx=htmx).text
    assert "not of those whose service is paused" in part and "and you still see here" not in part
    pause(admin, rented)
    part = owner.get(path, htmx=htmx).text
    assert "The service stays paused: until Northlight Security resumes it, you do not see here" in part
    assert GO_ON not in part and "you still see here" not in part.lower()


def in_german(person):
    person.post("/account/language", language="de")
    return person


def test_what_is_let_by_the_company_is_rented_by_the_owner(admin, owner, site):
    owner.post(f"/handover/{token_in(send(admin, site, how='qr', rental='y').text)}")
    standing, log, story = f"/sites/{site.id}/standing", "/audit", f"/sites/{site.id}/story"
    assert ": the devices are rented out" in admin.get(log).text and "rented out" in admin.get(standing).text
    assert ": the devices are rented<" in owner.get(story).text and "rented out" not in owner.get(standing).text
    for path in (standing, log, story, "/audit.csv"):
        text = in_german(admin).get(path).text
        assert "vermietet" in text and "gemietet" not in text, path
    for path in (standing, story):
        text = in_german(owner).get(path).text
        assert "gemietet" in text and "vermietet" not in text, path


def test_the_service_is_what_is_paused_and_not_the_device(admin, owner, rented, cameras):
    pause(admin, cameras[0])
    assert "The service of 1 device is paused by Northlight Security." in owner.get("/").text
    here = f"/sites/{rented.id}"
    assert "Der Dienst von 1 Gerät ist durch Northlight Security ausgesetzt." in in_german(owner).get("/").text
    assert "Dienst durch Northlight Security ausgesetzt seit" in owner.get(here).text
    assert "Dienst durch Northlight Security ausgesetzt<" in owner.get(f"/devices/{cameras[0].id}").text
    pause(admin, rented)
    assert "Der Dienst ist durch Northlight Security ausgesetzt." in owner.get("/").text
