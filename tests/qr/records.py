"""Devices as codes may carry them: for property tests, and the vectors of docs/qr-format.md."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from webapp.common.text import UNSHOWABLE
from webapp.protocols.dial import BadAddress, canonical
from webapp.qr.record import TYPES, Carried, DeviceRecord
from webapp.qr.seal import NotRead, open_sealed

DOCUMENT = (Path(__file__).parents[2] / "docs" / "qr-format.md").read_text()
VECTORS: list[Any] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)]
PLAIN, ENCRYPTED, NEWER_TYPE, REFUSED = VECTORS
WHEN = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)  # the vectors hold then
LATER = datetime(2026, 6, 1, tzinfo=UTC)  # when some of them have expired
KEY, SALT, NONCE = (bytes.fromhex(ENCRYPTED[name]) for name in ("key", "salt", "nonce"))

at_leisure = settings(deadline=None)  # a busy machine is no fault


def device(**changes: Any) -> DeviceRecord:
    given = {"name": "Gate", "host": "203.0.113.24", "port": 80, "https": False}
    return DeviceRecord(**(given | {"username": "admin", "type": "nvr", "password": None} | changes))


def carried(*devices: DeviceRecord, days: int | None = None) -> Carried:
    return Carried(devices, WHEN, None if days is None else WHEN + timedelta(days=days))


def code_of(text: str, password: str | None = None, now: datetime = WHEN) -> str:
    """Why a text is not read, or "opened"."""
    try:
        open_sealed(text, password, now=now)
    except NotRead as refusal:
        return refusal.code
    return "opened"


def shown(opened: Carried) -> dict[str, Any]:
    """What was opened, as the document writes it."""
    moments = [moment and moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (opened.created, opened.expires)]
    listed = [{name: getattr(one, name) for name in DeviceRecord.__slots__} for one in opened.devices]
    return {"created": moments[0], "expires": moments[1], "devices": listed}


def is_canonical(host: str) -> bool:
    try:
        return canonical(host) == host
    except BadAddress:
        return False


def texts(longest: int) -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8").filter(lambda letter: not UNSHOWABLE.match(letter))
    return st.text(letters, min_size=1, max_size=longest)


LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=6).map(".".join)
HOSTS = st.one_of(st.ip_addresses().map(str), NAMES).filter(is_canonical)
MOMENTS = st.integers(0, 2**32 - 2).map(lambda stamp: datetime.fromtimestamp(stamp, UTC))


def devices(longest: int = 128) -> st.SearchStrategy[DeviceRecord]:
    """Any device whose name and password have at most `longest` characters."""
    return st.builds(
        DeviceRecord,
        name=texts(longest),
        host=HOSTS,
        port=st.integers(1, 65535),
        https=st.booleans(),
        username=texts(min(64, longest)),
        type=st.sampled_from([str(kind) for kind in TYPES]),
        password=st.none() | texts(longest),
    )


@st.composite
def anything_carried(draw: st.DrawFn, longest: int = 128, most: int = 5) -> Carried:
    created = draw(MOMENTS)
    left = 2**32 - 1 - int(created.timestamp())
    valid = draw(st.none() | st.integers(1, left))
    listed = draw(st.lists(devices(longest), min_size=1, max_size=most))
    return Carried(tuple(listed), created, None if valid is None else created + timedelta(seconds=valid))
