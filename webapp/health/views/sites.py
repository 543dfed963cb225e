"""The health report of a site, for paper and for a table."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, send_file
from flask_login import current_user

from webapp.accounts import guard
from webapp.accounts.guard import for_owners
from webapp.common.htmx import show_page
from webapp.handover.services import looking
from webapp.health.services import reports
from webapp.health.views import bp
from webapp.sites import services as sites


@bp.get("/sites/<id:site_id>/report")
@for_owners
def report(site_id: int) -> Any:
    made = read(site_id)
    return show_page("health/report.html", site=made.site, report=made, stamp=reports.stamp, spans=reports.spans)


@bp.get("/sites/<id:site_id>/report.csv")
@for_owners
def report_csv(site_id: int) -> Response:
    made = read(site_id)
    table, name = BytesIO(reports.as_csv(made)), reports.file_name(made)
    return send_file(table, mimetype="text/csv", as_attachment=True, download_name=name)


def read(site_id: int) -> reports.Report:
    site = sites.find_open(current_user, site_id)
    looking.note(guard.me(), site)
    return reports.report(guard.me(), site)
