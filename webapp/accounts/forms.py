"""What a person types about themselves, and what is said when it cannot be right."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from wtforms import FileField, PasswordField, RadioField, SelectField
from wtforms.validators import Length, ValidationError

from webapp.common.forms import Form, Hidden, Required, Text, VersionedForm
from webapp.common.i18n import _, lazy
from webapp.common.passwords import CLASSES, LONGEST, SHORTEST, is_own_name, strength

# Mail programs read more into an address than a mailbox: a colon begins a group; few servers take a name in Unicode.
EMAIL = re.compile(r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@[^@\x00-\x20\x7f\s,:;<>\"()\[\]\\/?#&%]{1,189}")


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


def email(label: Any = lazy("E-mail")) -> EmailField:
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
    email = EmailField(lazy("E-mail"), [Required(lazy("Which e-mail address?")), Length(max=254)])
    password = PasswordField(lazy("Password"), [Required(lazy("Type your password."))])
    next = WayBack()


def code(label: Any, hint: Any = None) -> Text:
    return Text(label, [Required(lazy("Type the code.")), Length(max=64)], description=hint or "")


class CodeForm(Form):
    code = code(lazy("Code"), lazy("Six digits that your authenticator app shows now."))
    next = WayBack()


class RecoveryCodeForm(Form):
    code = code(lazy("Recovery code"), lazy("One of the ten that you were given. Each works once."))
    next = WayBack()


class TurnOffForm(Form):
    password = PasswordField(lazy("Current password"), [Required(lazy("Type your current password."))])
    code = code(lazy("Code"), lazy("Of your authenticator app, or a recovery code."))


class Signed(Hidden):
    """What a passkey has signed, as JSON that the page's script puts in."""

    longest = 16_000


class PasskeyForm(Form):
    name = Text(
        lazy("Name"),
        [Required(lazy("What is the passkey called?")), Length(max=64)],
        description=lazy("By which you tell it from others: Phone, Laptop, Stick."),
    )
    credential = Signed()


class PasskeySignInForm(Form):
    credential = Signed()
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


class CompanyForm(VersionedForm):
    name = Text(lazy("Company name"), [Required(lazy("What is the company called?")), Length(max=128)])
    licence = Text(
        lazy("Licence number"),
        [Length(max=64)],
        description=lazy("Stands on reports and papers for your customers."),
    )
    phone = Text(lazy("Phone for customers"), [Length(max=40)])
    email = EmailField(lazy("E-mail for customers"), [Length(max=254)])
    app = RadioField(
        lazy("App for your customers"),
        choices=[
            ("own", lazy("Our own web app")),
            ("vendor", lazy("Hik-Connect Mobile Client, 4.7.1 or later")),
            ("other", lazy("Another app")),
        ],
        default="own",
        validate_choice=False,
    )
    app_name = Text(lazy("Name of the app"), [Length(max=80)])
    app_url = Text(
        lazy("Link to the app"), [Length(max=300)], description=lazy("Where customers get it. It begins with https://")
    )
    app_version = Text(
        lazy("Minimum version"), [Length(max=20)], description=lazy("Such as 4.7.1. Leave it empty if any will do.")
    )

    def validate_phone(self, field: Text) -> None:
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError(_("This is not a phone number. It looks like +49 8382 1234-56."))

    def validate_email(self, field: EmailField) -> None:
        if field.data:
            is_email(self, field)

    def validate_app(self, field: RadioField) -> None:
        if field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Choose an app from the list."))

    def validate_app_name(self, field: Text) -> None:
        if self.app.data == "other" and not field.data:
            raise ValidationError(_("What is the app called?"))

    def validate_app_url(self, field: Text) -> None:
        if self.app.data != "own" and not is_public_link(field.data):
            raise ValidationError(
                _("This is not a link that everybody can open. It looks like https://example.com/app.")
            )

    def validate_app_version(self, field: Text) -> None:
        if self.app.data == "other" and field.data and not VERSION.fullmatch(field.data):
            raise ValidationError(_("A version has digits and dots: 4.7.1."))


PHONE = re.compile(r"(?=(?:\D*\d){3})\+?[0-9 ()/.-]+")
VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")
LINK = re.compile(r"https://[^\s\\\"<>`{}|^]+", re.IGNORECASE)


def is_public_link(text: str) -> bool:
    """Whether it is an https link with a host, and without a login that would look like one."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return named and "@" not in parts.netloc and LINK.fullmatch(text) is not None


class LogoForm(Form):
    logo = FileField(
        lazy("Picture"),
        description=lazy("PNG, JPEG or WebP, at most 1 MiB, best on a white or transparent background."),
    )
