"""QR passwords that can be read out over the phone: "lusab-babad-gutih-tugad".

Four words of five letters, consonants and vowels in turn: 16 bits a word, 64 in all. The letters are those of
proquints (arXiv 0901.4016).
"""

from __future__ import annotations

import re
import secrets
import unicodedata

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"
SHAPE = (CONSONANTS, VOWELS, CONSONANTS, VOWELS, CONSONANTS)
WORDS = 4
LONGEST = 500  # characters of a password with whatever is around it
WORD = "".join(f"[{letters}]" for letters in SHAPE)
BETWEEN = r"[\s\-\u2010-\u2015\u2212]*"  # keyboards of phones make longer dashes of two
SPOKEN = re.compile(BETWEEN.join([f"({WORD})"] * WORDS))


def make() -> str:
    """A new password of 64 random bits, as it is shown once."""
    return "-".join("".join(map(secrets.choice, SHAPE)) for _ in range(WORDS))


def tidy(typed: str) -> str:
    """What a key is made of: NFKC, without blanks around, and words as make() gives in the one spelling of make()."""
    if len(typed) > LONGEST:
        return typed  # no password; combining characters without end would cost seconds
    text = unicodedata.normalize("NFKC", typed).strip()
    spoken = SPOKEN.fullmatch(text.lower())
    return "-".join(spoken.groups()) if spoken else text
