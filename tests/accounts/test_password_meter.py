"""The meter below a password field, while somebody types (S4)."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("typed", "said", "bars"),
    [
        ("", "Weak.", 1),
        ("abc", "5 more characters.", 1),
        ("abcdefgh", "Weak.", 1),
        ("abcdefg1", "Medium.", 2),
        ("Admin12345", "easy to guess", 3),
        ("Ladder-and-light-7", "Strong", 4),
    ],
)
@pytest.mark.parametrize("field", ["password", "new"])
def test_it_says_how_strong(anyone, field, typed, said, bars):
    reply = anyone.post("/password-strength", htmx=True, **{field: typed})
    assert reply.status_code == 200 and said in reply.text and reply.text.count('class="on"') == bars
    assert "<html" not in reply.text and (not typed or typed not in reply.text)


def test_it_says_what_would_help(anyone):
    assert "an upper case letter, a special character" in anyone.post("/password-strength", password="abcdefg1").text


def test_ones_own_name_is_weak(anyone):
    assert "Weak." in anyone.post("/password-strength", password="Ada@Example.com1", username="ada@example.com1").text


@pytest.mark.parametrize("typed", ["x" * 60_000, "\x00", "💡" * 30, "<script>"])
def test_whatever_is_typed_is_judged(anyone, typed):
    reply = anyone.post("/password-strength", password=typed)
    assert reply.status_code == 200 and "<script>" not in reply.text


def test_what_is_typed_never_stands_in_an_address(anyone):
    assert anyone.get("/password-strength?password=x").status_code == 405
    assert anyone.client.post("/password-strength", data={"password": "x"}).status_code == 400
