"""Lists in pages of fifty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PAGE = 50
LAST = 10_000  # beyond it a page number is nonsense


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list."""

    rows: list[Any]
    total: int  # of what matches search and filters
    page: int = 1
    counts: dict[str, int] = field(default_factory=dict)  # for the filters, before filtering

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def page_number(arguments: Mapping[str, str]) -> int:
    """`?page=` as a number from 1; anything else is the first page."""
    text = arguments.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    return min(max(number, 1), LAST)
