"""List pages that are put together, not rendered: a kept frame, and kept rows in it.

A frame is a pure function of the template, the language, the person it greets and a few figures; a row of its tuple and
the language. So these are the keys, and nothing has to be told when a thing changes.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from flask import render_template, session
from flask_login import current_user
from markupsafe import Markup

from webapp.common.htmx import wants_part

SLOT = Markup("<!--rows-->")
FRAMES = 512


class Once:
    """What a template is given, carried past the cache's key: equal to every other, so the key alone decides."""

    def __init__(self, context: dict[str, Any]) -> None:
        self.context = context

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Once)


def show_list(page: str, part: str, rows: str, language: str, key: Hashable, **context: Any) -> str:
    """`page` (or for htmx `part`) with `rows` where it says `{{ slot }}`. `key` tells its contexts apart."""
    context |= {"slot": SLOT, "part": part}
    person = current_user._get_current_object()
    reader = (person.name, person.company_name, person.role)
    if wants_part():
        frame = keep(part, language, reader, key, Once(context))
    elif session.get("_flashes"):
        frame = render_template(page, **context)  # a message is shown once
    else:
        frame = keep(page, language, reader, key, Once(context))
    return frame.replace(SLOT, rows)


@lru_cache(maxsize=FRAMES)
def keep(template: str, language: str, reader: Hashable, key: Hashable, once: Once) -> str:
    return render_template(template, **once.context)
