"""Keys that the server makes for itself at its first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_or_make(path: Path) -> bytes:
    """32 random bytes, kept in a file that only the server's user reads. Two first starts at once agree on one."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(32)
        file.write(key)
    return key
