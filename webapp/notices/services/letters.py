"""Handing one letter to the mail server: a plain text, and beside it the same as HTML."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import charset, policy
from email.errors import MessageError
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, make_msgid
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from webapp import config
from webapp.common import clock
from webapp.common.text import UNSHOWABLE
from webapp.notices.models import Trouble

TIMEOUT = 15  # seconds that the mail server may take for one answer
SENDER = "Sitehand"
RECIPIENT = re.compile(r"[^@\s,;<>\"()\[\]\\]{1,64}@[^@\s,;<>\"()\[\]\\]{1,189}")
WIRE = policy.compat32.clone(linesep="\r\n", mangle_from_=False)  # "From " at a line's start is a mailbox file's matter
READABLE = charset.Charset("utf-8")
READABLE.body_encoding = charset.QP
LINE_END = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


class BadLetter(ValueError):
    """No such letter can be sent: its head would say more than one thing."""


FINAL = {Trouble.RECIPIENT, Trouble.REFUSED}  # trying again changes nothing


class NotTaken(Exception):
    """The mail server did not take it; `answer` is what it said, one line."""

    def __init__(self, trouble: Trouble, answer: str = "") -> None:
        super().__init__(trouble, answer)
        self.trouble, self.answer = trouble, answer


def can_mail() -> bool:
    return bool(config.current().mail_url)


def require_sendable(to: str, subject: str) -> None:
    """Raise BadLetter for what would add a line or a second recipient to the letter's head."""
    if not RECIPIENT.fullmatch(to) or UNSHOWABLE.search(to):
        raise BadLetter("not one e-mail address")
    if LINE_END.search(subject) or UNSHOWABLE.search(subject):
        raise BadLetter("a subject is one line")


def hand_over(to: str, subject: str, text: str, html: str = "") -> None:
    """Give the letter to the mail server. Takes seconds. Raises NotTaken, BadLetter."""
    require_sendable(to, subject)
    if not can_mail():
        raise NotTaken(Trouble.OFF)
    try:
        server = mail_server(config.current().mail_url)
        message = letter(server, to, subject, text, html).as_bytes(policy=WIRE)
        with connected(server) as smtp:
            smtp.sendmail(server.from_addr[1], [in_ascii(to), *server.cc, *server.bcc], message)
    except (OSError, smtplib.SMTPException, MessageError, UnicodeError) as error:
        raise reason(error) from error


@lru_cache(maxsize=4)
def mail_server(url: str) -> Any:
    """The setting as Apprise reads it: smtp_host, port, secure_mode, user, password, from_addr, cc, bcc, reply_to.

    Apprise is imported here because it costs a fifth of a second that nobody without mail should pay. It would send
    HTML with a text of its own making, which has no links in it; and it does not tell why a letter was not taken.
    """
    from apprise import Apprise

    made = Apprise.instantiate(url)
    if made is None:
        raise NotTaken(Trouble.OFF)
    return made


def letter(server: Any, to: str, subject: str, text: str, html: str) -> Message:
    """In the older of Python's two ways: the newer loses blanks of a long subject in scripts other than ours (3.11)."""
    message: Any = MIMEText(text, "plain", READABLE)  # type: ignore[arg-type]
    if html:
        message = MIMEMultipart("alternative", _subparts=[message, MIMEText(html, "html", READABLE)])  # type: ignore[arg-type]
    name, sender = server.from_addr
    message["Subject"] = Header(subject, "utf-8" if not subject.isascii() else "us-ascii")
    message["From"] = formataddr((SENDER if name in {False, "", None, server.app_id} else str(name), sender))
    message["To"] = in_ascii(to)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    for header, others in (("Cc", server.cc), ("Reply-To", server.reply_to)):
        if others:
            message[header] = ", ".join(sorted(others))
    return message


def in_ascii(address: str) -> str:
    """With the domain as the network names it. Raises UnicodeError for a local part that few servers take."""
    local, _, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}@{domain if domain.isascii() else domain.encode('idna').decode()}"


@contextmanager
def connected(server: Any) -> Iterator[smtplib.SMTP]:
    """A signed-in connection. How its end goes is nobody's matter: the letter is taken by then, or is not."""
    smtp = signed_in(server)
    try:
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def signed_in(server: Any) -> smtplib.SMTP:
    own = urlsplit(config.current().base_url).hostname or "localhost"
    given: dict[str, Any] = {"local_hostname": own, "timeout": TIMEOUT}
    if server.secure_mode == "ssl":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.smtp_host, server.port, context=trust(server), **given)
    else:
        smtp = smtplib.SMTP(server.smtp_host, server.port, **given)
    try:
        if server.secure_mode == "starttls":
            smtp.starttls(context=trust(server))
        if server.user and server.password:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def trust(server: Any) -> ssl.SSLContext:
    """Whose certificate is taken. Reading all authorities takes longer than handing over a letter."""
    context = ssl.create_default_context()
    if not server.verify_certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def reason(error: Exception) -> NotTaken:
    """What a failure means for the next try."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return NotTaken(Trouble.RECIPIENT if code >= 500 else Trouble.LATER, line(code, said))
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotTaken(Trouble.SIGN_IN, line(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return NotTaken(Trouble.UNREACHABLE, line(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        final = error.smtp_code >= 500
        return NotTaken(Trouble.REFUSED if final else Trouble.LATER, line(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPNotSupportedError | MessageError | UnicodeError):
        return NotTaken(Trouble.REFUSED, line("", str(error)))
    unanswered = isinstance(error, TimeoutError | socket.gaierror | ConnectionError | smtplib.SMTPServerDisconnected)
    return NotTaken(Trouble.UNREACHABLE, "" if unanswered else line("", str(error)))


def line(code: object, said: bytes | str) -> str:
    """What a server said as one line that can be shown and kept."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return UNSHOWABLE.sub("", " ".join(f"{code} {text}".split()))[:200]
