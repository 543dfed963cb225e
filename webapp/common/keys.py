"""Keys that the server makes for itself at its first start."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> bytes:
    """What the file holds, by default 32 random bytes; only the server's user reads it.

    It appears at one stroke with all that is in it, so two first starts at once agree on one, and one that was cut
    short leaves none.
    """
    if not is_filled(path):
        place(path, make())
    return path.read_bytes()


def is_filled(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def place(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not is_filled(path):
            draft.replace(path)
        else:
            with suppress(FileExistsError):
                os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
