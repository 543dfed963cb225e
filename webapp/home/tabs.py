"""The tab bar: only tabs that lead somewhere."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from webapp.accounts.principal import Principal
from webapp.common.i18n import _

LIST = "devices.index"  # a single device is a part of its site
ROOMS = ("sites.", "devices.", "health.", "qr.")


def frame(person: Principal) -> dict[str, Any]:
    """`tabs` as (url, label, icon, current) and `who` as (url, name, company)."""
    here = request.endpoint or ""
    tabs = [
        (url_for("home.show"), _("Home"), "home", here == "home.show"),
        (url_for("sites.index"), _("Sites"), "sites", here.startswith(ROOMS) and here != LIST),
        (url_for("devices.index"), _("Devices"), "camera", here == LIST),
        (url_for("accounts.show"), _("Account"), "me", here.startswith("accounts.")),
    ]
    return {"tabs": tabs, "who": (url_for("accounts.show"), person.name, person.company_name)}
