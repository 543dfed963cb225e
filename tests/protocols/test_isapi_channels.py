"""Which cameras a recorder has, and which of them it sees."""

import json
from contextlib import suppress
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.protocols.errors import DeviceError
from webapp.protocols.isapi.channels import (
    PROXY_CHANNELS,
    PROXY_STATUS,
    VIDEO_INPUTS,
    Channel,
    Detection,
    Slot,
    merged,
)
from webapp.protocols.talk import Reply


def parse(call, body, status=200):
    return call.parse(Reply(status, "application/xml", body if isinstance(body, bytes) else body.encode()))


def elements(**said):
    return "".join(f"<{name}>{value}</{name}>" for name, value in said.items())


def named(source=None, name="Yard"):
    descriptor = "" if source is None else f"<sourceInputPortDescriptor>{source}</sourceInputPortDescriptor>"
    one = f"<InputProxyChannel>{elements(id=1, name=name)}{descriptor}</InputProxyChannel>"
    return parse(PROXY_CHANNELS, f'<InputProxyChannelList xmlns="a" size="0">{one}</InputProxyChannelList>')


def detected(**said):
    one = f"<InputProxyChannelStatus xmlns='b'>{elements(id=1, **said)}</InputProxyChannelStatus>"
    return parse(PROXY_STATUS, f"<InputProxyChannelStatusList xmlns='a'>{one}</InputProxyChannelStatusList>")


def one(source, **said):
    (channel,) = merged(named(source), detected(**said))
    return channel


PLACE = elements(ipAddress="192.0.2.10")
SOCKET = elements(ipAddress="192.168.254.5", connMode="plugplay", model="", serialNumber="")


@pytest.mark.parametrize(
    ("said", "online", "reason"),
    [
        ({"online": "true", "chanDetectResult": "connect"}, True, "connect"),
        ({"online": "TRUE"}, True, "connect"),
        ({"online": "false", "chanDetectResult": "errorUserNameOrPasswd"}, False, "wrong_password"),
        ({"online": "false", "chanDetectResult": "networkAbnormal"}, False, "network"),
        ({"online": "false", "chanDetectResult": "netUnreachable"}, False, "network"),
        ({"online": "false", "chanDetectResult": "notActivated"}, False, "not_activated"),
        ({"online": "false", "chanDetectResult": "notExist"}, False, "not_exist"),
        ({"online": "false", "chanDetectResult": "offline"}, False, "offline"),
        ({"online": "false", "chanDetectResult": "connect"}, False, "offline"),
        ({"online": "false", "chanDetectResult": "brandNew"}, False, "other"),
        ({"online": "false"}, False, "offline"),
        ({"online": "true", "chanDetectResult": "ipcStreamFail"}, True, "no_stream"),
        ({"chanDetectResult": "connect"}, None, "connect"),
        ({"online": "perhaps"}, None, ""),
        ({}, None, ""),
    ],
)
def test_how_a_camera_fares(said, online, reason):
    assert one(PLACE, **said) == Channel(1, "Yard", "ip", online, reason)


@pytest.mark.parametrize(
    ("source", "said", "used"),
    [
        (PLACE, {"online": "false", "chanDetectResult": "notExist"}, True),
        ("", {"online": "false", "chanDetectResult": "notExist"}, False),
        (elements(ipAddress="0.0.0.0"), {"online": "false", "chanDetectResult": "offline"}, False),
        (elements(ipAddress="0.0.0.0"), {"online": "true"}, True),
        (elements(ipAddress="0.0.0.0"), {"online": "true", "chanDetectResult": "notExist"}, True),
        (elements(hostName="cam.example.org"), {"online": "false"}, True),
        (None, {"online": "false", "chanDetectResult": "notExist"}, False),
        (None, {"online": "false", "chanDetectResult": "offline"}, True),
        (SOCKET, {"online": "false", "chanDetectResult": "netUnreachable"}, False),
        (SOCKET, {"online": "false", "chanDetectResult": "errorUserNameOrPasswd"}, True),
        (SOCKET, {"online": "true", "chanDetectResult": "connect"}, True),
        (SOCKET.replace("<model>", "<model>DS-2CD"), {"online": "false", "chanDetectResult": "netUnreachable"}, True),
        (PLACE + elements(model="", serialNumber=""), {"online": "false"}, True),
    ],
)
def test_a_slot_that_never_had_a_camera_is_no_fault(source, said, used):
    assert one(source, **said).used is used


