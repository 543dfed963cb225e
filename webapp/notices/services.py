"""How a person is told something: for now by mail, where mail is set up."""

from __future__ import annotations

from urllib.parse import quote

from webapp import config


def can_mail() -> bool:
    return bool(config.current().mail_url)


def mail(to: str, subject: str, text: str) -> bool:
    """Send one mail; False when the mail server did not take it. Slow: call it from a job.

    Apprise is imported here because it costs a fifth of a second that nobody without mail should pay.
    """
    from apprise import Apprise, NotifyFormat

    url, sender = config.current().mail_url, Apprise()
    sender.add(f"{url}{'&' if '?' in url else '?'}to={quote(to, safe='')}")
    return bool(sender.notify(body=text, title=subject, body_format=NotifyFormat.TEXT))
