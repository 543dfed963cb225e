"""The tab bar: only tabs that lead somewhere."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from webapp.accounts.principal import Principal
from webapp.common.htmx import wants_part
from webapp.common.i18n import _
from webapp.handover.services import owned

LIST = "devices.index"  # a single device is a part of its site
ROOMS = ("sites.", "devices.", "health.", "qr.", "handover.", "subcontract.")
OWN = ("accounts.", "owners.")  # what is about the person
COMPANY = ("team.", "audit.")  # what is about the company is reached from the person's page


def frame(person: Principal) -> dict[str, Any]:
    """`tabs` as (url, label, icon, current) and `who` as (url, name, company)."""
    here = request.endpoint or ""
    at_site = here.startswith(ROOMS) or "site_id" in (request.view_args or {})
    if person.is_owner:
        return owners_frame(person, here)
    tabs = [
        (url_for("home.show"), _("Home"), "home", here == "home.show"),
        (url_for("sites.index"), _("Sites"), "sites", at_site and here != LIST),
        (url_for("devices.index"), _("Devices"), "camera", here == LIST),
        (url_for("accounts.show"), _("Account"), "me", not at_site and here.startswith((*OWN, *COMPANY))),
    ]
    return {"tabs": tabs, "who": (url_for("accounts.show"), person.name, person.company_name)}


def owners_frame(person: Principal, here: str) -> dict[str, Any]:
    """The same for an end user, and `stay`: until when whoever has no password stays signed in, else ""."""
    tabs = [
        (url_for("home.show"), _("Home"), "home", here == "home.show"),
        (url_for("sites.index"), _("Sites"), "sites", here.startswith(ROOMS)),
        (url_for("accounts.show"), _("Account"), "me", here.startswith(OWN)),
    ]
    stay = "" if wants_part() else owned.stay(person)
    return {"tabs": tabs, "who": (url_for("accounts.show"), person.name, ""), "stay": stay}
