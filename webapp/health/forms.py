"""What a person says of their work at a device."""

from __future__ import annotations

from wtforms.validators import Length

from webapp.common.forms import Form, Hidden, Text
from webapp.common.i18n import _, lazy
from webapp.health.services.silences import HOURS, LONGEST_REASON


class SilenceForm(Form):
    """`hours` comes from the button that was pressed."""

    reason = Text(lazy("Reason (optional)"), [Length(max=LONGEST_REASON)], id="silence-reason")
    hours = Hidden()

    def validate(self, extra_validators: object = None) -> bool:
        well = super().validate(extra_validators)
        if self.hours.data not in {str(hours) for hours in HOURS}:
            self.form_errors = [_("Choose 1, 4 or 8 hours.")]
            return False
        return well
