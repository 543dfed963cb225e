"""What is chosen at a handover and asked for afterwards, and what is said when it cannot be right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import Length, StopValidation, ValidationError

from webapp.accounts.forms import PHONE, EmailField, is_email
from webapp.common import clock
from webapp.common.forms import Form, Required, Text
from webapp.common.i18n import NAMES, _, lazy
from webapp.devices.models import Device
from webapp.devices.models.permission import Permission
from webapp.handover.models import Wanted
from webapp.handover.services.holding import HOURS
from webapp.handover.services.holding import LONGEST as FARTHEST
from webapp.handover.services.rental import LONGEST_REASON
from webapp.handover.words import PERMANENT, hours, how_long

LANGUAGES = ("en", "de")
UNTIL = "until"


def whole_number(text: Any) -> int:
    """For SelectMultipleField: what is no number is no device."""
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 16 else -1


def validities() -> list[tuple[str, str]]:
    return [("", str(PERMANENT)), *((str(n), hours(n)) for n in HOURS), (UNTIL, _("Until a date"))]


def is_phone(form: Any, field: Any) -> None:
    if field.data and not PHONE.fullmatch(field.data):
        raise ValidationError(_("This is not a phone number. It looks like +49 8382 1234-56."))


class WantedForm(Form):
    """What a company is to have. `zone` and `there` are put in by the view before validate()."""

    zone = "UTC"  # of the site
    there: tuple[Device, ...] = ()  # devices that can be chosen

    configuration = BooleanField(lazy("Configuration"), description=lazy("Settings such as health monitoring."))
    live_view = BooleanField(lazy("Live view"), description=lazy("The live picture of the cameras."))
    playback = BooleanField(lazy("Playback"), description=lazy("What has been recorded."))
    which = RadioField(
        lazy("Of which devices"),
        choices=[("all", lazy("All devices of the site")), ("some", lazy("Chosen devices"))],
        default="all",
        validate_choice=False,
    )
    devices = SelectMultipleField(lazy("Devices"), coerce=whole_number, validate_choice=False)
    validity = SelectField(
        lazy("Valid for"),
        choices=validities,
        default="",
        description=lazy("For everything that is chosen above."),
        invalid_choice_message=lazy("Choose one from the list."),
    )
    until = DateTimeLocalField(
        lazy("Until"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        description=lazy("In the time of the site. It counts where “Until a date” is chosen."),
    )

    @property
    def offers_kinds(self) -> bool:
        return bool(self.there)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(str(kind) for kind in Permission if self[kind.value].data)

    @property
    def chosen(self) -> tuple[int, ...] | None:
        return tuple(self.devices.data or ()) if self.which.data == "some" else None

    @property
    def end(self) -> datetime | None:
        """The moment that was chosen; None where something else was, or nothing sensible."""
        given = self.until.data if self.validity.data == UNTIL else None
        return given.replace(tzinfo=ZoneInfo(self.zone)) if given else None

    @property
    def hours(self) -> int | None:
        return next((count for count in HOURS if str(count) == self.validity.data), None)

    @property
    def how_long(self) -> str:
        """As words.how_long, of a choice that may not be complete."""
        if self.validity.data == UNTIL and not self.end:
            return _("until the day that you choose")
        return how_long(self.hours, self.end, self.zone)

    def wanted(self, site: bool) -> Wanted:
        return Wanted(site, self.kinds, self.chosen if self.kinds else None, self.hours, self.end)

    def validate_which(self, field: RadioField) -> None:
        if field.data not in {"all", "some"}:
            raise ValidationError(_("Choose one from the list."))

    def validate_devices(self, field: SelectMultipleField) -> None:
        if not self.kinds or self.which.data != "some":
            return
        if not field.data:
            raise ValidationError(_("Tick at least one device."))
        if not set(field.data) <= {device.id for device in self.there}:
            raise ValidationError(_("Choose devices of this site."))

    def validate_configuration(self, field: BooleanField) -> None:
        if self.kinds and not self.offers_kinds:
            raise ValidationError(_("There are no devices for which you can choose this."))

    def validate_until(self, field: DateTimeLocalField) -> None:
        if self.validity.data != UNTIL:
            field.errors = []
            raise StopValidation
        if field.data is None:
            field.errors = []
            raise StopValidation(_("Until when? Choose a day and a time."))
        if not clock.now() + timedelta(minutes=1) < (self.end or clock.now()):
            raise ValidationError(_("Choose a moment in the future."))
        if (self.end or clock.now()) > clock.now() + FARTHEST:
            raise ValidationError(_("Choose a moment within the next ten years, or no end at all."))


class InviteForm(WantedForm):
    name = Text(lazy("Name"), [Required(lazy("Who is to own the site?")), Length(max=128)])
    how = RadioField(
        lazy("How the invitation gets there"),
        choices=[("email", lazy("E-mail")), ("phone", lazy("Text message")), ("qr", lazy("QR code on this screen"))],
        default="email",
        validate_choice=False,
    )
    email = EmailField(lazy("E-mail"), [Length(max=254)])
    phone = Text(lazy("Phone"), [Length(max=32), is_phone])
    language = SelectField(
        lazy("Language of the mail"),
        choices=lambda: [(code, NAMES[code]) for code in LANGUAGES],
        invalid_choice_message=lazy("Choose one from the list."),
    )
    site_information = BooleanField(
        lazy("Site information"),
        default=True,
        description=lazy("See and manage the site and its devices. Without it you have to ask the owner first."),
    )

    rental = BooleanField(
        lazy("The devices are rented: my company may pause the service"),
        description=lazy("Of the whole site or of single devices, as long as it is this site’s company."),
    )

    def wanted(self, site: bool) -> Wanted:
        return super().wanted(site)._replace(rental=bool(self.rental.data))

    def validate(self, extra_validators: Any = None) -> bool:
        """Only the way that was chosen counts; what stands in the field of another one is nobody's error."""
        super().validate(extra_validators)
        for way in {"email", "phone"} - {self.how.data}:
            self[way].errors = []
        return not self.errors

    def validate_how(self, field: RadioField) -> None:
        if field.data not in {"email", "phone", "qr"}:
            raise ValidationError(_("Choose one from the list."))

    def validate_email(self, field: EmailField) -> None:
        if self.how.data != "email":
            return
        if not field.data:
            raise ValidationError(_("Which e-mail address?"))
        is_email(self, field)

    def validate_phone(self, field: Text) -> None:
        if self.how.data == "phone" and not field.data:
            raise ValidationError(_("Which phone number?"))

    def validate_site_information(self, field: BooleanField) -> None:
        if self.kinds and not field.data:
            raise ValidationError(_("The permissions below need this one. Tick it, too."))


