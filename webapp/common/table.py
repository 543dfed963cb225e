"""Tables for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = "\ufeff"  # spreadsheets take a file without it for one of another century
FORMULA = re.compile(r"\s*[=+\-@\t\r]")


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a mark of it, commas; no cell is taken for a formula (Z19)."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([cell(value) for value in row] for row in rows)
    return (BOM + written.getvalue()).encode()


def cell(value: str) -> str:
    """Spreadsheets run what begins like a formula; a quote before it makes it text."""
    return f"'{value}" if FORMULA.match(value) else value
