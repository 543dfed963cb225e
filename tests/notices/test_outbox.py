"""Letters are kept until the mail server takes them: over a crash, a refusal, a silent server; and then forgotten."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine

from tests.client import at_once
from tests.notices.conftest import nobody_listens, server_that, use
from webapp.common import clock, jobs
from webapp.db import database, in_connection, transaction
from webapp.notices import services as notices
from webapp.notices.models import Mail
from webapp.notices.services import letters, outbox
from webapp.notices.words import told

SECRET = "https://sitehand.example/join/Geheimnis-im-Link"
LETTER = ("ann@example.com", "Welcome", f"Open {SECRET}", f"<a href='{SECRET}'>Open</a>")


def keep(**more):
    return notices.keep(7, *LETTER, **more)


@pytest.fixture
def later():
    """later(minutes=1) lets time pass."""
    with time_machine.travel(clock.now()) as journey:
        yield lambda **span: journey.shift(timedelta(**span))


def test_it_is_sent_soon_and_what_it_said_is_forgotten(app, mailbox):
    mail_id = notices.post(7, *LETTER)
    jobs.stop(forget=False)
    assert mailbox.letters[0][0] == ["ann@example.com"] and SECRET in mailbox.text()
    found = notices.state(mail_id)
    assert (found.state, found.reason, found.tries) == ("sent", "", 1) and told(found)[2] == "Mail sent"
    assert Mail.get().sealed == b"" and Mail.get().company_id == 7


def test_until_then_it_is_sealed(app):
    keep()
    stored = [bytes(cell) if isinstance(cell, memoryview) else cell for cell in Mail.select().tuples().get()]
    assert "Geheimnis" not in str(stored) and "Welcome" not in str(stored)
    assert "Geheimnis" in Mail.get().unseal()


def test_within_a_transaction_it_waits_for_its_end(app, mailbox):
    with transaction():
        mail_id = notices.post(None, *LETTER)
        threading.Event().wait(0.3)
        assert not mailbox.letters
    jobs.stop(forget=False)
    assert len(mailbox.letters) == 1 and notices.state(mail_id).state == "sent"


def test_with_a_transaction_that_fails_it_is_not_sent(app, mailbox, monkeypatch):
    monkeypatch.setattr(outbox, "MOMENTS", (0.05, 0.1))
    with database.atomic() as begun:
        mail_id = notices.post(None, *LETTER)
        begun.rollback()
    jobs.stop(forget=False)
    assert not mailbox.letters and notices.state(mail_id) is None


def test_after_a_crash_before_the_try_the_next_sweep_sends_it(app, mailbox):
    mail_id = keep()  # and the process ended
    notices.sweep()
    assert len(mailbox.letters) == 1 and notices.state(mail_id).state == "sent"
    notices.sweep()
    assert len(mailbox.letters) == 1


def test_after_a_crash_within_the_try_it_is_tried_anew_but_not_at_once(app, mailbox, later):
    mail_id = keep()
    Mail.claim(mail_id, clock.now(), clock.now() + outbox.TRY_LASTS)  # and the process ended
    notices.sweep()
    assert not mailbox.letters and notices.state(mail_id).state == "queued"
    later(minutes=6)
    notices.sweep()
    assert len(mailbox.letters) == 1 and notices.state(mail_id).tries == 2


def test_another_letters_job_sends_what_is_overdue(app, mailbox):
    keep()
    notices.post(7, "bo@example.com", "Welcome", "Hello")
    jobs.stop(forget=False)
    assert sorted(to for to, _ in mailbox.letters) == [["ann@example.com"], ["bo@example.com"]]


def test_of_ten_that_try_at_once_one_sends(app, mailbox):
    mail_id = keep()
    assert at_once(*[lambda: notices.deliver(mail_id)] * 10) == [None] * 10
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, "recipient"),
        ({"mail": "554 you are blocked"}, "refused"),
    ],
)
def test_a_refusal_that_stays_is_final(app, later, answers, reason):
    mail_id = keep()
    with server_that(**answers) as url:
        use(url)
        notices.deliver(mail_id)
    found = notices.state(mail_id)
    assert (found.state, found.reason, found.tries) == ("failed", reason, 1)
    assert found.answer == next(iter(answers.values()))
    tone, _icon, sentence = told(found)
    assert tone == "bad" and sentence.startswith("The mail could not be sent: ") and found.answer in sentence
    assert Mail.get().sealed == b""


def test_a_server_that_ends_badly_after_taking_it_gets_it_once(app, later):
    mail_id = keep()
    with server_that(quit="451 whatever") as url:
        use(url)
        notices.deliver(mail_id)
    assert notices.state(mail_id)[:2] == ("sent", "")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"rcpt": "451 greylisted"}, "later"),
        ({"auth": "535 wrong password"}, "sign_in"),
        ({"ehlo": "421 too busy", "helo": "421 too busy"}, "unreachable"),
    ],
)
def test_a_refusal_that_may_pass_is_tried_again(app, mailbox, later, answers, reason):
    mail_id = keep()
    with server_that(**answers) as url:
        use(url)
        notices.deliver(mail_id)
        assert (notices.state(mail_id).state, notices.state(mail_id).reason) == ("queued", reason)
        notices.deliver(mail_id)  # not due yet
    assert notices.state(mail_id).tries == 1 and told(notices.state(mail_id))[0] == "warn"

    use(mailbox.url)
    notices.sweep()
    assert not mailbox.letters
    later(seconds=61)
    notices.sweep()
    assert len(mailbox.letters) == 1 and notices.state(mail_id)[:3] == ("sent", "", "")


def test_a_server_that_is_down_is_asked_ever_more_seldom_and_given_up_after_a_day(app, later):
    mail_id = keep()
    with nobody_listens() as url:
        use(url)
        tries = []
        for _minute in range(26 * 60 // 5):
            notices.sweep()
            tries.append(notices.state(mail_id).tries)
            later(minutes=5)
    found = notices.state(mail_id)
    assert (found.state, found.reason) == ("failed", "unreachable") and 20 < found.tries < 32
    assert tries[0] == 1 and Mail.get().sealed == b"" and "does not answer" in told(found)[2]


def test_what_is_of_use_for_an_hour_is_not_sent_after_it(app, mailbox, later):
    mail_id = keep(lasts=timedelta(hours=1))
    later(minutes=61)
    notices.sweep()
    assert not mailbox.letters and notices.state(mail_id)[:2] == ("failed", "expired")


def test_without_mail_it_waits_for_the_setting(app, mailbox, later):
    use("")
    mail_id = keep()
    notices.deliver(mail_id)
    assert notices.state(mail_id).reason == "off"
    use(mailbox.url)
    later(minutes=2)
    notices.sweep()
    assert notices.state(mail_id).state == "sent"


def test_a_letter_that_does_not_open_any_more_is_given_up(app, mailbox):
    mail_id = keep()
    Mail.update(token="another").execute()
    notices.deliver(mail_id)
    assert not mailbox.letters and notices.state(mail_id)[:2] == ("failed", "lost")


def test_what_a_server_says_is_kept_as_one_short_line(app):
    mail_id = keep()
    with server_that(rcpt="550-<b>no\n550 \x1b[31muser " + "x" * 400) as url:
        use(url)
        notices.deliver(mail_id)
    answer = notices.state(mail_id).answer
    assert answer.startswith("550 <b>no") and len(answer) == 200 and "\x1b" not in answer and "\n" not in answer


def test_what_became_of_many_is_one_statement(app):
    ids, sent, send = [keep(), keep()], [], database.obj.execute_sql
    database.obj.execute_sql = lambda sql, *args, **more: sent.append(sql) or send(sql, *args, **more)
    try:
        found = notices.states([*ids, None, 999])
    finally:
        del database.obj.execute_sql
    assert set(found) == set(ids) and len(sent) == 1
    assert notices.state(None) is None and notices.states([]) == {} and told(None)[0] == "off"


def test_old_ones_are_forgotten_and_their_ids_not_given_again(app, mailbox, later):
    mail_id = keep()
    notices.deliver(mail_id)
    later(days=91)
    notices.sweep()
    assert notices.state(mail_id) is None and keep() > mail_id


def test_a_job_of_another_thread_sends_too(app, mailbox):
    mail_id = keep()
    thread = threading.Thread(target=lambda: in_connection(lambda: notices.deliver(mail_id)))
    thread.start()
    thread.join(30)
    assert len(mailbox.letters) == 1


def test_reading_the_setting_again_costs_nothing(app, mailbox):
    assert letters.mail_server(mailbox.url) is letters.mail_server(mailbox.url)
