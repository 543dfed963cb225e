"""A drawn signature is read strictly and drawn by the server (T11)."""

from __future__ import annotations

import pytest

from webapp.common.errors import Refused
from webapp.handover.services import strokes


def test_strokes_are_read_and_drawn():
    read = strokes.read("0,0 10,20 1000,400;5,6 7,8")
    assert read == [[0, 0, 10, 20, 1000, 400], [5, 6, 7, 8]]
    assert strokes.path(read) == "M0 0L10 20L1000 400M5 6L7 8" and strokes.path([[3, 4]]) == "M3 4h1"


def points(count):
    return " ".join(f"{n % 1000},{n % 400}" for n in range(count))


def test_the_most_that_a_person_draws_is_taken():
    assert sum(map(len, strokes.read(points(20_000)))) == 40_000
    assert len(strokes.read(";".join(["1,1"] * 200))) == 200


@pytest.mark.parametrize(
    "text",
    [
        "1001,5 1,1 1,1 1,1 1,1",
        "5,401 1,1 1,1 1,1 1,1",
        "-1,5 1,1 1,1 1,1 1,1",
        "1.5,5 1,1 1,1 1,1 1,1",
        "1,2 3",
        "1,2;;3,4",
        "1,2 ",
        "data:image/png;base64,AAAA",
        '1,2"/><script>',
        "[[1,2]]",
        "\u0661,\u0662 1,1 1,1 1,1 1,1\u2028",
        points(20_001),
        ";".join(["1,1"] * 201),
        "1,1 2,2",
        "99999,1 1,1 1,1 1,1 1,1",
    ],
    ids=range(15),
)
def test_everything_else_is_refused(text):
    with pytest.raises(Refused):
        strokes.read(text)
