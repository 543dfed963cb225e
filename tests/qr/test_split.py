"""How much goes into one code, and a site's devices into how many."""

from __future__ import annotations

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from tests.qr.records import ENCRYPTED, KEY, NONCE, SALT, at_leisure, carried, device, devices
from webapp.qr import seal
from webapp.qr.record import pack, pack_device
from webapp.qr.seal import MOST_CHARACTERS, fits, split

PASSWORD = ENCRYPTED["password"]


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_fits_is_a_code_of_version_20_at_m(encrypted):
    last = next(n for n in range(1, 100) if not fits(carried(*[device()] * n), encrypted)) - 1
    for more in range(40):
        longer = carried(*[device()] * (last - 1), device(name="x" * (4 + more)))
        if not fits(longer, encrypted):
            break
        text = seal.encrypted_text(pack(longer), KEY, SALT, NONCE) if encrypted else seal.seal(longer, None)
    assert MOST_CHARACTERS - 2 <= len(text) <= MOST_CHARACTERS
    code = segno.make(text, error="m", boost_error=False)
    assert (code.version, code.mode, code.error) == (20, "alphanumeric", "M")
    with pytest.raises(ValueError):
        seal.seal(longer, PASSWORD if encrypted else None)


@at_leisure
@given(st.lists(devices(25), max_size=40), st.booleans())
def test_a_site_goes_into_codes_that_each_fit_and_together_hold_all(listed, encrypted):
    groups = split(listed, encrypted)
    assert all(fits(carried(*group), encrypted) for group in groups)
    assert sorted(map(pack_device, sum(groups, ()))) == sorted(map(pack_device, listed))
    total, most = sum(map(len, map(pack_device, listed))), seal.room(encrypted) - seal.RECORD_HEAD
    assert -(-total // most) <= len(groups) <= max(1, -(-2 * total // most)) or not listed


def test_devices_stay_in_order_where_that_costs_no_more_codes():
    by_turns = [device(name="Long name of a front door"), device(name="x")] * 15
    assert split(by_turns, True) == [tuple(by_turns[:19]), tuple(by_turns[19:])]
    assert split([], True) == []


def test_devices_of_many_sizes_go_into_the_fewest_codes():
    small = device(name="s" * 61)
    middle = device(name="m" * 128, username="u" * 47)
    large = device(name="ü" * 128, username="u" * 12)
    assert split([*[small] * 6, *[middle] * 6, *[large] * 6], True) == [(small, middle, large)] * 6


def test_a_device_that_no_code_holds_is_refused():
    with pytest.raises(ValueError):
        split([device(), device(name="💡" * 128, username="💡" * 64)], True)
