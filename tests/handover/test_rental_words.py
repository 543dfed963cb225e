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
