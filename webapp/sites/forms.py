"""What a person types about a site."""

from __future__ import annotations

import re

from wtforms import SelectField
from wtforms.validators import Length, ValidationError

from webapp.common.forms import Form, Required, Text, VersionedForm
from webapp.common.i18n import _, lazy, plural, zones

REMINDERS = {
    0: lazy("Never"),
    7: lazy("Every week"),
    30: lazy("Every month"),
    90: lazy("Every 3 months"),
    180: lazy("Every 6 months"),
    365: lazy("Every year"),
}


CUSTOM = -1  # of the choices: the days are typed below
MOST_DAYS = 730


def reminder_name(days: int) -> str:
    if days == CUSTOM:
        return _("Another number of days")
    return str(REMINDERS.get(days) or plural("Every %(num)s day", "Every %(num)s days", days))


def reminders(kept: int) -> list[tuple[int, str]]:
    return [(days, reminder_name(days)) for days in (*sorted({*REMINDERS, kept}), CUSTOM)]


class SiteForm(VersionedForm):
    name = Text(lazy("Site name"), [Required(lazy("What is the site called?")), Length(max=128)])
    address = Text(lazy("Address"), [Length(max=128)])
    city = Text(lazy("City"), [Length(max=128)])
    region = Text(lazy("State or region"), [Length(max=128)])
    password_days = SelectField(
        lazy("Remind of password changes"),
        description=lazy("Devices whose password is older are listed under “To check”."),
        coerce=int,
        default=0,
        choices=lambda: reminders(0),
        invalid_choice_message=lazy("Choose how often from the list."),
        invalid_value_message=lazy("Choose how often from the list."),
    )

    custom_days = Text(lazy("Number of days"), description=lazy("For “Another number of days”: 1 to 730."))

    def offer_days(self, kept: int) -> None:
        """Beside the usual ones, the number of days that the site has."""
        self.password_days.choices = reminders(kept)

    def validate_custom_days(self, field: Text) -> None:
        """Typed days take the place of the choice that asks for them."""
        if self.password_days.data != CUSTOM:
            return
        days = int(field.data) if re.fullmatch("[0-9]{1,3}", field.data) else 0
        if not 1 <= days <= MOST_DAYS:
            raise ValidationError(_("Type a number of days from 1 to 730."))
        self.offer_days(days)
        self.password_days.data = days


class NewSiteForm(SiteForm):
    zone = SelectField(
        lazy("Time zone"),
        [Required(lazy("In which time zone is the site?"))],
        description=lazy("All times of the site are shown in it. It cannot be changed later."),
        validate_choice=False,
    )

    def offer_zones(self) -> None:
        self.zone.choices = [("", _("Choose…")), *((zone, zone.replace("_", " ")) for zone in zones())]

    def validate_zone(self, field: SelectField) -> None:
        if field.data and field.data not in zones():
            raise ValidationError(_("Choose a time zone from the list."))


class DeleteSiteForm(Form):
    name = Text(lazy("Name of the site"), [Required(lazy("Type the name of the site."))], id="typed-name")
