"""The audit log of a company, as a page and as a table; the story of one site, for its owner too."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, redirect, request, send_file, url_for
from flask_login import current_user

from webapp.accounts.guard import for_owners, me
from webapp.accounts.permissions import Right
from webapp.audit import words
from webapp.audit.forms import FilterForm
from webapp.audit.models import Scope
from webapp.audit.services import reading, table
from webapp.common import clock
from webapp.common.htmx import show_part
from webapp.common.i18n import _, lazy, local
from webapp.common.pages import page_number
from webapp.handover.services import looking
from webapp.sites import services as sites

bp = Blueprint("audit", __name__)

PERIODS = {"": lazy("Any time"), "today": lazy("Today"), "week": lazy("7 days"), "month": lazy("30 days")}


@bp.get("/audit")
def log() -> Any:
    chosen, page = choice(), page_number(request.args)
    zone = zone_of(chosen)
    found = reading.log(scope(), reading.wanted(chosen, zone), page, zone)
    if page > 1 and not found.acts:
        return redirect(audit_url(chosen), 303)
    form = FilterForm(data=chosen)
    form.offer(found)
    shown = {"found": found, "zone": found.zone, "chosen": chosen, "form": form, "pills": pills(chosen)}
    return show_part("audit/log.html", "audit/_log.html", audit_url=audit_url, words=words, **shown)


@bp.get("/audit.csv")
def log_csv() -> Response:
    chosen = choice()
    zone = sites.suggested_zone(current_user) or "UTC"
    made, today = table.as_csv(scope(), reading.wanted(chosen, zone), zone), local(clock.now(), zone)
    return send_file(BytesIO(made), mimetype="text/csv", as_attachment=True, download_name=f"log-{today:%Y-%m-%d}.csv")


@bp.get("/sites/<id:site_id>/story")
@for_owners
def story(site_id: int) -> Any:
    """For a company its own rows; for the owner everybody's, without where from they were done."""
    site, page = sites.find_own(current_user, site_id), page_number(request.args)
    company = None if current_user.is_owner else current_user.company_id
    found = reading.story(site.id, sites.places_seen_by(current_user), company, page)
    if page > 1 and not found.acts:
        return redirect(url_for("audit.story", site_id=site.id), 303)
    looking.note(me(), site)
    shown = {"site": site, "found": found, "zone": site.zone, "for_owner": current_user.is_owner}
    return show_part("audit/story.html", "audit/_story.html", words=words, **shown)


def scope() -> Scope:
    """All of the company for who looks after all sites; for others their sites and their own acts (R2), and for who
    looks after the team what was done at no site."""
    places, team = sites.places_seen_by(current_user), current_user.may(Right.MANAGE_TEAM)
    return Scope(current_user.company_id, places, None if current_user.sees_all else current_user.id, team)


def choice() -> dict[str, str]:
    return {name: request.args.get(name, "")[:100] for name in reading.FILTERS}


def zone_of(chosen: dict[str, str]) -> str:
    """Where the chosen days begin and end; "" when none were chosen."""
    return (sites.suggested_zone(current_user) or "UTC") if reading.needs_zone(chosen) else ""


def pills(chosen: dict[str, str]) -> dict[str, list[tuple[str, str, None, bool]]]:
    """The filters that are links: kinds of acts, and periods, which take the place of chosen days."""
    kinds = {"": _("All"), **{group.value: str(word) for group, (_icon, word) in words.GROUPS.items()}}
    by_days = bool(chosen["since"] or chosen["until"])
    whenever = {"since": "", "until": ""}
    return {
        "kind": [(audit_url(chosen, kind=kind), word, None, chosen["kind"] == kind) for kind, word in kinds.items()],
        "period": [
            (audit_url(chosen | whenever, period=name), str(word), None, chosen["period"] == name and not by_days)
            for name, word in PERIODS.items()
        ],
    }


def audit_url(chosen: dict[str, str], endpoint: str = "audit.log", **changes: Any) -> str:
    """The log with some of its filters changed; a change of filter begins at page 1."""
    values = {name: value for name, value in (chosen | changes).items() if value not in {None, "", 1}}
    return url_for(endpoint, **values)
