"""A forgotten password on a server that sends no mail: it says whom to ask."""

from __future__ import annotations

from webapp.accounts.models import ResetToken
from webapp.common import jobs


def test_it_says_whom_to_ask(anyone, company):
    for reply in (anyone.get("/forgot"), anyone.post("/forgot", email="ada@example.com")):
        assert reply.status_code == 200 and "This server sends no mail" in reply.text
        assert "reset-password" in reply.text and "on its way" not in reply.text
    jobs.stop(forget=False)
    assert not ResetToken.select().count()


def test_the_sign_in_page_leads_there(anyone, company):
    assert 'href="/forgot"' in anyone.get("/sign-in").text
