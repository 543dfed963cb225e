"""The text of a code: what is sealed opens again, for this reader and for others."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.qr.other_reader import other_reader, read_record
from tests.qr.records import (
    ENCRYPTED,
    KEY,
    LATER,
    NEWER_TYPE,
    NONCE,
    PLAIN,
    SALT,
    WHEN,
    anything_carried,
    at_leisure,
    carried,
    code_of,
    device,
    devices,
    shown,
)
from webapp.accounts.hashing import turn
from webapp.qr import seal
from webapp.qr.record import pack
from webapp.qr.seal import NotRead, is_encrypted, open_sealed

PASSWORD = ENCRYPTED["password"]


@pytest.fixture(autouse=True)
def keys_of_codes() -> None:
    """As strong as the product's."""


# The vectors of the document


def test_the_vectors_open_and_are_written_the_same():
    plain = open_sealed(PLAIN["text"], now=WHEN)
    assert (shown(plain), pack(plain).hex(), seal.seal(plain, None)) == (
        PLAIN["opened"],
        PLAIN["record"],
        PLAIN["text"],
    )
    encrypted = open_sealed(ENCRYPTED["text"], PASSWORD, now=WHEN)
    assert (shown(encrypted), pack(encrypted).hex()) == (ENCRYPTED["opened"], ENCRYPTED["record"])
    assert seal.derive(PASSWORD, SALT) == KEY
    assert seal.encrypted_text(pack(encrypted), KEY, SALT, NONCE) == ENCRYPTED["text"]
    assert shown(open_sealed(NEWER_TYPE["text"], now=WHEN)) == NEWER_TYPE["opened"]


def test_a_reader_written_from_the_document_opens_the_vectors_and_what_we_make():
    for vector in (PLAIN, ENCRYPTED, NEWER_TYPE):
        assert other_reader(vector["text"], vector.get("password")) == vector["opened"]
    full = carried(device(name="Zoë", password="ü" * 100), device(host="2001:db8::1"), device(host="a.example"), days=7)
    assert other_reader(seal.seal(full, " LUSAB babad GUTIH tugad "), PASSWORD) == shown(full)


@at_leisure
@given(anything_carried(longest=40, most=3))
def test_the_other_reader_agrees_on_anything(given_in):
    assert read_record(pack(given_in)) == shown(given_in)


# Round trips


@at_leisure
@given(anything_carried(longest=20, most=4), st.binary(min_size=12, max_size=12))
def test_what_is_encrypted_comes_out_the_same(given_in, nonce):
    text = seal.encrypted_text(pack(given_in), KEY, SALT, nonce)
    assert is_encrypted(text) and seal.opened(seal.whole(text), KEY) == given_in


@at_leisure
@given(st.lists(devices(20), min_size=1, max_size=4))
def test_what_is_not_encrypted_comes_out_the_same(listed):
    given_in = carried(*(device(host=one.host, name=one.name, type=one.type) for one in listed))
    text = seal.seal(given_in, None)
    assert not is_encrypted(text) and open_sealed(text, now=WHEN) == given_in


def test_each_code_has_a_salt_and_a_nonce_of_its_own():
    texts = [seal.seal(carried(device()), PASSWORD) for _ in range(2)]
    headers = [seal.whole(text)[: seal.BODY] for text in texts]
    assert headers[0][3:19] != headers[1][3:19] and headers[0][19:] != headers[1][19:]
    assert [open_sealed(text, PASSWORD, now=WHEN) for text in texts] == [carried(device())] * 2


def test_line_breaks_and_blanks_of_a_pasted_text_do_not_matter():
    text = PLAIN["text"]
    assert shown(open_sealed(f"\n {text[:30]}\r\n{text[30:]}\t", now=WHEN)) == PLAIN["opened"]


def test_a_password_for_a_code_without_one_is_not_looked_at():
    assert shown(open_sealed(PLAIN["text"], "whatever", now=WHEN)) == PLAIN["opened"]


# Passwords and dates


def test_the_words_open_it_however_they_are_typed():
    text = seal.seal(carried(device()), "  Lusab Babad Gutih Tugad ")
    assert open_sealed(text, "LUSABBABADGUTIHTUGAD", now=WHEN) == carried(device())
    assert code_of(text, "lusab-babad-gutih-tugab") == "wrong_password"


def test_a_password_of_one_s_own_is_the_same_in_any_form_of_unicode():
    text = seal.seal(carried(device()), "Kühlhaus & Ofen")
    assert code_of(text, " Ku\u0308hlhaus & Ofen ") == "opened" and code_of(text, "kühlhaus & ofen") == "wrong_password"


@pytest.mark.parametrize("password", [None, "", "  ", "\u3000"])
def test_no_password_is_asked_for(password):
    assert is_encrypted(ENCRYPTED["text"]) and code_of(ENCRYPTED["text"], password) == "password_needed"


def test_half_a_letter_in_a_password_is_a_wrong_one():
    assert code_of(ENCRYPTED["text"], "\ud800" * 12) == "wrong_password"


@pytest.mark.parametrize("password", ["", "   "])
def test_a_blank_password_seals_nothing(password):
    with pytest.raises(ValueError):
        seal.seal(carried(device()), password)


def test_a_code_holds_until_its_moment_and_says_since_when_not():
    short = carried(device(), days=1)
    text = seal.seal(short, None)
    assert open_sealed(text, now=short.expires) == short
    with pytest.raises(seal.Expired) as refusal:
        open_sealed(text, now=short.expires + timedelta(seconds=1))
    assert refusal.value.expires == short.expires
    assert code_of(seal.seal(short, PASSWORD), PASSWORD, LATER) == "expired"


def test_an_expired_code_with_a_wrong_password_does_not_say_that_it_expired():
    assert code_of(ENCRYPTED["text"], "lusab-babad-gutih-tugab", LATER) == "wrong_password"


def test_a_code_without_password_never_carries_a_device_s():
    with_password = carried(device(password="Kamera-123"))
    with pytest.raises(ValueError):
        seal.seal(with_password, None)
    assert code_of(seal.plain_text(pack(with_password))) == "tampered"


def test_no_secret_is_in_what_is_raised():
    with pytest.raises(NotRead) as refusal:
        open_sealed(ENCRYPTED["text"], "Ladder-and-light-7", now=WHEN)
    assert "Ladder" not in json.dumps([str(refusal.value), repr(refusal.value)])


def test_a_key_waits_while_four_passwords_are_being_hashed():
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(turn)
        waiting = Thread(target=seal.derive, args=(PASSWORD, SALT))
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive()
    waiting.join(60)
    assert not waiting.is_alive()
