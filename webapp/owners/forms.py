"""What an end user types and chooses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import PasswordField, SelectField
from wtforms.validators import Length, Optional

from webapp.accounts.forms import EmailField, email, is_email, is_strong, new_password
from webapp.common.forms import Form, Hidden, Required, Text
from webapp.common.i18n import _, lazy
from webapp.common.passwords import LONGEST
from webapp.notices import services as notices
from webapp.owners.words import longer, spans


class LinkForm(Form):
    email = email()


class FirstPasswordForm(Form):
    email = email()
    new = new_password(lazy("New password"))


class JoinForm(Form):
    """Somebody who has no account yet; where no mail is sent, their password is the only way back."""

    name = Text(lazy("Your name"), [Required(lazy("What is your name?")), Length(max=128)])
    email = email()
    password = PasswordField(
        lazy("Password (if you like)"),
        [Optional(strip_whitespace=False), Length(max=LONGEST), is_strong],
        description=lazy("Without one we mail you a link each time you want to sign in."),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if not notices.can_mail():
            require_password(self.password)


def require_password(field: PasswordField) -> None:
    """Make what was left to the person compulsory."""
    field.label.text = _("Password")
    field.description = _("You need it to come back: this server sends no mail.")
    field.validators = [Required(_("Choose a password.")), Length(max=LONGEST), is_strong]
    field.flags.required = True


class AnswerForm(Form):
    """For how long an owner allows something: as it was asked, or so many hours."""

    hours = SelectField(lazy("For how long"), invalid_choice_message=lazy("Choose one from the list."))

    def offer(self, choices: list[tuple[str, str]]) -> None:
        self.hours.choices = choices


class SpanForm(Form):
    hours = SelectField(lazy("For how long"), choices=spans, invalid_choice_message=lazy("Choose one from the list."))


class LongerForm(Form):
    """How much longer something is to hold, beyond the end that the person was shown."""

    hours = SelectField(
        lazy("How much longer"), choices=longer, invalid_choice_message=lazy("Choose one from the list.")
    )
    ends = Hidden()

    @property
    def seen_end(self) -> datetime | None:
        """None for what is no moment."""
        try:
            return datetime.fromisoformat(self.ends.data or "")
        except ValueError:
            return None


class ReleaseForm(Form):
    name = Text(lazy("Name of the site"), [Required(lazy("Type the name of the site."))], id="typed-name")


class ShareForm(Form):
    name = Text(lazy("Name"), [Required(lazy("Who is it for?")), Length(max=128)])
    email = EmailField(
        lazy("Email (if you like)"),
        [Optional(), Length(max=254), is_email],
        description=lazy("Then we mail the link, and only this address can use it."),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        if not notices.can_mail():
            self.email.description = _("Then only this address can use the link.")
