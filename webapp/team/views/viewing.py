"""Looking at what an employee sees."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for

from webapp.accounts import guard
from webapp.team.services import people, viewing
from webapp.team.views import bp


@bp.post("/team/<id:account_id>/view")
def view(account_id: int) -> Any:
    account = people.find(guard.me(), account_id)
    viewing.begin(guard.me(), account)
    return redirect(url_for("home.show"), 303)


@bp.post("/team/stop-viewing")
def stop_viewing() -> Any:
    """Back to the person who was looked at; harmless for somebody who looks at nobody."""
    seen = viewing.stop(guard.me())
    return redirect(url_for("team.show", account_id=seen) if seen else url_for("home.show"), 303)
