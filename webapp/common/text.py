"""Text as it is kept, shown and compared."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4000  # characters
UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# What takes no room, so that two names could look the same or one like none: marks of direction, soft hyphens, fillers,
# tags outside a flag, variants of letters that have none.
ROOMLESS = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f)|[\U000e0000-\U000e007f]"
    "|[\x80-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\u2800\u3164\ufeff\uffa0]"
    "|(?<![0-9#*\xa9\xae\u2000-\U0010ffff])[\ufe00-\ufe0f]"
)
JOINING = "[\u0590-\u1dff\u2100-\U0010ffff]"  # scripts that use joiners, and the pictures that are made of several
LOOSE = re.compile(f"(?<!{JOINING})[\u200c\u200d]|[\u200c\u200d](?!{JOINING})")


def tidy(text: str) -> str:
    """NFC, trimmed, every run of blanks one space, nothing that takes no room and joins nothing.

    What is longer than any field stays as it is and is refused.
    """
    if len(text) > LONGEST:
        return text  # combining characters without end would cost seconds
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", bare(text))).strip()


def bare(text: str) -> str:
    """Without the characters that take no room. Those that turn the text around stay, to be refused."""
    return text if text.isascii() else LOOSE.sub("", ROOMLESS.sub(r"\1", text))


def fold_name(text: str) -> str:
    """What makes a name the same name: without regard to case and width, in every script."""
    return unicodedata.normalize("NFKC", UNSHOWABLE.sub("", bare(text))).casefold().strip()


def fold(text: str) -> str:
    """How text is searched: without regard to case, width and accents, in every script."""
    plain = unicodedata.normalize("NFKD", UNSHOWABLE.sub("", bare(text)).casefold())
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
