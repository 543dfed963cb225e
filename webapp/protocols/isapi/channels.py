"""The pictures that go into a recorder: network cameras that it fetches, and its own video sockets.

Source: the vendor's ISAPI guide, which lists the results of a channel's detection; recorded recorders.
"""

import re
from typing import Literal
from xml.etree.ElementTree import Element

from webapp.protocols.isapi.xml import clean, document, numbered, text, truth
from webapp.protocols.talk import Call, Reply
from webapp.protocols.values import value_object

MOST_CHANNELS = 256

REASONS = {
    **dict.fromkeys(("", "connect", "connected", "online", "ok", "normal"), "connect"),
    "connecting": "connecting",
    **dict.fromkeys(("offline", "disconnect", "disconnected", "notconnected"), "offline"),
    **dict.fromkeys(("errorusernameorpasswd", "userorpassworderror", "passworderror", "loginfailed"), "wrong_password"),
    **dict.fromkeys(("userlocked", "locked"), "locked"),
    **dict.fromkeys(("networkabnormal", "netunreachable", "networkerror", "neterror"), "network"),
    **dict.fromkeys(("domainerror", "cipaddrconflictwithdev", "ipaddrconflicwithipc", "ipconflict"), "address"),
    "notactivated": "not_activated",
    "notexist": "not_exist",
    **dict.fromkeys(("ipcstreamfail", "ipcstreamtypenotsupport", "ipcresolutionnotsupport"), "no_stream"),
    "oversysbandwidth": "bandwidth",
}
NOBODY_THERE = {"", "connecting", "offline", "network", "not_exist"}  # what an empty slot can say of itself
NOWHERE = {"", "0.0.0.0", "::"}  # noqa: S104


@value_object
class Channel:
    """`id` is unique with `kind`.

    reason: connect | connecting | offline | wrong_password | locked | network | address | not_activated | not_exist |
    no_stream | bandwidth | no_video | other | "" (it says nothing). An empty socket says no_video as one does whose
    camera was lost: only a channel that had a picture before has lost one.
    """

    id: int
    name: str
    kind: Literal["ip", "analog"]
    online: bool | None  # None: it does not say
    reason: str
    used: bool = True  # False: a slot without a camera, by all that can be told; no fault


@value_object
class Slot:
    """What a recorder has been told of a network camera."""

    id: int
    name: str
    filled: bool | None  # whether a camera was ever set there; None: it does not say


@value_object
class Detection:
    """How a recorder fares with a network camera."""

    id: int
    online: bool | None
    reason: str


def slots(reply: Reply) -> tuple[Slot, ...]:
    listed = document(reply, "InputProxyChannelList").findall("InputProxyChannel")
    return tuple(Slot(key, clean(text(slot, "name")), filled(slot)) for key, slot in numbered(listed, MOST_CHANNELS))


def filled(slot: Element) -> bool | None:
    """Whether a camera was ever set there.

    A recorder with its own network sockets lists all of them with addresses of its own; one that never had a camera
    knows no model and no serial number.
    """
    source = slot.find("sourceInputPortDescriptor")
    if source is None:
        return None
    if not {text(source, name) for name in ("ipAddress", "ipv6Address", "hostName")} - NOWHERE:
        return False
    identity = [source.find(name) for name in ("model", "serialNumber")]
    seen = any(part is None or (part.text or "").strip() for part in identity)
    return seen or text(source, "connMode").lower() != "plugplay"


def detections(reply: Reply) -> tuple[Detection, ...]:
    listed = document(reply, "InputProxyChannelStatusList").findall("InputProxyChannelStatus")
    return tuple(detection(key, status) for key, status in numbered(listed, MOST_CHANNELS))


def detection(channel: int, status: Element) -> Detection:
    online, said = truth(status, "online"), text(status, "chanDetectResult")
    reason = REASONS.get(letters(said), "other")
    if not said and not online:
        reason = "" if online is None else "offline"
    return Detection(channel, online, "offline" if reason == "connect" and online is False else reason)


def inputs(reply: Reply) -> tuple[Channel, ...]:
    """The video sockets; those switched off are not used."""
    listed = document(reply, "VideoInputChannelList").findall("VideoInputChannel")
    return tuple(socket(key, element) for key, element in numbered(listed, MOST_CHANNELS))


def socket(channel: int, element: Element) -> Channel:
    said = letters(text(element, "resDesc"))
    online = None if not said else said != "novideo"
    reason = {None: "", True: "connect", False: "no_video"}[online]
    used = truth(element, "videoInputEnabled") is not False
    return Channel(channel, clean(text(element, "name")), "analog", online, reason, used)


def merged(named: tuple[Slot, ...] | None, detected: tuple[Detection, ...] | None) -> tuple[Channel, ...]:
    """The network channels by their numbers; None for a list that the recorder does not have.

    A slot is unused when nobody is there and no camera was ever set: it has no address, or is not in the list of names,
    or says not_exist where nothing tells of an address. A camera with an address that says not_exist is a lost one.
    """
    names = {slot.id: slot for slot in named or ()}
    states = {state.id: state for state in detected or ()}
    unlisted = None if named is None else False
    return tuple(
        channel(names.get(key) or Slot(key, "", unlisted), states.get(key) or Detection(key, None, ""))
        for key in sorted({*names, *states})[:MOST_CHANNELS]
    )


def channel(slot: Slot, state: Detection) -> Channel:
    empty = slot.filled is False or (slot.filled is None and state.reason == "not_exist")
    used = bool(state.online) or not empty or state.reason not in NOBODY_THERE
    return Channel(slot.id, slot.name, "ip", state.online, state.reason, used)


def letters(said: str) -> str:
    return re.sub(r"[^a-z0-9]", "", said.lower())


PROXY_CHANNELS = Call("GET", "/ISAPI/ContentMgmt/InputProxy/channels", slots)
PROXY_STATUS = Call("GET", "/ISAPI/ContentMgmt/InputProxy/channels/status", detections)
VIDEO_INPUTS = Call("GET", "/ISAPI/System/Video/inputs/channels", inputs)
