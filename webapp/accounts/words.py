"""How roles and browsers are called on the page."""

from __future__ import annotations

from typing import Any

from webapp.accounts.permissions import Role
from webapp.common.i18n import _, lazy

ROLES = {
    Role.INSTALLER_ADMIN: lazy("Installer Admin"),
    Role.INSTALLER: lazy("Installer"),
    Role.OBSERVER: lazy("Observer"),
}
PLACES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)


def role_name(role: str) -> str:
    return str(ROLES.get(role, role))  # type: ignore[call-overload]


def device_name(agent: str) -> str:
    """ "Chrome, Android" from a User-Agent, as far as it can be told."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, PLACES)]
    return ", ".join(filter(None, found)) or _("Unknown browser")


def reset_letter() -> dict[str, Any]:
    """The letter to whoever has the address, with a place for the link, which is made for that person alone."""
    return {
        "title": _("Your new Sitehand password"),
        "lines": [_("Open this link within one hour to choose a new password:")],
        "link": "{link}",
        "label": _("Choose a new password"),
        "after": [_("If you did not ask for it, ignore this message.")],
    }
