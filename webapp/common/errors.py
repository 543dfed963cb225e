"""The ways in which a request can end other than well; views need no try around them."""

from __future__ import annotations

from typing import Any


class NotFound(Exception):
    """No such thing, or another's: both are told alike (404)."""


class Forbidden(Exception):
    """The person may see this, but not do it (403). `why` is shown, below `title` where that is not the usual one."""

    def __init__(self, why: str = "", title: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.title = title


class Refused(Exception):
    """A rule of the trade says no (409). The text is shown to the person as it stands."""

    def __init__(self, why: str, code: str = "", **facts: Any) -> None:
        super().__init__(why)
        self.why = why
        self.code = code  # stable, for tests and templates
        self.facts = facts


class TooMany(Exception):
    """Asked too often (429). `retry_after` in seconds."""

    def __init__(self, why: str, retry_after: int) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after
