"""What a stolen password hash costs whoever guesses (A4): the tests themselves hash more cheaply."""

from __future__ import annotations

from argon2 import Type, extract_parameters

from tests.conftest import STRENGTH
from webapp.accounts import hashing


def test_a_guess_costs_19_mebibytes_and_two_passes():
    cost = extract_parameters(STRENGTH.hash("Ladder-and-light-7"))
    assert (cost.type, cost.memory_cost, cost.time_cost) == (Type.ID, 19 * 1024, 2)


def test_a_hash_of_the_products_strength_is_taken():
    made = STRENGTH.hash("Ladder-and-light-7")
    assert hashing.matches(made, "Ladder-and-light-7") and not hashing.matches(made, "ladder-and-light-7")
