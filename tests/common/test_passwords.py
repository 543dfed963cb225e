"""The verdict on a password (S4): a table of the rule's edges."""

from __future__ import annotations

import pytest

from webapp.common.passwords import SHORTEST, strength


@pytest.mark.parametrize(
    ("password", "verdict", "short_by", "missing"),
    [
        ("", "weak", 8, {"upper", "lower", "digit", "special"}),
        ("a", "weak", 7, {"upper", "digit", "special"}),
        ("Aa1-Aa1", "weak", 1, set()),
        ("12345678", "weak", 0, {"upper", "lower", "special"}),
        ("aaaaaaaa", "weak", 0, {"upper", "digit", "special"}),
        ("--------", "weak", 0, {"upper", "lower", "digit"}),
        ("abcdefg1", "medium", 0, {"upper", "special"}),
        ("ABCDEFG1", "medium", 0, {"lower", "special"}),
        ("Abcdefgh", "medium", 0, {"digit", "special"}),
        ("abcdefg-", "medium", 0, {"upper", "digit"}),
        ("1234567-", "medium", 0, {"upper", "lower"}),
        ("Abcdefg1", "strong", 0, {"special"}),
        ("abcdef1-", "strong", 0, {"upper"}),
        ("ABCDEF1-", "strong", 0, {"lower"}),
        ("Abcdefg-", "strong", 0, {"digit"}),
        ("Abcdef 1", "strong", 0, set()),
        ("Лестница1", "strong", 0, {"special"}),
        ("Ähnlich1", "strong", 0, {"special"}),
        ("Kamera💡x", "strong", 0, {"digit"}),
        ("Aa1-" * 32, "strong", 0, set()),
        ("Aa1-" * 10_000, "strong", 0, set()),
    ],
)
def test_the_rule(password, verdict, short_by, missing):
    found = strength(password)
    assert (found.verdict, found.short_by, set(found.missing)) == (verdict, short_by, missing)
    assert found.meets_rule == (verdict == "strong")


@pytest.mark.parametrize("name", ["Admin-1234", "admin-1234", "4321-NIMDA"])
def test_the_user_name_is_weak_in_either_direction(name):
    assert strength("Admin-1234", name).verdict == "weak"


def test_without_a_user_name_nothing_is_ones_own():
    assert strength("Admin-1234", "").verdict == "strong" and SHORTEST == 8


@pytest.mark.parametrize(
    ("password", "easy"), [("Admin12345", True), ("Password1", True), ("Ladder-and-light-7", False)]
)
def test_what_is_guessed_first_is_called_easy(password, easy):
    found = strength(password)
    assert (found.verdict, found.easy, found.bars) == ("strong", easy, 3 if easy else 4)


@pytest.mark.parametrize(("password", "bars"), [("", 1), ("abcdefgh", 1), ("abcdefg1", 2)])
def test_the_bars_of_the_meter(password, bars):
    assert strength(password).bars == bars
