"""A device's page: what is shown of its health."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.client import Person
from tests.devices.test_list import statements
from tests.factories import (
    cameras,
    make_device,
    make_findings,
    make_hour,
    make_past,
)
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, Happening
from webapp.health.models import roster
from webapp.health.services.visits import Visited
from webapp.health.services.writer import Result
from webapp.protocols.errors import Unauthorized, Unreachable
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.health import Light
from webapp.protocols.pool import Outcome

ANSWER = Outcome(result=Visited(Light(None, "info"), None, False), ms=12)
WRONG = Outcome(error=Unauthorized(tries_left=4))
MISS = Outcome(error=Unreachable("timeout"))


def page(person: Person, device: Device) -> str:
    return person.get(f"/devices/{device.id}").text


def test_the_verdict_comes_first_and_what_it_is_made_of_below(admin, recorder):
    make_findings(recorder, blocks={"channels": cameras(8, 5)})
    make_past(recorder)
    text = page(admin, recorder)
    order = ("Online. 1 of 8 cameras is offline.", "1 disk is well.", "Last 24 hours")
    places = [text.index(words) for words in order]
    assert places == sorted(places) and 'class="verdict warn"' in text


def test_drawings_are_told_in_words_too(admin, recorder):
    make_past(recorder)
    text = page(admin, recorder)
    for svg in re.findall(r'<svg class="(?:beat|spark)"[^>]*>', text):
        assert 'role="img"' in svg and re.search(r'aria-label="[^"]{10,}"', svg)
    assert len(re.findall(r'<svg class="(?:beat|spark)"', text)) == 3
    assert "Failed checks: " in text and "Time to answer: " in text


def test_misses_that_nothing_was_claimed_of_are_not_called_answers(admin, site, rounds):
    device = make_device(site)
    assert rounds.leader.try_to_lead()
    (due,) = roster.of([device.id])
    for outcome in [MISS, MISS, ANSWER] * 10:
        rounds.writer.keep([Result(due, outcome, clock.now(), clock.monotonic())])
    rounds.leader.release()
    text = page(admin, device)
    assert "No outage seen." in text and "100%" in text
    assert "every check" not in text and "Reached" not in text


def test_a_password_that_is_tried_once_more_after_a_restart_is_not_said_to_be_left_alone(admin, site, rounds):
    device, tick = make_device(site), clock.monotonic()
    assert rounds.leader.try_to_lead()
    back = replace(ANSWER, result=Visited(Light(None, "info"), None, True))

    def find(outcome: Outcome) -> str:
        (due,) = roster.of([device.id])
        rounds.writer.keep([Result(due, outcome, clock.now(), tick)])
        return page(admin, device)

    find(back)
    text = find(WRONG)
    assert "is tried once more in a minute." in text and "not tried again" not in text
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        text = find(WRONG)
    assert "is not tried again by itself." in text and "once more" not in text
    rounds.leader.release()


def test_without_any_check_it_is_said_that_there_is_no_data(admin, site):
    text = page(admin, make_device(site))
    assert "No data in the last 24 hours." in text and text.count("no data") == 3 and "0%" not in text


def test_availability_is_never_rounded_up_to_always(admin, recorder):
    minute = int(clock.now().timestamp()) // 60
    hour = minute // 60 - 1
    make_hour(recorder, hour, [(n // 100, None if n == 0 else 40) for n in range(6000)])
    assert "99.9%" in page(admin, recorder) and "100%" not in page(admin, recorder)


def test_little_knowledge_is_said_to_be_little(admin, recorder):
    hour = int(clock.now().timestamp()) // 3600
    make_hour(recorder, hour - 1, [(n, 40) for n in range(60)])
    text = page(admin, recorder)
    assert text.count("100%") == 3 and len(re.findall(r"\d% known", text)) == 3


def test_names_that_a_device_gives_are_never_run(admin, recorder):
    DeviceEvent.create(device=recorder.id, at=clock.now(), kind=Happening.FIRMWARE, was="<i>1", became="<i>2")
    make_findings(recorder, blocks={"channels": (Channel(1, "<script>x", "ip", False, "offline"),)})
    text = page(admin, recorder)
    assert "<script>x" not in text and "<i>1" not in text and "&lt;script&gt;x" in text


@pytest.mark.parametrize(
    ("times", "short", "sentence"),
    [
        ((0, 0), "under 1 ms", "Time to answer: under 1 ms"),
        ((1, 7), "4 ms, at most 7 ms", "Time to answer: 4 ms on average, 7 ms at most"),
        ((1, 40), "20 ms, at most 40 ms", "Time to answer: 20 ms on average, 40 ms at most"),
        ((0, 1), "under 1 ms, at most 1 ms", "Time to answer: under 1 ms on average, 1 ms at most"),
    ],
)
def test_an_answer_faster_than_is_kept_apart_took_no_0_ms(admin, recorder, times, short, sentence):
    make_hour(recorder, int(clock.now().timestamp()) // 3600, list(enumerate(times)))
    text = page(admin, recorder)
    assert f"<span>{short}</span>" in text and f'aria-label="{sentence}"' in text
    assert not re.search(r"\b0 ms", text)


@pytest.mark.parametrize("part", ["address", "address/edit", "type", "type/edit", "delete"])
def test_a_part_reads_only_what_it_shows(admin, recorder, part):
    with statements() as sent:
        assert admin.get(f"/devices/{recorder.id}/{part}", htmx=True).status_code == 200
    unneeded = (
        "device_findings",
        "device_event",
        "device_state",
        "device_hour",
        "FROM probe",
        'FROM "probe"',
        "silence",
    )
    assert sent and not [sql for sql in sent if any(name in sql for name in unneeded)]
    bare = admin.get(f"/devices/{recorder.id}/{part}").text
    assert 'id="status"' in bare and 'id="health"' in bare
