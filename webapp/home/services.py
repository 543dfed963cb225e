"""What the first page shows beside figures."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from webapp.qr.services import images


@lru_cache(maxsize=64)
def drawn(url: str) -> Markup:
    """A link as a code. Kept, because it is the same for every look at the first page and takes milliseconds."""
    return images.svg(url)
