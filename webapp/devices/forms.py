"""What a person types about a device, and what is said when it cannot be right."""

from __future__ import annotations

import re
from typing import Any

from wtforms import BooleanField, IntegerField, PasswordField, SelectField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import TextInput

from webapp.common.forms import Form, Hidden, Required, Text, VersionedForm
from webapp.common.i18n import _, lazy
from webapp.common.text import UNSHOWABLE
from webapp.devices.advice import advice
from webapp.devices.services.dialing import policy
from webapp.devices.words import ADDABLE, CHOICES, TYPES
from webapp.protocols.dial import DENIED_PORTS, Address, BadAddress
from webapp.protocols.errors import NotAllowed

HTTP, HTTPS = 80, 443


def is_ip(host: str) -> bool:
    """Whether a parsed host is an IP address, not a name."""
    return ":" in host or host.replace(".", "").isdigit()


def without_login(text: str) -> str:
    """A pasted link that makes no sense, fit to be shown again: a password in it is cut out (Z9)."""
    scheme, mark, rest = text.partition("://")
    return scheme + mark + rest.rpartition("@")[2] if mark else text.rpartition("@")[2]


class PortField(IntegerField):
    """A port as plain digits; what is no number from 1 to 65535 is told so, whatever it looks like."""

    widget = TextInput()  # a number field drops what it does not understand, so nothing could be said about it

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = int(typed) if re.fullmatch("[0-9]{1,5}", typed) and 1 <= int(typed) <= 65535 else None
        if self.data is None:
            raise ValueError(_("A port is a number from 1 to 65535."))


class AddressForm(VersionedForm):
    """How a device is called and reached. After validate() a pasted link has been split into the fields."""

    name = Text(lazy("Device name"), [Required(lazy("Give the device a name.")), Length(max=128)])
    host = Text(lazy("IP address or domain"), [Required(lazy("Where is the device?")), Length(max=2000)])
    port = PortField(lazy("Port"), default=HTTP)
    https = BooleanField(lazy("Use HTTPS"))
    username = Text(
        lazy("User name"), [Required(lazy("Which user name has the device?")), Length(max=64)], default="admin"
    )
    password = PasswordField(lazy("Password"), [Length(max=128)])

    def validate_host(self, field: Text) -> None:
        """Put a pasted link's parts into their fields; refuse what is no address, and addresses not to be dialled."""
        try:
            pasted = Address.parse(field.data)
        except BadAddress as error:
            field.data = without_login(field.data)
            raise ValidationError(BAD_ADDRESSES[error.code]()) from error
        self.take(pasted)
        if is_ip(pasted.host):
            self.vet(pasted.host)
        elif self.port.data in DENIED_PORTS:
            said = advice("port_denied", {}, self.data)
            raise ValidationError(f"{said.title} {said.text}")

    def take(self, pasted: Address) -> None:
        self.host.data = pasted.host
        self.https.data = self.https.data if pasted.https is None else pasted.https
        self.username.data = pasted.username or self.username.data
        self.password.data = self.password.data or pasted.password
        if pasted.port:
            self.set_port(pasted.port)
        elif pasted.https and self.port.data == HTTP:
            self.set_port(HTTPS)

    def set_port(self, port: int) -> None:
        self.port.process_errors, self.port.raw_data, self.port.data = [], [str(port)], port

    def vet(self, ip: str) -> None:
        try:
            policy().vet(ip, self.port.data or HTTP)
        except NotAllowed as error:
            said = advice(error.code, {}, self.data)
            raise ValidationError(f"{said.title} {said.text}") from error

    def validate_password(self, field: PasswordField) -> None:
        if UNSHOWABLE.search(field.data or ""):
            raise ValidationError(_("This contains characters that cannot be shown."))


class NewAddressForm(AddressForm):
    key = Hidden(
        filters=[lambda text: (text or "")[:64]]
    )  # one for each form that is opened: the same form adds one device (D13)
    probe = Hidden(id="probe-token")  # of the last test, which keeps the password for a while
    kept_password = ""  # that of the probe, put in by the view before validate()

    def validate_for_test(self) -> bool:
        """validate(), but without a name: whether a device answers is often what its name depends on."""
        self.name.validators = [Length(max=128)]
        return self.validate()

    def validate_password(self, field: PasswordField) -> None:
        super().validate_password(field)
        field.data = field.data or self.kept_password
        if not field.data:
            raise ValidationError(_("Type the device's password."))


BAD_ADDRESSES: dict[str, Any] = {
    "not_an_address": lambda: _("Not an IP address or domain name."),
    "numeric_spelling": lambda: _("Not an IP address or domain name: write all four numbers, like 203.0.113.24."),
    "zone_id": lambda: _("This address works only inside one local network. Use a public address or a domain name."),
    "bad_port": lambda: _("A port is a number from 1 to 65535."),
}


class TypeForm(Form):
    """Any known type may come back: whether this device can be one is a rule, with a reason (E8)."""

    type = SelectField(
        lazy("Device type"),
        [InputRequired(lazy("Choose what sort of device it is."))],
        validate_choice=False,
        id="device-type",
    )

    def offer_types(self, by_address: bool) -> None:
        kinds = ADDABLE if by_address else CHOICES
        self.type.choices = [("", _("Choose…")), *((str(kind), str(TYPES[kind])) for kind in kinds)]

    def validate_type(self, field: SelectField) -> None:
        if field.data not in {str(kind) for kind in CHOICES}:
            raise ValidationError(_("Choose a type from the list."))
