"""QR passwords that are read out over the phone, and what a person makes of them on a keyboard."""

from __future__ import annotations

import math
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.qr.records import at_leisure
from webapp.qr.speakable import SHAPE, WORDS, make, tidy

WORDS_OF_DOCUMENT = "lusab-babad-gutih-tugad"


def test_a_made_one_has_64_bits_and_can_be_read_out():
    assert WORDS * sum(math.log2(len(set(letters))) for letters in SHAPE) == 64
    made = [make() for _ in range(500)]
    assert len(set(made)) == 500 and all(re.fullmatch(r"[a-z]{5}(-[a-z]{5}){3}", password) for password in made)
    assert {letter for password in made for letter in password} == set("-bdfghjklmnprstvzaiou")
    assert all(tidy(password) == password for password in made)


@pytest.mark.parametrize(
    "typed",
    [
        "Lusab Babad Gutih Tugad",
        "  LUSAB-BABAD-GUTIH-TUGAD\n",
        "lusab - babad - gutih - tugad",
        "lusabbabadgutihtugad",
        "lusab–babad—gutih‑tugad",
        "lusab\u00a0babad\u2003gutih\ttugad",
        "ＬＵＳＡＢ　ｂａｂａｄ－ｇｕｔｉｈ－ｔｕｇａｄ",
    ],
)
def test_words_are_the_same_however_they_are_typed(typed):
    assert tidy(typed) == WORDS_OF_DOCUMENT


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  Ladder and Light 7 ", "Ladder and Light 7"),
        ("Lusab-Babad-Gutih", "Lusab-Babad-Gutih"),
        ("lusab, babad, gutih, tugad", "lusab, babad, gutih, tugad"),
        ("Lusab-babad-gutih-tugad!", "Lusab-babad-gutih-tugad!"),
        ("Kuehlhaus-Kühlhaus", "Kuehlhaus-Ku\u0308hlhaus"),
        ("ﬁre & ice ①", "fire & ice 1"),
        (" \t\n", ""),
    ],
)
def test_other_passwords_keep_their_case_and_blanks(typed, meant):
    assert tidy(typed) == tidy(meant) == unicodedata.normalize("NFKC", meant)


@at_leisure
@given(st.text())
def test_what_is_tidy_stays_so(typed):
    assert tidy(tidy(typed)) == tidy(typed)
