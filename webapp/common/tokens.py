"""Unguessable names: 256 random bits, and the hash under which they are kept."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """43 characters that can stand in a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
