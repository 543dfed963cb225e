"""What a code carries: the same after being packed, refused when it is not a record to the byte."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.qr.records import DOCUMENT, PLAIN, WHEN, anything_carried, at_leisure, carried, device
from webapp.devices.forms import AddressForm
from webapp.protocols.isapi.kinds import Kind
from webapp.qr import record
from webapp.qr.record import TYPES, Broken, Carried, pack, unpack

VECTOR = bytes.fromhex(PLAIN["record"])


@at_leisure
@given(anything_carried())
def test_what_is_packed_comes_out_the_same(given_in):
    assert unpack(pack(given_in)) == given_in


@at_leisure
@given(st.binary(max_size=200))
@example(b"")
@example(VECTOR[:9])
def test_any_bytes_are_a_record_to_the_byte_or_broken(data):
    assert gives_back_or_breaks(data)


@at_leisure
@given(st.data(), anything_carried(longest=8, most=2))
def test_a_changed_record_is_another_to_the_byte_or_broken(data, given_in):
    packed = bytearray(pack(given_in))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    assert gives_back_or_breaks(bytes(packed))


def gives_back_or_breaks(data: bytes) -> bool:
    """Types are left out: those of a newer maker come back as 0."""
    try:
        found = unpack(data)
    except Broken:
        return True
    packed = pack(found)
    changed = [place for place, (one, other) in enumerate(zip(packed, data, strict=True)) if one != other]
    return all(packed[place] == 0 and data[place] >= len(TYPES) for place in changed)


def test_a_record_cut_anywhere_or_with_more_behind_is_broken():
    for cut in [*(VECTOR[:end] for end in range(len(VECTOR))), VECTOR + b"\0", VECTOR + VECTOR[9:]]:
        with pytest.raises(Broken):
            unpack(cut)


FLAGS, PORT, HOST = 10, slice(11, 13), slice(13, 17)


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("a form of host that is none", VECTOR[:FLAGS] + b"\x0d" + VECTOR[FLAGS + 1 :]),
        ("a flag that is none", VECTOR[:FLAGS] + b"\x15" + VECTOR[FLAGS + 1 :]),
        ("port 0", VECTOR[:11] + b"\0\0" + VECTOR[13:]),
        ("an address as a name", VECTOR[:FLAGS] + b"\x01" + VECTOR[PORT] + b"\x0c203.0.113.24" + VECTOR[17:]),
        (
            "IPv4 inside IPv6",
            VECTOR[:FLAGS] + b"\x09" + VECTOR[PORT] + bytes(10) + b"\xff\xff" + VECTOR[HOST] + VECTOR[17:],
        ),
        ("a numeric spelling", VECTOR[:FLAGS] + b"\x01" + VECTOR[PORT] + b"\x050x7f1" + VECTOR[17:]),
        ("a name in upper case", VECTOR[:FLAGS] + b"\x01" + VECTOR[PORT] + b"\x08Cam.test" + VECTOR[17:]),
        ("a name beyond ASCII", VECTOR[:FLAGS] + b"\x01" + VECTOR[PORT] + b"\x08k\xc3\xbch.lan" + VECTOR[17:]),
        ("a long length for a short text", VECTOR[:17] + b"\x80\x15" + VECTOR[18:]),
        ("no name", VECTOR[:17] + b"\0" + VECTOR[39:]),
        ("a control character", VECTOR.replace(b"office", b"offi\x1be")),
        ("a turn of direction", VECTOR.replace(b"office", b"off\xe2\x80\xae")),
        ("bytes that are no UTF-8", VECTOR.replace(b"office", b"offic\xff")),
        ("a surrogate", VECTOR.replace(b"office", b"off\xed\xa0\x80")),
        ("an empty password", VECTOR[:FLAGS] + b"\x07" + VECTOR[FLAGS + 1 :] + b"\0"),
        ("no device", VECTOR[:8] + b"\0"),
        ("more devices than there are", VECTOR[:8] + b"\xff" + VECTOR[9:]),
        ("expired before it was made", VECTOR[:4] + VECTOR[:4] + VECTOR[8:]),
    ],
)
def test_another_spelling_of_a_record_is_broken(what, data):
    with pytest.raises(Broken):
        unpack(data)


TOO_LATE = datetime(2106, 2, 7, 6, 28, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 129},
        {"name": "a\x00b"},
        {"name": "a\ud800"},
        {"username": ""},
        {"username": "x" * 65},
        {"password": "x" * 129},
        {"password": "\u202e"},
        {"port": 0},
        {"port": 65536},
        {"port": -1},
        {"type": "toaster"},
        {"host": ""},
        {"host": "Cam.Example.ORG"},
        {"host": "cam.example.org."},
        {"host": "127.1"},
        {"host": "kühlhaus.example"},
        {"host": "2001:DB8::1"},
        {"host": "fe80::1%eth0"},
        {"host": "::ffff:10.0.0.1"},
        {"host": "a" * 254},
    ],
)
def test_a_device_that_no_form_takes_is_not_packed(wrong):
    with pytest.raises(ValueError):
        pack(carried(device(**wrong)))


@pytest.mark.parametrize(
    "wrong",
    [
        Carried((), WHEN),
        Carried((device(),) * 256, WHEN),
        Carried((device(),), WHEN.replace(tzinfo=None)),
        Carried((device(),), WHEN, WHEN),
        Carried((device(),), WHEN, WHEN - timedelta(days=1)),
        Carried((device(),), WHEN, TOO_LATE),
        Carried((device(),), datetime(1969, 12, 31, tzinfo=UTC)),
    ],
)
def test_times_and_counts_that_do_not_fit_are_not_packed(wrong):
    with pytest.raises(ValueError):
        pack(wrong)


def test_as_much_as_the_forms_take_comes_out_the_same():
    full = device(name="💡" * 128, username="ü" * 64, password="冷" * 128, host="a" * 63 + ".b" * 95)
    most = carried(*[full] * 255, days=7)
    assert unpack(pack(most)) == most


def test_the_limits_are_those_of_the_form():
    limits = [AddressForm.name, AddressForm.username, AddressForm.password]
    longest = [
        max(getattr(check, "max", 0) for check in field.kwargs.get("validators", field.args[-1])) for field in limits
    ]
    assert longest == [record.LONGEST_NAME, record.LONGEST_USERNAME, record.LONGEST_PASSWORD]


def test_fractions_of_a_second_are_dropped():
    exact = carried(device(), days=1)
    assert unpack(pack(replace(exact, created=WHEN.replace(microsecond=999_999)))) == exact


def test_no_password_and_an_empty_one_are_the_same():
    assert unpack(pack(carried(device(password="")))) == carried(device(password=None))


def test_the_published_table_has_every_type():
    rows = re.findall(r"^\| (\d+) \| (\w+) \|$", DOCUMENT, re.MULTILINE)
    assert [(int(number), kind) for number, kind in rows] == list(enumerate([Kind.UNKNOWN, *TYPES[1:]]))
    assert {kind for _, kind in rows} == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_type_comes_out_the_same_and_unknown_as_none(kind):
    (found,) = unpack(pack(carried(device(type=kind)))).devices
    assert found.type == ("" if kind is Kind.UNKNOWN else kind) and type(found.type) is str


def test_a_type_of_a_newer_maker_is_unknown():
    (found,) = unpack(VECTOR[:9] + b"\xc8" + VECTOR[10:]).devices
    assert found.type == ""


def test_no_password_is_shown_by_accident():
    assert "Kamera-123" not in repr(carried(device(password="Kamera-123")))
