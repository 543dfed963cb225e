"""The fields that all forms share, and the forms' base: text that can be stored and shown."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import StopValidation, ValidationError

from webapp.common.i18n import _, lazy

UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Form(FlaskForm):
    """A form whose CSRF token has been checked before the view was called."""


class Text(StringField):
    """One line of text: trimmed, NFC, without control or direction characters."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = tidy(self.data or "")

    def pre_validate(self, form: Any) -> None:
        if UNSHOWABLE.search(self.data or ""):
            raise ValidationError(_("This contains characters that cannot be shown."))


class Hidden(HiddenField):
    """A value that the page brings back; nonsense in it is no value."""

    data: Any
    longest = 100

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = UNSHOWABLE.sub("", self.data or "")[: self.longest]


class Required:
    """Something must be there; the message is the question that is left open."""

    field_flags = {"required": True}

    def __init__(self, message: Any = lazy("This is needed.")) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data or not str(field.data).strip():
            field.errors[:] = []  # the open question says it all
            raise StopValidation(str(self.message))


def tidy(text: str) -> str:
    """NFC, trimmed, every run of blanks one space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """How text is compared: without regard to case and width, in every script."""
    return unicodedata.normalize("NFKC", UNSHOWABLE.sub("", text)).casefold().strip()


def like(text: str) -> str:
    """A LIKE pattern (ESCAPE '!') that finds the text anywhere in folded text."""
    escaped = re.sub(r"([!%_])", r"!\1", fold(text[:100]))
    return f"%{escaped}%"
