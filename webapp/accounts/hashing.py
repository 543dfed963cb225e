"""Password hashes: Argon2id."""

from __future__ import annotations

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, two passes: 32 ms on a small machine; at most four at once, so a flood of sign-ins costs 76 MiB, and one of
# QR passwords, which take the same turns, 256 MiB.
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
turn = threading.Semaphore(4)
_NOBODY = hasher.hash(secrets.token_hex(8))


def hash_password(password: str) -> str:
    with turn:
        return hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no such person (None)."""
    with turn:
        try:
            hasher.verify(password_hash or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None
