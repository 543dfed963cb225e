"""What a person looks for in the log."""

from __future__ import annotations

from wtforms import Form, SelectField, StringField
from wtforms.widgets import DateInput

from webapp.audit.services.reading import Log
from webapp.common.i18n import _, lazy


class FilterForm(Form):
    """Sent by GET, so it needs no token; what cannot be found is no mistake."""

    site = SelectField(lazy("Site"), validate_choice=False)
    person = SelectField(lazy("Person"), validate_choice=False)
    since = StringField(lazy("From"), widget=DateInput())
    until = StringField(lazy("To"), widget=DateInput())

    def offer(self, log: Log) -> None:
        self.site.choices = [("", _("All")), *((str(place.id), place.name) for place in log.places)]
        self.person.choices = [("", _("All")), *((str(person.id), person.name) for person in log.people)]
