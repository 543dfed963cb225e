"""The fields that all forms share, and the forms' base: text that can be stored and shown."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from babel.support import Translations
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.i18n import messages_path
from wtforms.validators import StopValidation, ValidationError

from webapp.common.i18n import _, language, lazy
from webapp.common.text import UNSHOWABLE, tidy


@lru_cache(maxsize=8)
def words(tongue: str) -> Any:
    """What WTForms itself says, in a language. Flask-WTF reads the file anew for each request that has a form."""
    return Translations.load(messages_path(), [tongue], "wtforms")


class Form(FlaskForm):
    """A form whose CSRF token has been checked before the view was called."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return words(language())


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


class VersionedForm(Form):
    """A form that brings back which version of a thing it was filled from (E4)."""

    version = Hidden()

    @property
    def seen_version(self) -> int:
        text = self.version.data or ""
        return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


class Required:
    """Something must be there; the message is the question that is left open."""

    field_flags = {"required": True}

    def __init__(self, message: Any = lazy("This is needed.")) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data or not str(field.data).strip():
            field.errors[:] = []  # the open question says it all
            raise StopValidation(str(self.message))
