"""Text as it is kept, shown and compared."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4000  # characters
UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def tidy(text: str) -> str:
    """NFC, trimmed, every run of blanks one space. What is longer than any field stays as it is and is refused."""
    if len(text) > LONGEST:
        return text  # combining characters without end would cost seconds
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def fold_name(text: str) -> str:
    """What makes a name the same name: without regard to case and width, in every script."""
    return unicodedata.normalize("NFKC", UNSHOWABLE.sub("", text)).casefold().strip()


def fold(text: str) -> str:
    """How text is searched: without regard to case, width and accents, in every script."""
    plain = unicodedata.normalize("NFKD", UNSHOWABLE.sub("", text).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).strip()


def words(query: str) -> list[str]:
    """The words of a search, each a LIKE pattern (ESCAPE '!'): all of them must be found. At most eight."""
    return [like(word) for word in query[:100].split()[:8]]


def like(text: str) -> str:
    """A LIKE pattern (ESCAPE '!') that finds the text anywhere in folded text."""
    escaped = re.sub(r"([!%_])", r"!\1", fold(text[:100]))
    return f"%{escaped}%"


def file_name(*parts: str) -> str:
    """Of letters that every file system takes, as far as the parts have them; without an ending."""
    plain = (re.sub(r"[^\w.-]+", "-", part).strip("-.")[:60] for part in parts)
    return "-".join(filter(None, plain))
