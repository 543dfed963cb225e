"""How codes, links and labels are called, and why a code is out of date."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from webapp.common.i18n import _, language, lazy, local, plural
from webapp.devices.models import Device
from webapp.qr.models import QrCode

CONTENTS = {
    "page": lazy("The way to the device's page"),
    "codes": lazy("An encrypted code of each device"),
    "all": lazy("All devices in one code"),
}
CONTENT_HINTS = {
    "page": lazy("Opens after signing in. Nothing secret is on the label, and it is never out of date."),
    "codes": lazy("To be scanned without this server too. All of them open with one QR password."),
    "all": lazy("In as few encrypted codes as hold them, to be scanned one after the other."),
}
LINK_STATES = {
    "open": ("ok", "check", lazy("Can be used")),
    "used_up": ("off", "dash", lazy("Used up")),
    "expired": ("off", "clock", lazy("Expired")),
    "revoked": ("off", "cross", lazy("Revoked")),
}
PERIODS = {365: lazy("1 year"), 0: lazy("No end")}


def good_for(days: int) -> str:
    return str(PERIODS[days]) if days in PERIODS else plural("%(num)s day", "%(num)s days", days)


def day(moment: datetime, zone: str) -> str:
    """A day at the site, "3 May 2026" in the reader's wording."""
    return str(format_date(local(moment, zone), "long", locale=language()))


def hour(moment: datetime, zone: str) -> str:
    """The time of day at the site, "9:41 AM" in the reader's wording."""
    return str(format_time(local(moment, zone), "short", locale=language()))


def caption(device: Device, code: QrCode) -> list[str]:
    """What stands below a code beside the device's name, line by line."""
    made = _("Made by %(who)s on %(day)s", who=code.maker_name, day=day(code.made_at, device.site.zone))
    return [device.site.name, made, *conditions(device, code)]


def conditions(device: Device, code: QrCode) -> list[str]:
    """Until when a code holds, and whether it is encrypted."""
    until = [_("Good until %(day)s", day=day(code.expires_at, device.site.zone))] if code.expires_at else []
    sealed = [_("Encrypted")] if code.encrypted else []
    return until + sealed + ([] if code.encrypted and not device.received else [_("Without the device password")])


def stock_name(stock: Any) -> str:
    """ "21 labels, 63.5 × 38.1 mm (L7160)"."""
    width, height = (format_decimal(round(side, 1), locale=language()) for side in (stock.width, stock.height))
    return _(
        "%(count)s labels, %(width)s × %(height)s mm (%(known_as)s)",
        count=stock.count,
        width=width,
        height=height,
        known_as=stock.known_as,
    )


def why_stale(fields: Set[str], at: str) -> str:
    """Of a code: what was changed on the day `at`, after it was made; `fields` are names of a device's columns (Q7)."""
    if fields == {"password"}:
        return _("The password was changed on %(day)s, after this code was made: a new one is needed.", day=at)
    if fields == {"username"}:
        return _("The user name was changed on %(day)s, after this code was made: a new one is needed.", day=at)
    if fields <= {"host", "port", "https"}:
        return _("The address was changed on %(day)s, after this code was made: a new one is needed.", day=at)
    return _("The connection was changed on %(day)s, after this code was made: a new one is needed.", day=at)


UNREAD = {
    "empty": lazy("Scan a code, choose a photo of one, or paste its text."),
    "too_long": lazy("This is longer than any device code."),
    "foreign": lazy("This is no code of a device that Sitehand knows."),
    "newer": lazy("This code was made by a newer version of Sitehand. Ask whoever runs this server to update it."),
    "truncated": lazy("The end of this code is missing. Scan it again, or copy all of its text."),
    "tampered": lazy("This code is damaged or was changed. Scan it again, or ask for a new one."),
    "wrong_password": lazy("The QR password is wrong, or the code was damaged."),
}


def unread(code: str, expired_on: str = "") -> str:
    """Why a scanned text gives no devices: `code` is that of seal.NotRead."""
    if code == "expired":
        return _("This code was good until %(day)s. Ask for a new one.", day=expired_on)
    return str(UNREAD[code])
