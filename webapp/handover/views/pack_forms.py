"""The forms of a handover pack."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, ValidationError

from webapp.common.forms import Form, Hidden, Required, Text, VersionedForm
from webapp.common.i18n import _, lazy
from webapp.common.text import UNSHOWABLE, tidy
from webapp.handover.services import strokes
from webapp.handover.services.snapshots import TESTS


class Lines(TextAreaField):
    """Text of several lines: each tidied, no more than one of them empty in a row."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = "\n".join(tidy(line) for line in (self.data or "").splitlines())
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        self.data = text.strip()

    def pre_validate(self, form: Any) -> None:
        if UNSHOWABLE.search(self.data or ""):
            raise ValidationError(_("This contains characters that cannot be shown."))


class MakePackForm(Form):
    addresses = BooleanField(
        lazy("Write down the addresses of the devices"),
        description=lazy("User names and passwords are never in it."),
    )


class NotesForm(VersionedForm):
    tested = SelectMultipleField(lazy("What was tested"), choices=list(TESTS.items()))
    notes = Lines(
        lazy("Notes"),
        [Length(max=2000, message=lazy("At most %(max)d characters."))],
        description=lazy("For the owner: where things are, what to look after."),
    )


class PhotoForm(Form):
    photo = FileField(
        lazy("Photo"), description=lazy("JPEG, PNG or WebP, at most 5 MiB. Where it was taken is left out.")
    )
    caption = Text(
        lazy("What it shows"), [Length(max=200, message=lazy("At most %(max)d characters."))], id="pack-caption"
    )


class Drawing(Hidden):
    longest = strokes.LONGEST + 1


class SignForm(VersionedForm):
    signer = Text(
        lazy("Name of who signs"),
        [
            Required(lazy("Whose signature is it? Type the name.")),
            Length(max=128, message=lazy("At most %(max)d characters.")),
        ],
    )
    strokes = Drawing(lazy("Signature"))
    received = BooleanField(lazy("I have received this"))
