"""Somebody who looks at pages while something goes wrong."""

from __future__ import annotations

import gzip
import http.client
import re
import time
from collections import Counter
from typing import Any

import brotli

from benchmarks import pages


class Visitor:
    """Asks for pages, and counts what they answered."""

    PATHS = ("/", "/devices", "/sites", "/sites/1", "/devices/1", "/healthz")

    def __init__(self, server: pages.Server) -> None:
        self.server = server
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0
        self.signed_out = 0
        self.texts: set[str] = set()
        self.negative: set[str] = set()

    def look(self, path: str) -> int:
        began = time.monotonic()
        reply, body = self.server.get(path)
        self.note(f"GET {path}", reply, plain(reply, body), began)
        if reply.status == 303:
            self.server.sign_in()
            self.signed_out += 1
        return reply.status

    def look_round(self) -> None:
        for path in self.PATHS:
            self.look(path)

    def note(self, what: str, reply: http.client.HTTPResponse, text: str, began: float) -> None:
        lacking = " without Retry-After" if reply.status == 503 and not reply.headers["Retry-After"] else ""
        self.answers[f"{what} {reply.status}{lacking}"] += 1
        self.slowest = max(self.slowest, time.monotonic() - began)
        if reply.status >= 400:
            self.texts.add(heading(text))
        words = re.sub(r"<[^>]*>", " ", text)
        self.negative.update(re.findall(r"(?<![\w-])[-−]\d+ ?(?:s|min|h|d|seconds?|minutes?|hours?)\b", words))

    def shown_statuses(self) -> dict[str, int]:
        """How many devices the list shows as what."""
        words = ("Online", "Offline", "Unknown", "Checking")
        page = text_of(self, "/devices")
        return {word: len(re.findall(rf">\s*{word}\s*<", page)) for word in words}

    def write(self) -> int:
        """Save site 1 as a person does; gives the status, 303 when it is saved."""
        began, path = time.monotonic(), "/sites/1/edit"
        reply, body = self.server.get(path)
        self.server.keep_cookies(reply)
        page = plain(reply, body)
        fields = dict(re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page))
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            reply, body = self.server.ask(connection, path, fields | {"password_days": "0", "city": str(began)})
        finally:
            connection.close()
        self.note(f"POST {path}", reply, plain(reply, body), began)
        return reply.status


def plain(reply: Any, body: bytes) -> str:
    """The text of an answer, uncompressed."""
    encoding = reply.headers.get("Content-Encoding", "")
    if encoding == "br":
        body = brotli.decompress(body)
    elif encoding == "gzip":
        body = gzip.decompress(body)
    return body.decode(errors="replace")


def heading(page: str) -> str:
    """Of a page, with its first sentence."""
    found = re.findall(r"<(?:h1|h2|p)\b[^>]*>(.*?)</(?:h1|h2|p)>", page, re.S)
    return " | ".join(re.sub(r"<[^>]*>|\s+", " ", one).strip() for one in found[:2]) or page[:100]


def text_of(visitor: Visitor, path: str) -> str:
    return plain(*visitor.server.get(path))
