"""What a person chooses for a code, a link or a sheet of labels, and what is said when it cannot be right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, ValidationError

from webapp.accounts.forms import is_strong
from webapp.common.forms import Form
from webapp.common.i18n import _, lazy, plural
from webapp.common.passwords import LONGEST, is_own_name
from webapp.devices.models import Device
from webapp.qr import speakable
from webapp.qr.services import links
from webapp.qr.services.labels import STOCKS, Content, Stock
from webapp.qr.words import CONTENTS, good_for, stock_name

SHORTEST = 12  # characters of a QR password: whoever has the paper may guess as long as they like (Z10)
DAYS, USUAL_DAYS = (7, 30, 365, 0), 30  # 0: for ever
SIZES = list(STOCKS)


def whole_number(text: Any) -> int:
    """For SelectField: what is no number is no choice either."""
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 16 else -1


def choose(label: Any, default: int, **more: Any) -> SelectField:
    no = lazy("Choose one from the list.")
    return SelectField(label, coerce=whole_number, default=default, invalid_choice_message=no, **more)


class SealedForm(Form):
    """The fields of all that is sealed with a QR password.

    `made_of` is put in by the view before validate(): the devices whose passwords and user names it must not be.
    """

    own_email = ""  # is_strong() asks for it
    made_of: Iterable[Device] = ()

    password = PasswordField(lazy("QR password"), [Length(max=LONGEST)], id="qr-password")
    repeat = PasswordField(lazy("Repeat QR password"), [Length(max=LONGEST)], id="qr-repeat")
    days = choose(
        lazy("Good for"),
        USUAL_DAYS,
        choices=lambda: [(days, good_for(days)) for days in DAYS],
        id="qr-days",
        description=lazy("After that the code is refused. The shorter the time, the less a lost paper can do."),
    )
    make = SubmitField(lazy("Make one for me"), id="qr-make")

    @property
    def is_sealed(self) -> bool:
        """Whether what is made is encrypted. To ask for a password is to ask for encryption."""
        return True

    def validate_password(self, field: PasswordField) -> None:
        if not self.is_sealed or self.make.data:
            return
        if not field.data:
            raise ValidationError(_("Choose a QR password, or have one made."))
        if short := max(0, SHORTEST - len(speakable.tidy(field.data))):
            raise ValidationError(_("Use at least %(n)s characters; %(short)s more.", n=SHORTEST, short=short))
        self.require_other_secret(field.data)
        is_strong(self, field)

    def require_other_secret(self, typed: str) -> None:
        for device in self.made_of:
            if is_own_name(typed, device.username):
                raise ValidationError(_("This is the device's user name. Choose something that others do not know."))

    def validate_repeat(self, field: PasswordField) -> None:
        if self.is_sealed and not self.make.data and (field.data or "") != (self.password.data or ""):
            raise ValidationError(_("The two QR passwords differ."))

    def secret(self) -> tuple[str | None, bool]:
        """The QR password to use, and whether it was made here, so that it has to be shown. None: not encrypted."""
        if not self.is_sealed:
            return None, False
        return (speakable.make(), True) if self.make.data else (self.password.data, False)


class CodeForm(SealedForm):
    encrypt = BooleanField(
        lazy("Encrypt this code"),
        default=True,
        id="qr-encrypt",
        description=lazy("Strongly recommended. Whoever finds the code cannot use it without the QR password."),
    )
    understood = BooleanField(lazy("I understand"), id="qr-understood")

    @property
    def is_sealed(self) -> bool:
        return bool(self.encrypt.data or self.make.data)

    def validate_understood(self, field: BooleanField) -> None:
        if not self.is_sealed and not field.data:
            raise ValidationError(_("Tick “I understand”, or encrypt the code."))


class LinkForm(Form):
    days = choose(
        lazy("Link good for"),
        7,
        choices=lambda: [(days, good_for(days)) for days in links.DAYS],
        id="link-days",
    )
    uses = choose(
        lazy("May be used"),
        1,
        choices=lambda: [(uses, plural("%(num)s time", "%(num)s times", uses)) for uses in links.USES],
        id="link-uses",
    )


class LabelsForm(SealedForm):
    content = RadioField(
        lazy("What the labels carry"),
        default=str(Content.PAGE),
        choices=lambda: [(content, str(name)) for content, name in CONTENTS.items()],
        validate_choice=False,
        id="labels-content",
    )
    stock = SelectField(
        lazy("Labels"),
        default=SIZES[0],
        choices=lambda: {paper: stocks_on(paper) for paper in ("A4", "Letter")},
        invalid_choice_message=lazy("Choose one from the list."),
        id="labels-stock",
    )
    start = IntegerField(
        lazy("Begin at label number"),
        [
            NumberRange(
                1,
                max(stock.count for stock in STOCKS.values()),
                lazy("Give a number from 1 to the number of labels on the sheet."),
            )
        ],
        default=1,
        description=lazy("On a sheet that is used in part: counted from the upper corner, line by line."),
        id="labels-start",
    )
    devices = SelectMultipleField(lazy("Devices"), coerce=whole_number, validate_choice=False, id="labels-devices")

    @property
    def is_sealed(self) -> bool:
        return self.content.data != Content.PAGE

    @property
    def sheet(self) -> Stock:
        return STOCKS[self.stock.data]

    def validate_content(self, field: RadioField) -> None:
        if field.data not in set(Content):
            raise ValidationError(_("Choose one from the list."))

    def validate_start(self, field: IntegerField) -> None:
        if self.stock.data in STOCKS and field.data and field.data > self.sheet.count:
            raise ValidationError(_("This sheet has %(count)s labels.", count=self.sheet.count))

    def validate_devices(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(_("Tick at least one device."))


def stocks_on(paper: str) -> list[tuple[str, str]]:
    return [(name, stock_name(stock)) for name, stock in STOCKS.items() if stock.paper == paper]


class ScanForm(Form):
    """What a scanner reads keeps its line breaks: they divide the fields of a device's label."""

    code = TextAreaField(lazy("Paste the code's text"), id="scan-code")
    qr_password = PasswordField(lazy("QR password"), id="scan-password")


class SiteForm(Form):
    """Where devices are to be added."""

    site = choose(lazy("Site"), 0, id="scan-site")

    def offer(self, sites: list[tuple[int, str]]) -> None:
        self.site.choices = [(0, _("Choose…")), *sites]

    def validate_site(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(_("Choose a site."))
