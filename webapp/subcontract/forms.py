"""How long a site is shared."""

from __future__ import annotations

from wtforms import SelectField

from webapp.common.forms import Form
from webapp.common.i18n import lazy
from webapp.handover.words import hours
from webapp.subcontract.services import HOURS

FOR_GOOD = ""


def validities() -> list[tuple[str, str]]:
    return [*((str(n), hours(n)) for n in HOURS), (FOR_GOOD, hours(None))]


class ShareForm(Form):
    validity = SelectField(
        lazy("Valid for"),
        choices=validities,
        default="8",
        description=lazy("From the moment at which the other company accepts."),
        invalid_choice_message=lazy("Choose one from the list."),
    )

    @property
    def hours(self) -> int | None:
        return int(self.validity.data) if self.validity.data else None
