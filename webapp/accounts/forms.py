"""What a person types about themselves, and what is said when it cannot be right."""

from __future__ import annotations

import re
from typing import Any

from wtforms import PasswordField, SelectField
from wtforms.validators import Length, ValidationError

from webapp.common.forms import Form, Hidden, Required, Text
from webapp.common.i18n import _, lazy
from webapp.common.passwords import CLASSES, LONGEST, SHORTEST, is_own_name, strength

EMAIL = re.compile(r"[^@\s,;<>\"()\[\]\\]{1,64}@[^@\s,;<>\"()\[\]\\/?#&]{1,189}")


class EmailField(Text):
    """An e-mail address, folded so that it is found however it is typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = (self.data or "").casefold()


def is_email(form: Any, field: Any) -> None:
    if not EMAIL.fullmatch(field.data):
        raise ValidationError(_("This is not an e-mail address. It looks like name@example.com."))


def is_strong(form: Any, field: Any) -> None:
    """The seed's rule, which is enforced for passwords that we create (S4, decision 5)."""
    own = form.email.data if "email" in form else form.own_email
    found = strength(field.data, own or "")
    if found.meets_rule:
        return
    if is_own_name(field.data, own or ""):
        raise ValidationError(_("This is your e-mail address. Choose something that others do not know."))
    if found.short_by:
        raise ValidationError(_("Use at least %(n)s characters; %(short)s more.", n=SHORTEST, short=found.short_by))
    raise ValidationError(
        _("Add at least one of these: %(kinds)s.", kinds=", ".join(str(CLASSES[k][1]) for k in found.missing))
    )


def email(label: Any = lazy("Email")) -> EmailField:
    return EmailField(label, [Required(lazy("Which e-mail address?")), Length(max=254), is_email])


def new_password(label: Any) -> PasswordField:
    hint = lazy("At least 8 characters, with three of: upper case, lower case, digits, special characters.")
    return PasswordField(
        label, [Required(lazy("Choose a password.")), Length(max=LONGEST), is_strong], description=hint
    )


class SetupForm(Form):
    company = Text(lazy("Company name"), [Required(lazy("What is the company called?")), Length(max=128)])
    name = Text(lazy("Your name"), [Required(lazy("What is your name?")), Length(max=128)])
    email = email()
    password = new_password(lazy("Password"))
    code = Text(lazy("Setup code"), description=lazy("The server's terminal shows it: ten letters and digits."))


class WayBack(Hidden):
    """The page that asked for the sign-in, with its search and filters."""

    longest = 2000


class SignInForm(Form):
    email = EmailField(lazy("Email"), [Required(lazy("Which e-mail address?")), Length(max=254)])
    password = PasswordField(lazy("Password"), [Required(lazy("Type your password."))])
    next = WayBack()


class ForgotForm(Form):
    email = email()


class ResetForm(Form):
    own_email = ""  # a link does not tell whose it is
    password = new_password(lazy("New password"))


class PasswordForm(Form):
    own_email = ""  # put in by the view before validate()
    current = PasswordField(lazy("Current password"), [Required(lazy("Type your current password."))])
    new = new_password(lazy("New password"))

    def validate_new(self, field: PasswordField) -> None:
        if field.data and field.data == self.current.data:
            raise ValidationError(_("This is your current password. Choose another one."))


class LanguageForm(Form):
    language = SelectField(lazy("Language"))
