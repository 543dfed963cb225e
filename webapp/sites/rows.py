"""The rows of the site list, rendered once for each state that they can show and then kept.

A row is a pure function of its tuple and the language, so the tuple is the key: nothing has to be told when it changes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache

from flask import render_template
from markupsafe import Markup

KEPT = 4096


def site_rows(rows: Iterable[Hashable], reader: str) -> Markup:
    """The rows of a list, each from memory unless it is new. `reader` is the language."""
    return Markup("".join([render_site(row, reader) for row in rows]))  # noqa: S704


@lru_cache(maxsize=KEPT)
def render_site(row: Hashable, reader: str) -> Markup:
    return Markup(render_template("sites/_row.html", row=row))  # noqa: S704
