"""A signature as it was drawn: strokes of points in a fixed box, read strictly, drawn by us (T11)."""

from __future__ import annotations

import re

from webapp.common.errors import Refused
from webapp.common.i18n import _

WIDTH, HEIGHT = 1000, 400  # the box
MOST_STROKES, MOST_POINTS = 200, 20_000
LEAST_POINTS = 5  # fewer are a touch by chance
LONGEST = MOST_POINTS * 9 + MOST_STROKES  # characters
TEXT = re.compile(r"\d{1,4},\d{1,4}(?:[ ;]\d{1,4},\d{1,4})*")

Strokes = list[list[int]]  # each [x, y, x, y, …]


def read(text: str) -> Strokes:
    """Of "12,34 15,36;200,30 …": strokes with ";" between, points with blanks. Raises Refused."""
    if len(text) > LONGEST or not TEXT.fullmatch(text):
        raise unreadable()
    strokes = [[int(number) for number in re.split("[ ,]", stroke)] for stroke in text.split(";")]
    points = sum(map(len, strokes)) // 2
    inside = all(max(stroke[::2]) <= WIDTH and max(stroke[1::2]) <= HEIGHT for stroke in strokes)
    if len(strokes) > MOST_STROKES or points > MOST_POINTS or not inside:
        raise unreadable()
    if points < LEAST_POINTS:
        raise Refused(_("Sign with your whole name."), "too_short")
    return strokes


def unreadable() -> Refused:
    return Refused(_("The drawing cannot be read. Clear it, then sign again."), "bad_strokes")


def path(strokes: Strokes) -> str:
    """The strokes as the `d` of an SVG path in a box of WIDTH by HEIGHT: numbers and letters, nothing else."""
    return "".join(line(stroke) for stroke in strokes)


def line(stroke: list[int]) -> str:
    points = [f"{x} {y}" for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
    return f"M{points[0]}" + ("".join(f"L{point}" for point in points[1:]) or "h1")
