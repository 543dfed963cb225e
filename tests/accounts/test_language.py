"""The language of the pages: the browser's, or the person's own choice."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Account
from webapp.audit.models import AuditEntry


def test_it_is_kept_and_every_page_says_so(admin):
    assert admin.post("/account/language", language="de").status_code == 303
    assert Account.get().language == "de" and '<html lang="de"' in admin.get("/").text
    assert AuditEntry.select().where(AuditEntry.action == "account.edited").count() == 1


def test_the_browser_decides_until_then(admin):
    def language(accepted):
        return admin.get("/", headers={"Accept-Language": accepted}).text.split('lang="')[1][:2]

    assert (language("de-AT,de;q=0.9,en;q=0.8"), language("de-CH")) == ("de", "de")
    assert (language("fr"), language("\x7f;;q=x")) == ("en", "en")
    admin.post("/account/language", language="en")
    assert language("de") == "en"
    admin.post("/account/language", language="")
    assert language("de") == "de"


@pytest.mark.parametrize("language", ["xx", "de; DROP TABLE account", "d" * 5000, "\x00"])
def test_another_is_refused(admin, language):
    assert admin.post("/account/language", language=language).status_code == 422
    assert Account.get().language == ""
