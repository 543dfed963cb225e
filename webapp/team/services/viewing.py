"""The Installer Admin looks at what an employee sees, and changes nothing (R2)."""

from __future__ import annotations

from webapp.accounts.models import Account, Session
from webapp.accounts.principal import Principal
from webapp.accounts.services import sessions
from webapp.audit import services as audit
from webapp.common.errors import Forbidden, Refused
from webapp.common.i18n import _
from webapp.db import one_at_a_time, transaction
from webapp.team.services.people import company_lock, find


def begin(by: Principal, account: Account) -> None:
    """Show that person's pages in this session. Raises Forbidden, NotFound, Refused."""
    if not by.is_admin:
        raise Forbidden(_("Only the Installer Admin can do this."))
    with one_at_a_time(company_lock(by.company_id)):
        account = find(by, account.id)
        if account.id == by.id or account.disabled_at:
            raise Refused(_("There is nothing to look at: choose somebody else who can sign in."), "nothing_to_view")
        Session.view(by.session_id, account.id)
        audit.record(by, "team.viewing_began", account)


def stop(by: Principal) -> int | None:
    """Back to one's own pages; gives whose were looked at. `by` is the person who was looked at."""
    if not by.viewer:
        return None
    with transaction():
        Session.view(by.session_id, None)
        audit.record(sessions.really(by), "team.viewing_ended", by)
    return by.id
