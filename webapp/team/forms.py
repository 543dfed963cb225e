"""What a person types about employees, roles and assignments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, SelectField, SelectMultipleField
from wtforms.validators import Length

from webapp.accounts.forms import email, new_password
from webapp.accounts.models import Account
from webapp.accounts.permissions import Right
from webapp.common import clock
from webapp.common.forms import Form, Hidden, Required, Text
from webapp.common.i18n import _, date_and_time, lazy, local
from webapp.team.services.choices import Choice
from webapp.team.words import role_called

TYPED = "%Y-%m-%dT%H:%M"  # of a datetime-local field


def number(text: Any) -> int:
    """An id; 0, which no row has, for what is none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def role_field(label: Any) -> SelectField:
    return SelectField(label, [Required(lazy("Which role?"))], validate_choice=False)


def offer_roles(field: SelectField, choices: Iterable[Choice]) -> None:
    field.choices = [("", _("Choose…")), *((one.key, role_called(one.role, one.own_name)) for one in choices)]


class InviteForm(Form):
    name = Text(lazy("Name"), [Required(lazy("What is the person called?")), Length(max=128)])
    email = email()
    role = role_field(lazy("Role"))
    sites = SelectMultipleField(lazy("Sites"), coerce=number, validate_choice=False)


class JoinForm(Form):
    own_email = ""  # put in by the view before validate()
    name = Text(lazy("Name"), [Required(lazy("What is your name?")), Length(max=128)])
    password = new_password(lazy("Password"))


class Seen(Hidden):
    """Rights, as they are stored."""

    longest = 400


class RoleForm(Form):
    """A role of the company's own. `seen`: the rights whose effects have been shown."""

    name = Text(lazy("Name"), [Required(lazy("What is the role called?")), Length(max=64)])
    rights = SelectMultipleField(lazy("Rights"), validate_choice=False)
    seen = Seen()

    @property
    def chosen(self) -> frozenset[Right]:
        given = set(self.rights.data or ())
        return frozenset(right for right in Right if right in given)


class GiveRoleForm(Form):
    """`seen`: the role whose effects have been shown."""

    role = role_field(lazy("Role"))
    seen = Hidden()


class DeletePersonForm(Form):
    name = Text(lazy("Name of the person"), [Required(lazy("Type the person's name."))], id="typed-name")
    heir = SelectField(lazy("Their sites go to"), validate_choice=False)

    def offer_heirs(self, heirs: Iterable[Account]) -> None:
        self.heir.choices = [("", _("Nobody: the assignments end")), *((str(one.id), one.name) for one in heirs)]

    @property
    def heir_id(self) -> int | None:
        return number(self.heir.data) if self.heir.data else None


class OfferForm(Form):
    taker = SelectField(
        lazy("New Installer Admin"), [Required(lazy("Who is to have the role?"))], coerce=number, validate_choice=False
    )
    role = role_field(lazy("You become"))
    password = PasswordField(lazy("Your password"), [Required(lazy("Type your password."))])

    def offer(self, takers: Iterable[Account], choices: Iterable[Choice]) -> None:
        self.taker.choices = [(0, _("Choose…")), *((one.id, one.name) for one in takers)]
        offer_roles(self.role, choices)


class AcceptForm(Form):
    password = PasswordField(lazy("Your password"), [Required(lazy("Type your password."))])


class Pairs:
    """Who is ticked, each for good or until a moment at the site: the fields `pick` and `until-<id>`."""

    def __init__(self, typed: MultiDict[str, str], zone: str | dict[int, str]) -> None:
        self.picked = [number(text) for text in typed.getlist("pick")]
        self.texts = {key: typed.get(f"until-{key}", "").strip() for key in self.picked}
        self.seen = typed.get("seen", "")[:40]
        self.zone = zone
        self.errors: dict[int, str] = {}
        self.form_errors: list[str] = []

    def zone_of(self, key: int) -> str:
        """That of the one site, or of each."""
        return self.zone if isinstance(self.zone, str) else self.zone.get(key, "UTC")

    def wanted(self) -> dict[int, datetime | None]:
        """id → until; `errors` says what cannot be right."""
        return {key: self.moment(key, text) for key, text in self.texts.items()}

    def moment(self, key: int, text: str) -> datetime | None:
        if not text:
            return None
        try:
            typed = datetime.fromisoformat(text[:16]).replace(tzinfo=ZoneInfo(self.zone_of(key)))
            until = typed.astimezone(UTC)
        except (ValueError, OverflowError):
            self.errors[key] = _("This is not a date with a time.")
            return None
        if until <= clock.now():
            self.errors[key] = _("This is over already. Choose a later moment.")
        return until


def typed_moment(until: datetime | None, zone: str) -> str:
    """As a datetime-local field holds it; "" for good."""
    return local(until, zone).strftime(TYPED) if until else ""


class Kept(Protocol):
    """An assignment as it is."""

    @property
    def until(self) -> datetime | None: ...
    @property
    def live(self) -> bool: ...


def pair_row(key: int, name: str, line: str, zone: str, kept: Kept | None, pairs: Pairs | None) -> dict[str, Any]:
    """One line of a tick list: as it was typed, else as it is."""
    until = kept.until if kept else None
    return {
        "id": key,
        "name": name,
        "line": line,
        "kept": kept is not None,
        "picked": key in pairs.picked if pairs else bool(kept and kept.live),
        "until": pairs.texts.get(key, "") if pairs else typed_moment(until if kept and kept.live else None, zone),
        "ended": bool(kept and not kept.live),
        "told": date_and_time(until, zone) if until else "",
        "error": pairs.errors.get(key, "") if pairs else "",
    }
