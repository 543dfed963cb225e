"""How devices fare: who is checked when, what that means, and what is kept of it."""
