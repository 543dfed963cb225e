"""Pages are sent compressed: on one bar of 4G a list of fifty devices is 2 KB instead of 22.

The session cookie is SameSite=Lax, so no other site can make the browser fetch a page with it and measure its length.
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
    accepted = request.headers.get("Accept-Encoding", "")
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    if "br" in accepted:
        response.set_data(packed(body))
        response.headers["Content-Encoding"] = "br"
    elif "gzip" in accepted:
        response.set_data(gzip.compress(body, 5))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=256)
def packed(body: bytes) -> bytes:
    """A list that has not changed is packed once, however often it is looked at."""
    return brotli.compress(body, quality=4)
