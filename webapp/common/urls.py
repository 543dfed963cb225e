"""Addresses of our own pages."""

from __future__ import annotations

import re

from flask import request
from werkzeug.routing import BaseConverter

from webapp import config

OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def is_own_path(text: str | None) -> bool:
    """Whether a `next` leads into this app and nowhere else (Z27)."""
    return bool(text and OWN_PATH.fullmatch(text))


def base() -> str:
    """Where people reach this server, as codes and links carry it: without a slash at the end."""
    return (config.current().base_url or request.host_url).rstrip("/")


class IdConverter(BaseConverter):
    """A row's id in a URL: digits that fit a 64-bit column; anything else is no such page."""

    regex = "[0-9]{1,15}"

    def to_python(self, value: str) -> int:
        return int(value)
