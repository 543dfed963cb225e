"""Text as it is kept, shown and compared."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4000  # characters
UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# What takes no room, so that two names could look the same or one like none: Default_Ignorable_Code_Point of Unicode's
# DerivedCoreProperties.txt, but for what turns the text around; C1 controls, annotations and the empty Braille cell.
IGNORED = (
    "\x80-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
HAN = "\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
JOINED = (  # scripts in which a joiner is spelling: Arabic and its kin, those of India and Southeast Asia, Mongolian
    "\u0600-\u0dff\u1000-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010fff\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
PICTURE = (  # bases of emoji-variation-sequences.txt and of sequences that are joined
    "\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
NEEDED = (
    "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f",  # a flag by tags
    f"(?<=[{HAN}])[\U000e0100-\U000e01ef]",  # the variant of a character
    f"(?<=[{PICTURE}])[\ufe0e\ufe0f]",
    "(?<=[0-9#*])\ufe0f(?=\u20e3)",  # a key
    f"(?<=[{JOINED}])[\u200c\u200d](?=[{JOINED}])",
    f"(?:(?<=[{PICTURE}])|(?<=[{PICTURE}]\ufe0f))\u200d(?=[{PICTURE}])",
)
ROOMLESS = re.compile(f"({'|'.join(NEEDED)})|[{IGNORED}]")
ALL_ROOMLESS = re.compile(f"[{IGNORED}]")


def tidy(text: str) -> str:
    """NFC, trimmed, every run of blanks one space, nothing that takes no room unless a script or a picture needs it.

    What is longer than any field stays as it is and is refused.
    """
    if len(text) > LONGEST:
        return text  # combining characters without end would cost seconds
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", bare(text))).strip()


def with_company(name: str, company: str) -> str:
    """ "Bea (Southern Cables)" in at most 128 characters: a long name makes room for the company."""
    behind = f" ({company})"
    return f"{name[: 128 - len(behind)]}{behind}"[:128]


def bare(text: str) -> str:
    """Without the characters that take no room. Those that turn the text around stay, to be refused."""
    return text if text.isascii() else ROOMLESS.sub(r"\1", text)


def fold_name(text: str) -> str:
    """What makes a name the same name: without regard to case, width and what takes no room, in every script."""
    seen = ALL_ROOMLESS.sub("", UNSHOWABLE.sub("", text))
    return unicodedata.normalize("NFKC", seen).casefold().strip()


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
