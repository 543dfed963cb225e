"""Employees: the rules."""
