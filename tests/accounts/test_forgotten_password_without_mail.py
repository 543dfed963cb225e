"""A forgotten password on a server that sends no mail: it says whom to ask."""

from __future__ import annotations

import pytest

from webapp.accounts.models import ResetToken
from webapp.common import jobs


def test_it_says_whom_to_ask(anyone, company):
    for reply in (anyone.get("/forgot"), anyone.post("/forgot", email="ada@example.com")):
        assert reply.status_code == 200 and "This server sends no mail" in reply.text
        assert "reset-password" in reply.text and "on its way" not in reply.text
        assert "Call the company" in reply.text and 'name="email"' not in reply.text, "nothing to type in vain"
        assert "<button" not in reply.text.partition("<main")[2].partition("</main>")[0]
    jobs.stop(forget=False)
    assert not ResetToken.select().count()


@pytest.mark.parametrize("email", ["", "nonsense", "x" * 300])
def test_what_is_posted_all_the_same_is_harmless(anyone, company, email):
    reply = anyone.post("/forgot", email=email)
    assert reply.status_code in {200, 422} and "Call the company" in reply.text and not ResetToken.select().count()


def test_the_sign_in_page_leads_there(anyone, company):
    page = anyone.get("/sign-in").text
    assert 'href="/forgot"' in page and 'href="/sign-in/link"' not in page
