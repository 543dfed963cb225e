"""Texts that give no devices: foreign, newer, cut, changed, each told for what it is.

The flips of an encrypted code use the step behind the key derivation, with the key derived once for the code as it
was: a changed salt would give another key besides, so what is refused here is refused the more by open_sealed().
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.qr.records import ENCRYPTED, KEY, LATER, NONCE, PLAIN, REFUSED, SALT, at_leisure, carried, code_of, device
from webapp.qr import seal
from webapp.qr.record import pack
from webapp.qr.seal import NotRead, is_encrypted

PASSWORD = ENCRYPTED["password"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["what"])
def test_the_refused_vectors_are_refused_for_their_reason(vector):
    assert code_of(vector["text"], vector.get("password"), LATER) == vector["code"]


def test_every_reason_has_a_vector():
    kinds = {kind for kind in NotRead.__subclasses__() if kind.__module__ == NotRead.__module__}
    assert {vector["code"] for vector in REFUSED} == {kind.code for kind in kinds}


def refusals_of_flips(text: str, key: bytes | None) -> set[str]:
    """Codes for each bit of the text's bytes changed alone; "opened" among them is a fault."""
    found = set()
    for place, letter in enumerate(text.encode()):
        for bit in range(8):
            changed = f"{text[:place]}{chr(letter ^ 1 << bit)}{text[place + 1 :]}"
            found.add(opened_with(changed, key))
    return found


def opened_with(text: str, key: bytes | None) -> str:
    try:
        data = seal.whole(text)
        seal.opened(data, None if data[0] == seal.PLAIN else key or KEY)
    except NotRead as refusal:
        return refusal.code
    return "opened"


def test_every_bit_of_a_code_without_password_is_guarded():
    found = refusals_of_flips(PLAIN["text"], None)
    assert "opened" not in found and {"tampered", "foreign", "newer", "truncated"} <= found


def test_every_bit_of_an_encrypted_code_is_guarded_even_from_who_has_the_key():
    found = refusals_of_flips(ENCRYPTED["text"], KEY)
    assert "opened" not in found and {"wrong_password", "tampered", "foreign", "newer", "truncated"} <= found


@pytest.mark.parametrize("place", [5, 20, 40, 60, 150, -30, -2])
def test_a_changed_letter_reads_as_a_wrong_password_with_the_real_key_derivation(place):
    text = ENCRYPTED["text"]
    letter = "B" if text[place] != "B" else "C"
    assert code_of(text[:place] + letter + text[place:][1:], PASSWORD) in {"wrong_password", "truncated", "newer"}


def test_any_bytes_of_a_code_exchanged_for_another_s_are_refused():
    one, other = (
        seal.encrypted_text(pack(carried(device(name=name))), KEY, SALT, NONCE) for name in ("Gate 1", "Gate 2")
    )
    mixed = {one[:cut] + other[cut:] for cut in range(len(one))} - {one, other}
    assert mixed and {opened_with(text, KEY) for text in mixed} == {"wrong_password"}


@pytest.mark.parametrize("text", [PLAIN["text"], ENCRYPTED["text"]], ids=["plain", "encrypted"])
def test_a_text_cut_anywhere_is_told_without_the_password(text):
    assert {code_of(text[:end]) for end in range(4)} == {"foreign"}
    assert {code_of(text[:end]) for end in range(4, len(text))} == {"truncated"}
    assert not any(is_encrypted(text[:end]) for end in range(len(text)))


NEAR = ["", " ", "SH1", "sh1:", "SH0:AAAA", "SH01:AAAA", "SH100:AAAA", "SH:AAAA", "XSH1:AAAA", "SH١:AAAA", "SH1;AAAA"]
FAR = ["WIFI:S:x;T:WPA;P:y;;", "https://example.org/q/abc", "DS-7608NXI-I2 1234567890 ABCDEF", "\ud800", "\x00" * 50]


@pytest.mark.parametrize("text", [*NEAR, *FAR])
def test_foreign_texts_are_called_foreign(text):
    assert code_of(text) == "foreign" and not is_encrypted(text)


@pytest.mark.parametrize("text", ["SH2:", "SH9:whatever is in it", "SH10:AAAA", "SH99:" + "A" * 5000])
def test_a_newer_version_is_called_newer_whatever_is_in_it(text):
    assert code_of(text) == "newer" and not is_encrypted(text)


def test_more_than_a_code_holds_is_refused_without_the_password():
    assert code_of("SH1:" + "A" * 10_000_000) == "tampered"
    assert code_of(seal.encrypted_text(bytes(600), KEY, SALT, NONCE)) == "tampered"


@pytest.mark.parametrize("protection", [seal.PLAIN, seal.PROFILE_1])
def test_a_length_that_cannot_be_is_told_without_the_password(protection):
    least = seal.AROUND[protection]
    short = {code_of(seal.written(bytes([protection, 0, size]).ljust(size, b"\0"))) for size in range(3, least)}
    longer = code_of(seal.written(bytes([protection, 0, least]).ljust(least + 5, b"\0")))
    assert short == {"tampered"} and longer == "tampered"


@at_leisure
@given(st.one_of(st.text(), st.from_regex(r"SH[0-9]{0,2}:[A-Z2-7]{0,120}", fullmatch=True)))
def test_no_text_raises_anything_else(text):
    assert code_of(text) != "opened" and is_encrypted(text) in {True, False}


@at_leisure
@given(st.binary(max_size=600), st.sampled_from([0, 1]))
def test_no_bytes_in_a_right_envelope_raise_anything_else(record, protection):
    text = seal.encrypted_text(record, KEY, SALT, NONCE) if protection else seal.plain_text(record)
    assert opened_with(text, KEY) in {"tampered", "opened"}
