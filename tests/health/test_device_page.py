"""A device's page as it lives: what is shown of its health, what a poll brings, and a device that was replaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.client import Person
from tests.factories import (
    cameras,
    make_device,
    make_findings,
    make_hour,
    make_past,
)
from tests.health.conftest import added, until
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Status
from webapp.health.models import DeviceFindings, Silence
from webapp.protocols.isapi.channels import Channel
from webapp.protocols.isapi.kinds import Kind
from webapp.simulator.pretend import Behaviour, Pretend

NOW = (clock.now() + timedelta(hours=1)).replace(minute=40, second=10, microsecond=0)  # signed in before it


@pytest.fixture
def recorder(site) -> Device:
    made = make_device(site, type=Kind.NVR, serial="OLD-1", model="DS-7608NXI")
    make_findings(made)
    return made


def page(person: Person, device: Device) -> str:
    return person.get(f"/devices/{device.id}").text


def poll(text: str, part: str) -> str:
    """The address that a part asks for news, with the version that it shows."""
    (address,) = re.findall(rf'hx-get="(/devices/\d+/{part}\?v=[^"]+)"', text)
    return address


def ask(person: Person, address: str, trigger: str = "status") -> Any:
    return person.get(address, htmx=True, headers={"HX-Trigger": trigger})


def test_the_verdict_comes_first_and_what_it_is_made_of_below(admin, recorder):
    make_findings(recorder, blocks={"channels": cameras(8, 5)})
    make_past(recorder)
    text = page(admin, recorder)
    order = ("Recording. 1 of 8 cameras is offline.", "1 disk is well.", "Last 24 hours")
    places = [text.index(words) for words in order]
    assert places == sorted(places) and 'class="verdict warn"' in text


def test_drawings_are_told_in_words_too(admin, recorder):
    make_past(recorder)
    text = page(admin, recorder)
    for svg in re.findall(r'<svg class="(?:beat|spark)"[^>]*>', text):
        assert 'role="img"' in svg and re.search(r'aria-label="[^"]{10,}"', svg)
    assert len(re.findall(r'<svg class="(?:beat|spark)"', text)) == 2
    assert "Failed checks: " in text and "Time to answer: " in text


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
    assert text.count("100%") == 3 and text.count("of the time known") == 3


def test_names_that_a_device_gives_are_never_run(admin, recorder):
    DeviceEvent.create(device=recorder.id, at=clock.now(), kind=Happening.FIRMWARE, was="<i>1", became="<i>2")
    make_findings(recorder, blocks={"channels": (Channel(1, "<script>x", "ip", False, "offline"),)})
    text = page(admin, recorder)
    assert "<script>x" not in text and "<i>1" not in text and "&lt;script&gt;x" in text


def test_a_poll_that_finds_nothing_new_is_answered_by_204(admin, recorder):
    make_past(recorder)
    text = page(admin, recorder)
    for part in ("status", "health"):
        reply = ask(admin, poll(text, part), part)
        assert reply.status_code == 204 and not reply.data
        assert 'hx-trigger="every 30s' in text
        fresh = admin.get(f"/devices/{recorder.id}/{part}?v=other", htmx=True)
        assert fresh.status_code == 200 and poll(fresh.text, part) == poll(text, part)


def test_a_part_visited_bare_is_its_page_whatever_version_is_asked_for(admin, recorder):
    for part in ("status", "health"):
        reply = admin.get(poll(page(admin, recorder), part))
        assert reply.status_code in {200, 303} and reply.status_code != 204


def test_age_alone_is_no_news(admin, recorder):
    with time_machine.travel(NOW, tick=False):
        make_findings(recorder)
        DeviceState.update(checked_at=NOW).execute()
        admin.get("/")
        text = page(admin, recorder)
    with time_machine.travel(NOW + timedelta(seconds=50), tick=False):
        for part in ("status", "health"):
            assert ask(admin, poll(text, part), part).status_code == 204, part


def silence(device: Device, until: datetime) -> None:
    Silence.set(device.id, until=until, by_name="Bo", began_at=clock.now())


CHANGES: dict[str, Callable[[Device], Any]] = {
    "another check": lambda d: DeviceState.update(checked_at=clock.now() + timedelta(seconds=1)).execute(),
    "another time to answer": lambda d: DeviceState.update(ms=99).execute(),
    "another status": lambda d: DeviceState.set(d.id, clock.now(), Status.OFFLINE, reason="timeout"),
    "another reason": lambda d: DeviceState.update(reason="refused").execute(),
    "findings": lambda d: make_findings(d, blocks={"channels": cameras(8, 2)}),
    "findings that are too old": lambda d: DeviceFindings.update(at=clock.now() - timedelta(hours=1)).execute(),
    "a clock that went wrong": lambda d: DeviceFindings.update(drift=900).execute(),
    "maintenance": lambda d: silence(d, clock.now() + timedelta(hours=1)),
    "monitoring off": lambda d: Device.update(health_monitoring=False).execute(),
    "a name": lambda d: Device.update(name="Yard").execute(),
    "firmware": lambda d: Device.update(firmware="V9").execute(),
    "a restart": lambda d: DeviceEvent.create(device=d.id, at=clock.now(), kind=Happening.REBOOT),
    "old age": lambda d: DeviceState.update(checked_at=clock.now() - timedelta(minutes=5)).execute(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_news_to_the_status(admin, recorder, change):
    address = poll(page(admin, recorder), "status")
    CHANGES[change](recorder)
    reply = ask(admin, address)
    assert reply.status_code == 200 and poll(reply.text, "status") != address


IN_HEALTH = ("another status", "findings", "findings that are too old", "a clock that went wrong", "monitoring off")


@pytest.mark.parametrize("change", [*IN_HEALTH, "a restart", "old age"])
def test_whatever_changes_is_news_to_the_health(admin, recorder, change):
    address = poll(page(admin, recorder), "health")
    CHANGES[change](recorder)
    assert ask(admin, address, "health").status_code == 200


def test_another_measurement_is_news_to_the_history(admin, recorder):
    address = poll(page(admin, recorder), "health")
    make_hour(recorder, int(clock.now().timestamp()) // 3600, [(0, 40)])
    reply = ask(admin, address, "health")
    assert reply.status_code == 200 and "100%" in reply.text


def test_the_end_of_maintenance_and_growing_old_need_nobody(admin, recorder):
    with time_machine.travel(NOW, tick=False):
        DeviceState.update(checked_at=NOW).execute()
        silence(recorder, NOW + timedelta(minutes=2))
        admin.get("/")
        address = poll(page(admin, recorder), "status")
    with time_machine.travel(NOW + timedelta(minutes=2, seconds=1), tick=False):
        reply = ask(admin, address)
        assert reply.status_code == 200 and "In maintenance" not in reply.text
    with time_machine.travel(NOW + timedelta(minutes=3, seconds=1), tick=False):
        assert "Not checked lately" in ask(admin, poll(reply.text, "status")).text


def test_a_running_check_is_polled_each_second_and_its_end_is_told(admin, site):
    with Pretend(behaviour=Behaviour.SLOW, delay=0.3) as slow:
        device = added(site, slow)
        running = admin.post(f"/devices/{device.id}/check", htmx=True)
        text = admin.get(running.location, htmx=True).text
        assert 'hx-trigger="every 1s' in text
        last = until(lambda: ended(admin, text))
    assert last.headers["HX-Trigger"] == "checked" and 'id="facts"' in last.text
    assert 'hx-trigger="every 30s' in last.text
    assert ask(admin, poll(last.text, "status")).status_code == 204


def ended(person: Person, text: str) -> Any:
    reply = ask(person, poll(text, "status"))
    assert reply.status_code in {200, 204}
    return reply if reply.status_code == 200 and "every 1s" not in reply.text else None


def test_an_ordinary_poll_does_not_make_the_type_fetch_itself(admin, recorder):
    address = poll(page(admin, recorder), "status")
    DeviceState.update(ms=99).execute()
    assert "HX-Trigger" not in ask(admin, address).headers


def test_monitoring_that_was_switched_elsewhere_makes_its_part_fetch_itself(admin, recorder):
    address = poll(page(admin, recorder), "status")
    Device.update(health_monitoring=False).execute()
    reply = ask(admin, address)
    assert reply.headers["HX-Trigger"] == "refreshed"
    assert "HX-Trigger" not in ask(admin, f"/devices/{recorder.id}/status?v=io-old").headers


def test_no_part_that_is_polled_holds_what_a_person_types(admin, recorder):
    make_past(recorder)
    for part in ("status", "health", "monitoring"):
        text = admin.get(f"/devices/{recorder.id}/{part}", htmx=True).text
        assert not re.search(r"<(input|textarea|select)(?![^>]*type=\"hidden\")", text), part
        assert 'id="address"' not in text and 'id="silence"' not in text
    news = ask(admin, f"/devices/{recorder.id}/status?v=im-old").text
    assert 'id="address"' not in news and 'id="silence"' not in news and 'id="type"' not in news
