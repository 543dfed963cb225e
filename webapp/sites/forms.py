"""What a person types about a site."""

from __future__ import annotations

from wtforms import SelectField
from wtforms.validators import Length, ValidationError

from webapp.common.forms import Form, Required, Text, VersionedForm
from webapp.common.i18n import _, lazy, zones


class SiteForm(VersionedForm):
    name = Text(lazy("Site name"), [Required(lazy("What is the site called?")), Length(max=128)])
    address = Text(lazy("Address"), [Length(max=128)])
    city = Text(lazy("City"), [Length(max=128)])
    region = Text(lazy("State or region"), [Length(max=128)])


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
