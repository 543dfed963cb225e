"""Pages are sent compressed: on one bar of 4G a list of fifty devices is 2 KB instead of 22.

The session cookie is SameSite=Lax: another site can lead the browser to a page with it, once and in sight, but cannot
fetch pages in the background and measure their lengths.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli
from flask import Response, request

SMALLEST = 600  # bytes; below it the header costs more than it saves
TEXT = {"text/html", "application/manifest+json", "application/json", "text/javascript"}


def compress(response: Response) -> Response:
    if response.direct_passthrough or response.mimetype not in TEXT or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    if request.accept_encodings["br"]:
        response.set_data(packed(body))
        response.headers["Content-Encoding"] = "br"
    elif request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(body, 5))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=256)
def packed(body: bytes) -> bytes:
    """A list that has not changed is packed once, however often it is looked at."""
    return brotli.compress(body, quality=4)
