"""How strong a password is: the rule of the seed (S4), and how easily it is guessed (zxcvbn, as advice).

The rule: at least 8 characters and at least three of upper case, lower case, digits, special characters.
Weak and medium below it as the devices' own manual has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zxcvbn import zxcvbn

from webapp.common.i18n import lazy

SHORTEST, LONGEST, KINDS = 8, 128, 3
ESTIMATED = 32  # characters that are estimated; the cost grows with the square
STAND_INS = frozenset("4@8({[<3690!1|/0$5+7%2")  # for letters; with many different ones the cost explodes
MOST_STAND_INS = 6


class Verdict(StrEnum):
    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"


CLASSES = {
    "upper": (str.isupper, lazy("an upper case letter")),
    "lower": (str.islower, lazy("a lower case letter")),
    "digit": (str.isdigit, lazy("a digit")),
    "special": (lambda c: not c.isalnum(), lazy("a special character")),
}


@dataclass(frozen=True, slots=True)
class Strength:
    verdict: Verdict
    short_by: int  # characters that are missing
    missing: tuple[str, ...]  # names in CLASSES that it has not; any of them helps
    easy: bool  # meets the rule, and is among the first that are tried

    @property
    def meets_rule(self) -> bool:
        return self.verdict == Verdict.STRONG

    @property
    def bars(self) -> int:
        """How many of the meter's four bars are on."""
        if self.verdict == Verdict.STRONG:
            return 3 if self.easy else 4
        return 1 if self.verdict == Verdict.WEAK else 2


def strength(password: str, username: str = "") -> Strength:
    """The verdict on a password for a user name; "" is weak."""
    missing = tuple(name for name, (has, _) in CLASSES.items() if not any(map(has, password)))
    present, short_by = len(CLASSES) - len(missing), max(0, SHORTEST - len(password))
    if short_by or present < 2 or is_own_name(password, username):
        verdict = Verdict.WEAK
    else:
        verdict = Verdict.STRONG if present >= KINDS else Verdict.MEDIUM
    easy = verdict == Verdict.STRONG and guessable(password, username)
    return Strength(verdict, short_by, missing, easy)


def is_own_name(password: str, username: str) -> bool:
    """Whether a password is the user name, forwards or backwards."""
    name = username.casefold()
    return bool(name) and password.casefold() in {name, name[::-1]}


def guessable(password: str, username: str = "") -> bool:
    if len(STAND_INS & set(password[:ESTIMATED])) > MOST_STAND_INS:
        return False
    return zxcvbn(password[:ESTIMATED], [username] if username else None)["score"] <= 1
