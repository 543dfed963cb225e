"""The table of spec 2.10: every state of a site and every deed between company and owner (T2)."""

from __future__ import annotations

import pytest

from tests.factories import make_owner
from tests.handover.made import acts
from webapp.handover.models import OwnerInvitation, Wanted
from webapp.handover.services import invitations
from webapp.handover.services.invitations import Invited
from webapp.sites.models import Site, SiteStatus

INVITE = {"name": "Olga", "how": "qr", "language": "en", "site_information": "y", "which": "all", "validity": ""}
ASK = {"reason": "Maintenance", "which": "all", "validity": "", "playback": "y"}
STATES = ["not_invited", "not_accepted", "not_registered", "expired", "declined", "unauthorized", "authorized"]
# deed → in which states it is done; in all others it is refused with 409 and leaves no trace
ALLOWED = {
    "invite": {"not_invited", "not_accepted", "not_registered", "expired", "declined"},
    "resend": {"not_accepted", "not_registered", "expired"},
    "withdraw": {"not_accepted", "not_registered", "expired"},
    "delete": {"not_invited", "not_accepted", "not_registered", "expired", "declined"},
    "edit": {"not_invited", "not_accepted", "not_registered", "expired", "declined", "authorized"},
    "apply": {"unauthorized"},
    "ask": {"authorized"},
    "release": {"authorized"},
    "reset": {"authorized"},
}


def bring(ada, site, state):
    if state in {"unauthorized", "authorized"}:
        make_owner(site, authorized=state == "authorized")
    elif state != "not_invited":
        email = "nora@example.com" if state == "not_registered" else ""
        _made, token = invitations.invite(ada, site, Invited("Olga", email, "", ""), Wanted(True))
        OwnerInvitation.update(sent_at=OwnerInvitation.get().sent_at.replace(year=2020)).execute()
        if state == "expired":
            OwnerInvitation.update(expires_at=OwnerInvitation.get().made_at).execute()
        if state == "declined":
            invitations.decline(token, None)


def do(admin, site, device, deed, htmx):
    here = f"/sites/{site.id}"
    paths = {
        "invite": (f"{here}/handover", INVITE),
        "resend": (f"{here}/handover/resend", {}),
        "withdraw": (f"{here}/handover/withdraw", {}),
        "delete": (f"{here}/delete", {"name": "Bakery"}),
        "edit": (f"{here}/edit", {"version": "1", "name": "Depot", "address": "", "city": "", "region": ""}),
        "apply": (f"{here}/authorization", ASK),
        "ask": (f"{here}/permissions", ASK),
        "release": (f"{here}/authorization/release", {}),
        "reset": (f"/devices/{device.id}/password-reset", {"reason": "Lost"}),
    }
    path, fields = paths[deed]
    return admin.post(path, htmx=htmx, **fields)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("deed", list(ALLOWED))
@pytest.mark.parametrize("state", STATES)
def test_a_deed_is_done_where_the_table_says_so_and_refused_elsewhere(admin, ada, site, cameras, state, deed, htmx):
    bring(ada, site, state)
    before = acts("")
    reply = do(admin, site, cameras[0], deed, htmx)
    done = len(acts("")) - len(before)
    if state in ALLOWED[deed]:
        assert reply.status_code in {200, 204, 303} and done == 1, reply.text
        return
    assert done == 0
    if deed == "reset" and state == "unauthorized":
        assert reply.status_code in {404, 409}  # nothing of its devices is told
        return
    assert reply.status_code == 409
    assert any(word in reply.text for word in ("owner", "authoriz", "invitation", "nothing to ask")), reply.text


NEXT = {
    "not_invited": ("Invite site owner", "/handover"),
    "not_accepted": ("See the invitation", "/handover"),
    "not_registered": ("See the invitation", "/handover"),
    "expired": ("Invite the owner again", "/handover"),
    "declined": ("Invite the owner again", "/handover"),
    "unauthorized": ("Apply for authorization", "/authorization"),
    "authorized": ("Permissions", "/permissions"),
}
CHIPS = {
    "not_invited": "Not handed over",
    "not_accepted": "Not accepted yet",
    "not_registered": "Not registered yet",
    "expired": "Invitation expired",
    "declined": "Invitation declined",
    "unauthorized": "Not authorized",
    "authorized": "Authorized",
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_word_and_its_next_step(admin, ada, site, state):
    bring(ada, site, state)
    label, path = NEXT[state]
    page = admin.get(f"/sites/{site.id}/standing").text
    assert CHIPS[state] in page and label in page and f'href="/sites/{site.id}{path}"' in page
    assert admin.get(f"/sites/{site.id}{path}").status_code == 200, "the step leads somewhere"


def test_the_table_knows_every_state():
    assert {"not_invited", "unauthorized", "authorized"} <= set(STATES) and len(SiteStatus) == 4
    assert Site._meta.fields["decided"].default == SiteStatus.NOT_INVITED
