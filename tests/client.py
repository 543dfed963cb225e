"""A person's browser: follows forms with their hidden fields, and can speak as htmx does."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')
PATIENCE = 15  # seconds that a person waits for a test of a connection


class Person:
    def __init__(self, app: Flask, **environ: Any) -> None:
        self.app, self.environ = app, environ
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str, htmx: bool = False, **more: Any) -> TestResponse:
        reply = self.client.get(path, headers=headers(htmx) | more.pop("headers", {}), environ_base=self.environ, **more)
        if found := TOKEN.search(reply.text if reply.mimetype == "text/html" else ""):
            self.token = unescape(found[1] or found[2])
        return reply

    def post(self, path: str, htmx: bool = False, headers_: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        """Post a form with a valid token, fetched from a page that has one if none was seen yet."""
        if not self.token:
            self.fetch_token()
        data = {"csrf_token": self.token} | fields
        reply = self.client.post(path, data=data, headers=headers(htmx) | (headers_ or {}), environ_base=self.environ)
        if "Set-Cookie" in reply.headers:
            self.token = ""  # signed in or out: the next form brings a new one
        return reply

    def fetch_token(self) -> None:
        for path in ("/account", "/sign-in", "/setup"):
            if self.get(path).status_code == 200 and self.token:
                return

    def probe(self, reply: TestResponse) -> str:
        """Poll the card of a probe, as the page does, until it is done; gives its last answer's HTML or the redirect."""
        path = re.search(r'hx-get="(/probes/[^"]+)"', reply.text)
        assert path, reply.text
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            card = self.get(unescape(path[1]), htmx=True)
            if "HX-Redirect" in card.headers:
                return card.headers["HX-Redirect"]
            if "hx-trigger=\"load" not in card.text:
                return card.text
            time.sleep(0.03)
        raise AssertionError("the probe did not end")


def headers(htmx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if htmx else {}
