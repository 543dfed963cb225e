"""A person's browser: follows forms with their hidden fields, and can speak as htmx does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from secrets import token_hex
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from webapp.db import in_connection

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')
PATIENCE = 15  # seconds that a person waits for a test of a connection


class Person:
    """`environ` is how each request arrives: REMOTE_ADDR, HTTP_HOST, HTTP_USER_AGENT, "wsgi.url_scheme"."""

    def __init__(self, app: Flask, **environ: Any) -> None:
        self.app, self.environ = app, environ
        self.client = app.test_client()
        self.token = ""

    def get(self, path: str, htmx: bool = False, **more: Any) -> TestResponse:
        reply = self.client.get(
            path, headers=headers(htmx) | more.pop("headers", {}), environ_overrides=self.environ, **more
        )
        if found := TOKEN.search(reply.text if reply.mimetype == "text/html" else ""):
            self.token = unescape(found[1] or found[2])
        return reply

    def post(
        self, path: str, htmx: bool = False, headers_: dict[str, str] | None = None, **fields: Any
    ) -> TestResponse:
        """Post a form with a valid token: that of the page before, else one as any page would have brought."""
        if not self.token:
            self.fetch_token()
        data = {"csrf_token": self.token} | fields
        reply = self.client.post(
            path, data=data, headers=headers(htmx) | (headers_ or {}), environ_overrides=self.environ
        )
        if "Set-Cookie" in reply.headers:
            self.token = ""  # signed in or out: the next form brings a new one
        return reply

    def fetch_token(self) -> None:
        """As Flask-WTF makes it, with the secret in the cookie: asking a page for it takes ten times as long."""
        with self.client.session_transaction(environ_overrides=self.environ) as kept:
            secret = kept.setdefault("csrf_token", token_hex(20))
        self.token = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(secret)

    def probe(self, reply: TestResponse) -> str:
        """Poll the card of a probe, as the page does, until it is done; gives its last HTML or the redirect."""
        path = re.search(r'hx-get="(/probes/[^"]+)"', reply.text)
        assert path, reply.text
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            card = self.get(unescape(path[1]), htmx=True)
            if "HX-Redirect" in card.headers:
                return card.headers["HX-Redirect"]
            if "hx-trigger=" not in card.text:
                return card.text
            time.sleep(0.03)
        raise AssertionError("the probe did not end")


def headers(htmx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if htmx else {}


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed gives, or the exception it ends with; all begin together, each on a connection of its own."""

    def tell(deed: Callable[[], Any]) -> Any:
        try:
            return in_connection(deed)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(tell, deeds))