def test_lists_that_do_not_match():
    lost = Detection(7, False, "not_exist")
    there = Detection(8, True, "connect")
    yard = Slot(3, "Yard", True)
    assert merged((yard,), (there, lost)) == (
        Channel(3, "Yard", "ip", None, ""),
        Channel(7, "", "ip", False, "not_exist", used=False),
        Channel(8, "", "ip", True, "connect"),
    )
    assert merged((yard,), None) == (Channel(3, "Yard", "ip", None, ""),)
    assert merged(None, (Detection(1, False, "offline"),)) == (Channel(1, "", "ip", False, "offline"),)
    assert merged(None, (lost,))[0].used is False
    assert merged((), (Detection(1, False, "offline"),))[0].used is False
    assert merged(None, None) == ()


def test_video_sockets():
    said = ["2560*1440(4MP)P30", "NO VIDEO", "", "NO VIDEO"]
    enabled = ["true", "true", "", "false"]
    listed = "".join(
        f"<VideoInputChannel>{elements(id=1 + n, name=f'C{n}', videoInputEnabled=enabled[n], resDesc=said[n])}"
        "</VideoInputChannel>"
        for n in range(4)
    )
    assert parse(VIDEO_INPUTS, f"<VideoInputChannelList xmlns='a'>{listed}</VideoInputChannelList>") == (
        Channel(1, "C0", "analog", True, "connect"),
        Channel(2, "C1", "analog", False, "no_video"),
        Channel(3, "C2", "analog", None, ""),
        Channel(4, "C3", "analog", False, "no_video", used=False),
    )


def test_names_are_cleaned_and_there_are_never_too_many():
    assert named(PLACE, "a\u202e" + "x" * 500)[0].name == "a" + "x" * 99
    many = "".join(f"<InputProxyChannel><id>{n // 2}</id></InputProxyChannel>" for n in range(2000))
    slots = parse(PROXY_CHANNELS, f"<InputProxyChannelList>{many}</InputProxyChannelList>")
    assert [slot.id for slot in slots] == list(range(256))
    assert len(merged(slots, tuple(Detection(n, True, "") for n in range(1000, 1256)))) == 256


LISTS = {
    PROXY_CHANNELS: ("InputProxyChannelList", "InputProxyChannel"),
    PROXY_STATUS: ("InputProxyChannelStatusList", "InputProxyChannelStatus"),
    VIDEO_INPUTS: ("VideoInputChannelList", "VideoInputChannel"),
}
NAMES = ["id", "name", "online", "chanDetectResult", "resDesc", "videoInputEnabled", "sourceInputPortDescriptor"]
SAID = st.one_of(st.text(max_size=12), st.integers().map(str), st.sampled_from(["true", "notExist", PLACE, SOCKET]))
PAIRS = st.lists(st.lists(st.tuples(st.sampled_from(NAMES), SAID)))


@given(st.sampled_from(list(LISTS)), PAIRS)
def test_any_channels_parse_or_are_refused(call, channels):
    root, name = LISTS[call]
    inside = "".join(
        f"<{name}>{''.join(f'<{part}>{said}</{part}>' for part, said in channel)}</{name}>" for channel in channels
    )
    with suppress(DeviceError):
        found = parse(call, f"<{root}>{inside}</{root}>".encode(errors="replace"))
        json.dumps([asdict(channel) for channel in found])
        assert len(found) <= len(channels)


@given(st.sampled_from(list(LISTS)), st.binary(max_size=200), st.sampled_from([200, 301, 401, 403, 404, 500]))
def test_any_bytes_parse_or_are_refused(call, body, status):
    with suppress(DeviceError):
        parse(call, body, status)
