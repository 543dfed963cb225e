"""What is to be seen of a server before it has a company."""

from __future__ import annotations

import pytest

from tests.markup import Markup


@pytest.mark.parametrize("path", ["/setup", "/sign-in", "/", "/devices/1"])
def test_everything_leads_to_setup(anyone, path):
    reply = anyone.get(path)
    while reply.status_code == 303:
        reply = anyone.get(reply.location)
    (heading,) = Markup.of(reply.text).all("h1")
    assert heading.text == "Set up Sitehand"


@pytest.mark.parametrize("path", ["/setup", "/forgot", "/offline"])
def test_the_pages_are_well_made(anyone, path):
    for reply in (
        anyone.get(path),
        anyone.post(path, company="<b>", email="x") if path == "/setup" else anyone.get(path),
    ):
        html = Markup.of(reply.text)
        assert not html.faults + html.ids_given_twice() + html.without_a_name()
        assert not html.inline_code() + html.broken_references()
        assert len(html.all("h1")) == 1
