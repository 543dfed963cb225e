"""The invitation as a letter: to whom, in which language, and what its page tells of it (T4)."""

from __future__ import annotations

import time

import pytest

from tests.handover.made import link_in
from tests.handover.test_invite_owner import send
from tests.mailbox import Mailbox
from webapp.common import jobs


@pytest.fixture(scope="module")
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture
def settings(mailbox):
    mailbox.letters.clear()
    return {"mail_url": mailbox.url, "base_url": "https://sitehand.example"}


def wait_for_a_letter(mailbox):
    end = time.monotonic() + 15
    while not mailbox.letters and time.monotonic() < end:
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "Northlight Security hands the security system of Bakery over to you")]
)
def test_it_is_mailed_in_the_language_of_the_invited(admin, site, mailbox, language, subject):
    page = send(admin, site, language=language).text
    wait_for_a_letter(mailbox)
    ((to, message),) = mailbox.letters
    assert to == ["olga@example.com"] and message["Subject"] == subject
    assert link_in(page) in mailbox.text()
    assert "The mail is on its way" in page or "Mail sent" in page  # whichever of the two was faster


def test_its_page_tells_what_became_of_it(admin, site, mailbox):
    send(admin, site, language="en")
    wait_for_a_letter(mailbox)
    end, told = time.monotonic() + 15, ""
    while "Mail sent" not in told and time.monotonic() < end:
        told = admin.get(f"/sites/{site.id}/handover").text
    assert "Mail sent" in told and "Send again with a new link" in told


def test_no_mail_leaves_by_the_other_ways(admin, site, mailbox):
    send(admin, site, how="qr")
    send(admin, site, how="phone", phone="+49 8382 1234")
    jobs.stop()
    assert mailbox.letters == []