REASON = Length(max=500)


class AuthorizationForm(WantedForm):
    """Of a site whose devices the company does not see: what it asks for, it asks for all of them (decision 12)."""

    offers_kinds = True

    reason = Text(lazy("Reason"), [Required(lazy("Why? The owner reads this.")), REASON])


class PermissionForm(WantedForm):
    reason = Text(lazy("Remark"), [REASON], description=lazy("The owner reads this."))

    def validate_playback(self, field: BooleanField) -> None:
        if not self.kinds:
            raise ValidationError(_("Choose what to ask for."))


class ExistingSiteForm(Form):
    code = Text(
        lazy("Site ID"),
        [Required(lazy("Which site? The owner finds its ID on the site’s page.")), Length(max=40)],
        description=lazy("Twelve letters and digits. The owner reads it out to you."),
    )
    reason = Text(lazy("Reason"), [REASON], description=lazy("The owner reads this."))


class PauseForm(Form):
    reason = Text(
        lazy("Reason"),
        [Required(lazy("Why? The owner reads this.")), Length(max=LONGEST_REASON)],
        description=lazy("The owner reads this."),
        id="pause-reason",
    )


class ResetRequestForm(Form):
    reason = Text(lazy("Reason"), [Required(lazy("Why? The owner reads this.")), REASON])
