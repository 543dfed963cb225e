"""Text as it is kept, shown and compared."""

from __future__ import annotations

import re
import unicodedata

UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def tidy(text: str) -> str:
    """NFC, trimmed, every run of blanks one space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """How text is compared: without regard to case and width, in every script."""
    return unicodedata.normalize("NFKC", UNSHOWABLE.sub("", text)).casefold().strip()


def like(text: str) -> str:
    """A LIKE pattern (ESCAPE '!') that finds the text anywhere in folded text."""
    escaped = re.sub(r"([!%_])", r"!\1", fold(text[:100]))
    return f"%{escaped}%"
