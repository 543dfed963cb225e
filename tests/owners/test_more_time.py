"""More time is given once for one form, however often it is sent (U2, U6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.client import at_once
from tests.handover.made import acts, fresh, principal
from tests.owners.houses import guarded_device, permit, shown_end
from webapp.common import clock
from webapp.devices.models.permission import DevicePermission
from webapp.handover.services import authorization
from webapp.sites.models import Site

HOUR = timedelta(hours=1)
MEANWHILE = "This has changed meanwhile. Look at the site as it is now."


class Lent:
    """What the owner has allowed for an hour: the site, or live view of one device."""

    def __init__(self, site, kind):
        self.site, self.until = site, clock.now() + HOUR
        self.permission = permit(guarded_device(site)) if kind == "permission" else None
        self.ends(self.until)
        path = f"/permissions/{self.permission.id}" if self.permission else f"/sites/{site.id}/extend"
        self.form, self.url = path, path if path.endswith("extend") else f"{path}/extend"
        self.what = self.permission or site
        self.row = "permission.granted" if self.permission else "authorization.granted"

    def ends(self, at):
        if self.permission:
            DevicePermission.update(until=at).execute()
        else:
            Site.update(authorized_until=at).execute()

    @property
    def now(self):
        return DevicePermission.get().until if self.permission else fresh(self.site).authorized_until

    @property
    def rows(self):
        return acts(self.row).count(self.row)


@pytest.fixture(params=["site", "permission"])
def lent(request, site):
    return Lent(site, request.param)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("hours", [4, 0])
def test_a_double_tap_gives_it_once(owner, lent, hours, htmx):
    before, form = lent.rows, {"hours": str(hours), "ends": shown_end(owner, lent.form)}
    replies = [owner.post(lent.url, htmx=htmx, **form) for _tap in range(3)]
    assert [reply.status_code for reply in replies] == [204 if htmx else 303] * 3
    assert lent.now == (lent.until + timedelta(hours=hours) if hours else None)
    assert lent.rows == before + 1


def test_of_many_at_once_one_gives_it(owned, lent):
    by, before = principal(owned[1]), lent.rows
    told = at_once(*[lambda: authorization.extend(by, lent.what, 2, lent.until)] * 8)
    assert told == [None] * 8 and lent.now == lent.until + timedelta(hours=2) and lent.rows == before + 1


def test_the_form_of_later_gives_more_again(owner, lent):
    for count in (1, 2):
        assert owner.post(lent.url, hours="1", ends=shown_end(owner, lent.form)).status_code == 303
        assert lent.now == lent.until + count * HOUR


def test_a_form_that_shows_another_end_is_refused_in_words(owner, lent):
    ends = shown_end(owner, lent.form)
    lent.ends(lent.until + 5 * HOUR)
    reply = owner.post(lent.url, hours="4", ends=ends)
    assert reply.status_code == 409 and MEANWHILE in reply.text
    assert lent.now == lent.until + 5 * HOUR


@pytest.mark.parametrize("ends", ["", "soon", "9999-12-31T23:59:59+00:00", "0001-01-01", "2026-01-01T00:00"])
def test_without_the_end_that_was_shown_nothing_is_given(owner, lent, ends):
    before = lent.rows
    for hours in ("4", "0"):
        assert owner.post(lent.url, hours=hours, ends=ends).status_code == 409
    assert lent.now == lent.until and lent.rows == before


def test_a_wrong_choice_shows_the_end_again(owner, lent):
    reply = owner.post(lent.url, hours="7", ends="")
    assert reply.status_code == 422 and f'name="ends" value="{lent.until.isoformat()}"' in reply.text
