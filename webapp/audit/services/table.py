"""The log as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.audit import models, words
from webapp.audit.models import Act, Filter, Scope
from webapp.common import table
from webapp.common.i18n import _, local

MOST = 10_000  # rows of a file


def as_csv(scope: Scope, wanted: Filter, zone: str) -> bytes:
    """The rows, the newest first, as `common.table.as_csv`.

    Times are those of the site, and of `zone` for what was done at none. A last line says so if there are more.
    """
    found = models.some(scope, wanted, MOST + 1)
    more = _("These are the newest %(most)s acts. Choose a shorter period for older ones.", most=MOST)
    return table.as_csv([*cells(found[:MOST], zone), *([(more,)] if len(found) > MOST else [])])


def cells(acts: list[Act], zone: str) -> Iterator[tuple[str, ...]]:
    yield (
        *(_("Date and time"), _("Time zone"), _("Person"), _("What was done"), _("Changed"), _("Site")),
        *(_("Target"), _("Action"), _("Address of the phone or browser"), _("Browser")),
    )
    for act in acts:
        at = local(act.at, act.zone or zone).strftime("%Y-%m-%d %H:%M:%S")
        done = (act.actor_name, words.sentence(act), words.fields(act), act.site or "", words.what(act), act.action)
        yield (at, act.zone or zone, *done, act.address, act.agent)
