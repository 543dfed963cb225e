"""A company asks for a site that no company looks after, by the ID that its owner reads out (T8)."""

from __future__ import annotations

from webapp.accounts.principal import Principal
from webapp.accounts.services import throttle
from webapp.audit import services as audit
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.handover.models import AccessRequest, Asked, Wanted
from webapp.handover.models.places import unattended
from webapp.handover.services import holding
from webapp.handover.services.asking import ask
from webapp.handover.services.granting import Unlisted

MOST = 10  # looks for a site by one person in an hour


def ask_adoption(by: Principal, code: str, reason: str) -> AccessRequest:
    """`code` as it is typed. An unknown site and one that has a company are refused alike. Raises Refused, TooMany."""
    throttle.take_hourly("adoptions", by.id, MOST)
    found = unattended("".join(c for c in code.upper() if c.isalnum()))
    if found is None:
        raise unknown()
    try:
        with holding.holding(found.id) as site:
            if site.company_id or site.owner_id is None:
                raise unknown()
            made = ask(by, site, Asked.ADOPTION, reason, Wanted(True))
            audit.record(by, "authorization.asked", Unlisted(site.id, site.code or ""))
    except NotFound as gone:
        raise unknown() from gone
    return made


def unknown() -> Refused:
    why = _("There is no site with this ID that could be added. Compare it with the owner, letter by letter.")
    return Refused(why, "no_such_site")
