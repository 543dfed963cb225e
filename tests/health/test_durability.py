"""What a power cut may take: no refusal, since the password would be tried again."""

from __future__ import annotations

from tests.devices.test_list import statements
from tests.factories import make_device
from tests.health.test_device_page import ANSWER, WRONG
from webapp.common import clock
from webapp.db import is_sqlite
from webapp.health.models import roster
from webapp.health.services.writer import Result


def test_a_refusal_waits_for_the_disk_and_what_was_known_does_not(site, rounds):
    device, tick = make_device(site), clock.monotonic()
    assert rounds.leader.try_to_lead()
    light = "PRAGMA synchronous = NORMAL" if is_sqlite() else "SET LOCAL synchronous_commit = off"
    for outcome, spared in ((ANSWER, True), (WRONG, False)):
        (due,) = roster.of([device.id])
        with statements() as sent:
            rounds.writer.keep([Result(due, outcome, clock.now(), tick)])
        assert (light in sent) == spared
    rounds.leader.release()
