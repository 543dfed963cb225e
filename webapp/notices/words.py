"""What became of a letter, in a sentence."""

from __future__ import annotations

from webapp.common.i18n import _, lazy
from webapp.notices.models import MailState, Posted, Trouble

REASONS = {
    Trouble.RECIPIENT: lazy("The mail server does not take this e-mail address."),
    Trouble.REFUSED: lazy("The mail server refuses this mail."),
    Trouble.LATER: lazy("The mail server takes no mail for this address just now."),
    Trouble.SIGN_IN: lazy("The mail server does not let us sign in. Whoever runs the server can mend it."),
    Trouble.UNREACHABLE: lazy("The mail server does not answer."),
    Trouble.OFF: lazy("This server sends no mail."),
    Trouble.LOST: lazy("The key file has changed since it was written."),
    Trouble.EXPIRED: lazy("It came too late to be of use."),
}


def told(posted: Posted | None) -> tuple[str, str, str]:
    """Tone, icon and sentence for the page that shows whom something was mailed; ("off", …) where nothing is known."""
    if posted is None:
        return "off", "dash", _("It is not known whether the mail was sent.")
    if posted.state == MailState.SENT:
        return "ok", "check", _("Mail sent")
    why = " ".join(filter(None, [str(REASONS.get(Trouble(posted.reason), "")) if posted.reason else "", posted.answer]))
    if posted.state == MailState.FAILED:
        return "bad", "cross", _("The mail could not be sent: %(why)s", why=why)
    if why:
        return "warn", "clock", _("The mail is not sent yet, and is tried again: %(why)s", why=why)
    return "info", "clock", _("The mail is on its way.")
