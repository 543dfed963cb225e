"""What is told of a device's past: half hours, shares of the time, changes in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.devices.test_list import statements
from tests.factories import make_day, make_device, make_hour, make_hours
from webapp.common import clock
from webapp.devices.models import Device, DeviceEvent, Happening
from webapp.health.models import DeviceHour
from webapp.health.services import history

NOW = datetime(2026, 11, 23, 14, 20, tzinfo=UTC)  # 15:20 at the site
pytestmark = pytest.mark.usefixtures("standing_clock")


@pytest.fixture
def device(site) -> Device:
    DeviceEvent.delete().execute()
    made = make_device(site)
    DeviceEvent.delete().execute()
    return made


def note(device: Device, ago: timedelta, **values: str) -> None:
    DeviceEvent.create(device=device.id, at=NOW - ago, **values)


def test_a_day_is_48_half_hours_the_present_one_last(device):
    make_hours(device, 24)
    beats = history.past(device).beats
    assert len(beats) == 48 and beats[-1].at == int(NOW.timestamp()) - 20 * 60
    assert [beat.n for beat in beats[1:-1]] == [30] * 46 and beats[-1].n == 21
    assert {beat.mark for beat in beats} == {"ok"} and {beat.ms for beat in beats} == {40}


def test_half_an_hour_tells_how_much_of_it_was_down(device):
    make_hours(device, 24, lambda ago: None if 60 <= ago < 75 else 400 if ago == 76 else 40)
    past = history.past(device)
    down = [beat for beat in past.beats if beat.mark == "down"]
    assert sum(beat.n - beat.up for beat in down) == 15 and 1 <= len(down) <= 2
    assert past.mean == 40 and past.slowest == pytest.approx(400, rel=0.016)
    assert past.day.up == pytest.approx(1 - 15 / 1440)


def test_minutes_without_a_check_are_neither_up_nor_down(device):
    make_hours(device, 6)
    past = history.past(device)
    assert [beat.mark for beat in past.beats].count("none") == 35
    assert past.day.up == 1 and past.day.known == pytest.approx(0.25, abs=0.02)
    assert history.in_words(past, "Europe/Berlin") == "No outage seen. No data: 15:30–09:00."


def test_nothing_is_claimed_of_a_device_without_a_check(device):
    past = history.past(device)
    assert (past.day.up, past.week.up, past.month.up, past.mean, past.slowest) == (None,) * 5
    assert (past.day.known, past.week.known, past.month.known) == (0, 0, 0)
    assert history.in_words(past, "Europe/Berlin") == "No data in the last 24 hours."


def test_one_device_is_not_told_of_anothers_past(device, site):
    make_hours(make_device(site), 24, lambda ago: None)
    make_day(make_device(site), 3, up=0)
    assert history.past(device).month.up is None


def test_a_week_is_its_hours(device):
    hour = int(NOW.timestamp()) // 3600
    for ago in (0, 50, 167):
        make_hour(device, hour - ago, [(0, 40), (1, None)])
    make_hour(device, hour - 168, [(0, None)] * 50)
    week = history.past(device).week
    assert week.up == 0.5 and week.known == pytest.approx(6 / (7 * 24 * 60), rel=0.02)


def test_a_month_is_its_days_and_the_hours_of_today(device):
    make_day(device, 29, n=100, up=50)
    make_day(device, 30, n=100, up=0)  # too long ago
    hour = int(NOW.timestamp()) // 3600
    make_hour(device, hour, [(0, 40)] * 50)
    assert history.past(device).month.up == pytest.approx(100 / 150)


def test_a_day_that_has_been_summed_up_is_not_counted_twice(device):
    yesterday = int(NOW.timestamp()) // 86_400 * 24 - 1
    make_hour(device, yesterday, [(0, 40)] * 60)
    assert history.past(device).month.up == 1  # not summed up yet
    make_day(device, 1, n=120, up=60)
    assert history.past(device).month.up == 0.5


def test_the_bar_in_words_names_what_was_down_in_the_time_of_the_site(device):
    make_hours(device, 24, lambda ago: None if 111 <= ago < 116 or 500 <= ago < 580 else 40)
    said = history.in_words(history.past(device), "Europe/Berlin")
    assert said == "Failed checks: 05:30–07:30, 13:00–13:30."


def test_the_hour_that_a_clock_shows_twice_is_told_with_its_offset(device):
    with time_machine.travel(datetime(2026, 10, 25, 10, 20, tzinfo=UTC), tick=False):
        make_hours(device, 24, lambda ago: None if ago == 9 * 60 + 40 else 40)  # 02:40, before the clocks go back
        said = history.in_words(history.past(device), "Europe/Berlin")
    assert said == "Failed checks: 02:30 GMT+02:00–02:00 GMT+01:00."


def test_in_the_hour_that_a_clock_leaves_out_nothing_is_added(device):
    with time_machine.travel(datetime(2026, 3, 29, 10, 20, tzinfo=UTC), tick=False):
        make_hours(device, 24, lambda ago: None if ago == 9 * 60 + 40 else 40)  # 01:40, before the clocks go on
        said = history.in_words(history.past(device), "Europe/Berlin")
    assert said == "Failed checks: 01:30–03:00."


def test_many_outages_are_not_all_read_out(device):
    make_hours(device, 24, lambda ago: None if ago % 120 == 0 else 40)
    said = history.in_words(history.past(device), "Europe/Berlin")
    assert said.count("–") == history.MOST_SPANS and "and 9 more" in said


def test_of_two_checks_in_a_minute_the_bar_tells_the_worse_and_the_share_both(device):
    make_hour(device, int(NOW.timestamp()) // 3600, [(0, 40), (0, None), (1, 40), (1, 400)])
    past = history.past(device)
    assert (past.beats[-1].n, past.beats[-1].up, past.day.up) == (2, 1, 0.75)
    assert past.mean == past.slowest == pytest.approx(400, rel=0.016)


def test_a_minute_without_a_check_beside_one_with_two_lacks_nothing(device):
    make_hours(device, 25)
    hour = int(NOW.timestamp()) // 3600
    DeviceHour.delete().where(DeviceHour.hour < hour).execute()
    for ago in range(1, 25):
        make_hour(device, hour - ago, [(minute - minute % 2, 40) for minute in range(60)])
    past = history.past(device)
    assert past.beats[-2].n == 15 and past.day.known == 1


def down_for(device: Device, begin: int, minutes: int) -> None:
    """A check a minute without an answer, from so many minutes ago on."""
    kept: dict[int, list[tuple[int, int | None]]] = {}
    for ago in range(begin, begin - minutes, -1):
        minute = int(NOW.timestamp()) // 60 - ago
        kept.setdefault(minute // 60, []).append((minute % 60, None))
    for hour, checks in kept.items():
        make_hour(device, hour, checks)


def test_an_outage_is_one_change_with_its_length(device):
    down_for(device, 77, 12)
    note(device, timedelta(minutes=77), was="online", became="offline", reason="timeout")
    note(device, timedelta(minutes=65), was="offline", became="online")
    changes, more = history.changes(device)
    assert [tuple(change) for change in changes] == [
        ("Mon 14:03", "bad", "Offline for 12 min", "No answer in time."),
    ]
    assert more == 0


@pytest.mark.parametrize(
    ("checked", "said"),
    [
        (2, "Offline for at least 2 min, then no data until Mon 14:20"),  # the engine was stopped
        (0, "Offline, then no data until Mon 14:20"),
        (538, "Offline for 9 hr"),  # a check or two may be late
    ],
)
def test_no_length_is_claimed_of_a_time_in_which_nothing_was_checked(device, checked, said):
    down_for(device, 600, checked)
    note(device, timedelta(minutes=600), was="online", became="offline", reason="timeout")
    note(device, timedelta(minutes=60), was="offline", became="online")
    ((_when, _tone, title, _text),), _more = history.changes(device)
    assert title == said


def test_a_gap_within_an_outage_ends_what_is_known_of_it(device):
    down_for(device, 600, 60)
    down_for(device, 100, 20)
    note(device, timedelta(minutes=600), was="online", became="offline", reason="timeout")
    note(device, timedelta(minutes=80), was="offline", became="online")
    ((_when, _tone, title, _text),), _more = history.changes(device)
    assert title == "Offline for at least 1 hr, then no data until Mon 14:00"


def test_the_lengths_of_outages_are_read_at_once(device):
    for ago in (500, 400, 300):
        down_for(device, ago, 5)
        note(device, timedelta(minutes=ago), was="online", became="offline")
        note(device, timedelta(minutes=ago - 5), was="offline", became="online")
    with statements() as sent:
        changes, _more = history.changes(device)
    assert [change.title for change in changes] == ["Offline for 5 min"] * 3
    assert len([sql for sql in sent if "device_hour" in sql]) == 1


def test_an_outage_that_goes_on_has_no_length(device):
    note(device, timedelta(minutes=5), was="online", became="offline", reason="refused")
    ((_when, tone, title, text),), _more = history.changes(device)
    assert (tone, title, text) == ("bad", "Offline", "Port 80 is closed.")


def test_restarts_and_new_firmware_are_changes(device):
    note(device, timedelta(hours=1), kind=Happening.REBOOT)
    note(device, timedelta(hours=2), kind=Happening.FIRMWARE, was="V5.7.1", became="V5.7.3")
    changes, _more = history.changes(device)
    assert [change.title for change in changes] == ["Restarted", "Firmware V5.7.1 → V5.7.3"]


def test_a_change_between_two_outages_ends_the_first(device):
    down_for(device, 60, 30)
    note(device, timedelta(minutes=60), was="online", became="offline")
    note(device, timedelta(minutes=40), kind=Happening.REBOOT)
    note(device, timedelta(minutes=30), was="offline", became="auth_failed", reason="wrong_password")
    changes, _more = history.changes(device)
    assert [change.title for change in changes] == ["Sign-in failed", "Restarted", "Offline for 30 min"]


def test_what_is_older_than_a_week_or_too_much_is_left_out(device):
    note(device, timedelta(days=8), kind=Happening.REBOOT)
    for hours in range(1, 15):
        note(device, timedelta(hours=hours), kind=Happening.REBOOT)
    changes, more = history.changes(device)
    assert len(changes) == history.MOST_CHANGES and more == 4


def test_a_status_of_another_release_is_left_out(device):
    note(device, timedelta(hours=1), was="online", became="asleep")
    note(device, timedelta(hours=1), kind="moved")
    assert history.changes(device) == ([], 0)


def test_the_version_grows_with_each_check_and_each_half_hour(device):
    before = history.version(device)
    assert history.version(device) == before
    make_hour(device, int(clock.now().timestamp()) // 3600, [(20, 40)])
    checked = history.version(device)
    assert checked != before
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert history.version(device) == checked
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        assert history.version(device) != checked
