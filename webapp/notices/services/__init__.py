"""How a person is told something: for now by mail, where mail is set up."""

from __future__ import annotations

from webapp.notices.services.letters import BadLetter, NotTaken, can_mail, hand_over
from webapp.notices.services.outbox import deliver, keep, post, reseal_all, state, states, sweep


def mail(to: str, subject: str, text: str, html: str = "") -> bool:
    """Send one mail now and keep nothing of it; False when the mail server did not take it. Slow: call it from a job.

    Raises BadLetter.
    """
    try:
        hand_over(to, subject, text, html)
    except NotTaken:
        return False
    return True


__all__ = [
    "BadLetter",
    "can_mail",
    "deliver",
    "keep",
    "mail",
    "post",
    "reseal_all",
    "state",
    "states",
    "sweep",
]
