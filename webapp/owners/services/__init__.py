"""End users: the rules."""
