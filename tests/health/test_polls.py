"""What a poll of a device's page brings: nothing while nothing is new, and whatever changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.client import Person
from tests.factories import cameras, make_findings, make_hour, make_past
from tests.health.conftest import added, until
from tests.health.test_device_page import page
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, DeviceState, Happening, Status
from webapp.health.models import DeviceFindings, DeviceHour, Silence
from webapp.simulator.pretend import Behaviour, Pretend

NOW = (clock.now() + timedelta(hours=1)).replace(minute=40, second=10, microsecond=0)  # signed in before it


def poll(text: str, part: str) -> str:
    """The address that a part asks for news, with the version that it shows, and what its poll includes."""
    (address,) = re.findall(rf'hx-get="(/devices/\d+/{part}\?v=[^"]+)"', text)
    seen = re.findall(r'<input type="hidden" name="seen" value="([^"]+)">', text) if part == "status" else []
    return "&seen=".join([address, *seen])


def ask(person: Person, address: str, trigger: str = "status") -> Any:
    return person.get(address, htmx=True, headers={"HX-Trigger": trigger})


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
    "a first check": lambda d: DeviceState.update(checked_at=None).execute(),
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
    assert reply.status_code == 200 and poll(reply.text, "status") != address and 'id="status"' in reply.text


def test_a_check_that_finds_what_is_known_brings_its_time_alone(admin, recorder):
    text = page(admin, recorder)
    DeviceState.update(checked_at=clock.now() + timedelta(seconds=1), ms=99).execute()
    reply = ask(admin, poll(text, "status"))
    assert (reply.headers["HX-Retarget"], reply.headers["HX-Reswap"]) == ("#checked", "outerHTML")
    assert "99 ms" in reply.text and 'id="checked"' in reply.text and "verdict" not in reply.text
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', reply.text)
    address = re.sub("seen=.*", f"seen={seen}", poll(text, "status"))
    assert ask(admin, address).status_code == 204
    DeviceState.set(recorder.id, clock.now(), Status.OFFLINE, reason="timeout", checked_at=clock.now())
    assert 'class="verdict bad"' in ask(admin, address).text


def test_a_page_that_shows_no_time_of_a_check_is_sent_none(admin, recorder):
    Device.update(health_monitoring=False).execute()
    address = poll(page(admin, recorder), "status")
    assert "seen" not in address
    DeviceState.update(checked_at=clock.now() + timedelta(seconds=1)).execute()
    assert ask(admin, address).status_code == 204


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


@pytest.mark.parametrize(
    ("minute", "checks", "status"),
    [
        (41, [(40, 40), (41, 44)], 204),  # as before
        (41, [(40, 40), (41, None)], 200),  # a miss
        (41, [(40, 40), (41, 900)], 200),  # slower than ever
        (41, [], 200),
    ],
)
def test_one_more_answer_like_the_others_is_no_news_to_the_history(admin, recorder, minute, checks, status):
    hour = int(NOW.timestamp()) // 3600
    with time_machine.travel(NOW, tick=False):
        make_findings(recorder)
        DeviceState.update(checked_at=NOW).execute()
        make_hour(recorder, hour, [(40, 40)])
        admin.get("/")
        address = poll(page(admin, recorder), "health")
    DeviceHour.delete().execute()
    if checks:
        make_hour(recorder, hour, checks)
    with time_machine.travel(NOW.replace(minute=minute), tick=False):
        assert ask(admin, address, "health").status_code == status


def test_each_half_hour_and_its_first_check_are_news_to_the_history(admin, recorder):
    hour, at = int(NOW.timestamp()) // 3600, NOW.replace(minute=29)
    with time_machine.travel(at, tick=False):
        make_findings(recorder)
        DeviceState.update(checked_at=at).execute()
        make_hour(recorder, hour, [(29, 40)])
        admin.get("/")
        address = poll(page(admin, recorder), "health")
    with time_machine.travel(NOW.replace(minute=30), tick=False):
        reply = ask(admin, address, "health")
        assert reply.status_code == 200
        DeviceHour.delete().execute()
        make_hour(recorder, hour, [(29, 40), (30, 40)])
        assert ask(admin, poll(reply.text, "health"), "health").status_code == 200


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
    DeviceFindings.update(drift=900).execute()
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
