"""List pages that are kept as long as they are the same.

A page is a pure function of its rows, what was chosen, and who reads it in which language. So these are the key, and
nothing has to be told when a thing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from flask import render_template, session
from flask_login import current_user

from webapp.common.htmx import wants_part
from webapp.common.i18n import language
from webapp.common.pages import Found

KEPT = 256  # pages of some 30 KB


class Once:
    """What a template is given, carried past the cache's key: equal to every other, so the key alone decides."""

    def __init__(self, find: Callable[[], Found], context: dict[str, Any]) -> None:
        self.find = find
        self.context = context

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Once)


def show_list(page: str, part: str, key: Hashable, find: Callable[[], Found], **context: Any) -> bytes:
    """`page`, or for htmx its `part`, which is given `found` by `find`. `key` tells one content from another."""
    person, once = current_user._get_current_object(), Once(find, context | {"part": part})
    reader = (person.name, person.company_name, person.role, person.rights, language())
    shown = part if wants_part() else page
    if person.viewer or (session.get("_flashes") and not wants_part()):
        return render(shown, once)  # a message, and the banner over another's pages, are for this reader alone
    return keep(shown, reader, key, once)


@lru_cache(maxsize=KEPT)
def keep(template: str, reader: Hashable, key: Hashable, once: Once) -> bytes:
    return render(template, once)


def render(template: str, once: Once) -> bytes:
    return render_template(template, found=once.find(), **once.context).encode()
