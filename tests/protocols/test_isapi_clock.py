"""What time a device thinks it is, and by how much it is wrong."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocols.errors import BadReply, DeviceError
from webapp.protocols.isapi.clock import TIME, DeviceClock, drift
from webapp.protocols.talk import Reply

BERLIN = "CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def parse(local="", zone="", mode="NTP", status=200):
    body = f"<Time xmlns='a'><timeMode>{mode}</timeMode><localTime xmlns='b'>\n{local}</localTime>"
    body += f"<timeZone>{zone}</timeZone></Time>"
    return TIME.parse(Reply(status, "application/xml", body.encode(errors="replace")))


def test_a_clock():
    clock = parse("2026-07-01T14:00:05+02:00", BERLIN)
    local = datetime(2026, 7, 1, 14, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    assert clock == DeviceClock("NTP", local, BERLIN)
    assert drift(clock, NOON) == 5


def test_a_silent_one():
    clock = TIME.parse(Reply(200, "application/xml", b"<Time/>"))
    assert clock == DeviceClock("", None, "")
    assert drift(clock, NOON) is None


@pytest.mark.parametrize(
    ("local", "zone", "seconds"),
    [
        ("2026-07-01T12:00:00Z", "", 0),
        ("2026-07-01T11:58:00Z", "", -120),
        ("2026-07-01T15:00:00+03:00", "CST+5:00:00", 0),  # an offset wins over the zone
        ("2026-07-01T15:00:00", "CST-3:00:00", 0),  # minus is east
        ("2026-07-01T07:00:00", "CST+5:00:00", 0),
        ("2026-07-01T17:30:00", "CST-5:30:00", 0),
        ("2026-07-01 12:00:09", "GMT0", 9),
        ("2026-07-01T14:00:00", BERLIN, 0),  # summer
        ("2026-07-01T13:00:00", BERLIN, 0),  # or a device that keeps winter's time
        ("2026-07-01T14:00:00+01:00", BERLIN, 0),  # summer's time with winter's offset
        ("2026-07-01T13:00:00+01:00", BERLIN, 0),
        ("2026-07-01T14:10:00+02:00", BERLIN, 600),
        ("2026-07-01T15:00:00+02:00", BERLIN, 3600),
        ("2026-07-01T13:00:00+01:00", "CST-1:00:00", 0),
        ("2026-07-01T14:00:00+01:00", "CST-1:00:00", 3600),
        ("2004-07-01T20:00:00+08:00", "CST-8:00:00", -22 * 365 * 86400 - 5 * 86400),
        ("2026-07-01T12:00:00", "", None),
        ("2026-07-01T12:00:00", "Europe/Berlin", None),
        ("2026-07-01T12:00:00", "CST-99:00:00", None),
    ],
)
def test_by_how_much_it_is_wrong(local, zone, seconds):
    assert drift(parse(local, zone), NOON) == seconds
    assert drift(parse(local, zone), NOON.astimezone(timezone(timedelta(hours=-7)))) == seconds


@pytest.mark.parametrize(
    "local", ["0", "yesterday", "2026-13-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026"]
)
def test_garbage_is_no_time(local):
    assert parse(local).local is None


def test_what_it_says_is_cleaned():
    clock = parse(zone="CST\u202e" + "x" * 500, mode="man\x85ual")
    assert (clock.mode, len(clock.zone)) == ("man ual", 100)


def test_another_document_is_none():
    with pytest.raises(BadReply):
        TIME.parse(Reply(200, "application/xml", b"<NTPServer/>"))


LOCAL = st.one_of(
    st.text(max_size=30), st.datetimes().map(str), st.datetimes(timezones=st.timezones()).map(datetime.isoformat)
)
ZONES = st.one_of(
    st.text(max_size=30), st.from_regex(r"[A-Z]{3}[+-]?\d{1,2}(:\d\d){0,2}(DST\d\d:\d\d:\d\d)?", fullmatch=True)
)


@given(
    LOCAL, ZONES, st.datetimes(timezones=st.timezones(), min_value=datetime(1970, 1, 2), max_value=datetime(2199, 1, 1))
)
def test_any_time_and_zone(local, zone, now):
    with suppress(DeviceError):
        clock = parse(local, zone)
        wrong = drift(clock, now)
        assert wrong is None or abs(wrong) < 400 * 366 * 86400


@given(st.binary(max_size=200), st.sampled_from([200, 301, 401, 403, 404, 500]))
def test_any_bytes_parse_or_are_refused(body, status):
    with suppress(DeviceError):
        TIME.parse(Reply(status, "", body))
