"""Measurements, one command each that prints JSON; never part of the tests."""
