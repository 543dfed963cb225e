"""Forms as a person sends them by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def faulty_forms(pages: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, fields): empty, or with nonsense in every field; `pages` by the names of tests/world.py."""
    device, site = pages["device online"], pages["site full"]
    forms = [
        "/sites/new",
        f"{site}/edit",
        f"{site}/delete",
        f"{site}/devices/new/address",
        f"{site}/devices/new/address/test",
    ]
    forms += [f"{device}/address", f"{device}/type", "/account/password", "/account/language"]
    forms += ["/sign-in", "/forgot", pages["reset"]]
    names = ("name", "host", "username", "email", "password", "current", "new", "type", "zone")
    for path in forms:
        yield path, {"language": "tlh"}
        yield path, dict.fromkeys(names, "<b data-evil>\" '" + "x" * 300) | {"port": "-1", "language": "<b data-evil>"}
