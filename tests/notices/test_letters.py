"""One letter as it arrives: two parts that say the same, one recipient, a head that nobody adds lines to."""

from __future__ import annotations

import pytest

from tests.mailbox import Mailbox
from tests.notices.conftest import nobody_listens, server_that, use
from webapp.common.htmx import show_letter
from webapp.notices import services as notices

TEXT = "Grüß Gott,\n\nopen https://sitehand.example/x?a=1&b=2\n"
HTML = '<html lang="de"><body><p>Grüß Gott</p><a href="https://sitehand.example/x?a=1&amp;b=2">Open</a></body></html>'


def parts(message):
    return {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


def test_text_and_html_arrive_as_two_parts_of_one_mail(app, mailbox):
    assert notices.mail("ann@example.com", "Ein Zugang für Sie", TEXT, HTML)
    ((to, message),) = mailbox.letters
    assert to == ["ann@example.com"] and message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]  # the best is last
    found = {kind: body.replace("\r\n", "\n") for kind, body in parts(message).items()}
    assert found == {"text/plain": TEXT, "text/html": HTML}
    assert message["Subject"] == "Ein Zugang für Sie" and message["To"] == "ann@example.com"
    assert message["From"] == "Sitehand <robot@example.com>" and message["Date"] and message["Message-ID"]


def test_a_text_alone_is_one_part(app, mailbox):
    assert notices.mail("ann@example.com", "Hello", TEXT)
    assert mailbox.letters[0][1].get_content_type() == "text/plain" and "a=1&b=2" in mailbox.text()


@pytest.mark.parametrize(
    "to",
    ["ann+site@example.com", "a&mode=ssl&smtp=mail.invalid@example.com", "a%40b@example.com", "o'neil@example.com"],
)
def test_signs_in_an_address_are_part_of_it(app, mailbox, to):
    assert notices.mail(to, "Hello", TEXT)
    assert mailbox.letters[0][0] == [to] and mailbox.letters[0][1]["To"] == to


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "ann@example.com, bo@example.com",
        "ann@example.com\r\nBcc: bo@example.com",
        "ann@example.com\nbo@example.com",
        "<ann@example.com>",
        "ann@bo@example.com",
        "ann@exam ple.com",
        "ann\x00@example.com",
    ],
)
def test_what_is_not_one_address_gets_nothing(app, mailbox, to):
    with pytest.raises(notices.BadLetter):
        notices.mail(to, "Hello", TEXT)
    with pytest.raises(notices.BadLetter):
        notices.post(None, to, "Hello", TEXT)
    assert not mailbox.letters


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x0b", "\x85", "\x00"])
def test_a_subject_is_one_line(app, mailbox, end):
    with pytest.raises(notices.BadLetter):
        notices.mail("ann@example.com", f"Hello{end}Bcc: bo@example.com", TEXT)
    assert not mailbox.letters


def test_lines_of_the_text_that_look_like_the_protocol_are_text(app, mailbox):
    text = "one\n.\nRCPT TO:<bo@example.com>\n..two\nFrom here on\n"
    assert notices.mail("ann@example.com", "Hello", text)
    assert len(mailbox.letters) == 1 and mailbox.letters[0][0] == ["ann@example.com"]
    assert mailbox.text().replace("\r\n", "\n") == text


def test_a_long_subject_in_any_script_arrives_whole(app, mailbox):
    subject = "كاميرا الباب الأمامي 📹 " * 9
    assert notices.mail("ann@example.com", subject.strip(), TEXT)
    assert mailbox.letters[0][1]["Subject"] == subject.strip()


def test_what_the_setting_adds_is_honoured(app, mailbox):
    use(mailbox.url.replace("from=robot", "reply=desk@example.com&bcc=archive@example.com&from=robot"))
    assert notices.mail("ann@example.com", "Hello", TEXT)
    to, message = mailbox.letters[0]
    assert to == ["ann@example.com", "archive@example.com"]
    assert message["Reply-To"] == "desk@example.com" and "archive" not in message.as_string()


def test_a_server_that_says_no_is_told(app):
    with server_that(rcpt="550 no such user") as url:
        use(url)
        assert notices.mail("ann@example.com", "Hello", TEXT) is False
    with nobody_listens() as url:
        use(url)
        assert notices.mail("ann@example.com", "Hello", TEXT) is False


def test_without_mail_nothing_is_sent(app, mailbox):
    use("")
    assert not notices.can_mail() and notices.mail("ann@example.com", "Hello", TEXT) is False
    assert not mailbox.letters


def test_the_templates_say_the_same_twice_and_escape_names_once(app, mailbox: Mailbox):
    letter = {
        "title": "Join <b>us</b>",
        "lines": ["Ada & Bo invite you.", "{{ 7*7 }}"],
        "link": "https://sitehand.example/join/x?a=1&b=2",
        "label": "Join",
        "after": ["It works for 3 days."],
        "company": "Tor & Hof <GmbH>",
    }
    with app.test_request_context("/"):
        text, html = show_letter(**letter)
    assert notices.mail("ann@example.com", letter["title"], text, html)
    found = parts(mailbox.letters[0][1])
    plain, page = found["text/plain"], found["text/html"]
    for line in (*letter["lines"], letter["link"], *letter["after"], letter["company"]):
        assert line in plain
    assert "<b>us" not in page and "Join &lt;b&gt;us" in page and "Tor &amp; Hof &lt;GmbH&gt;" in page
    assert 'href="https://sitehand.example/join/x?a=1&amp;b=2"' in page and "{{ 7*7 }}" in page
    assert "<img" not in page and "<script" not in page and "src=" not in page
