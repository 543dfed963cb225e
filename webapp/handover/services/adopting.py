"""A company asks for a site that no company looks after, by the ID that its owner reads out (T8)."""

from __future__ import annotations

from datetime import timedelta

from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused, TooMany
from webapp.common.i18n import _, plural
from webapp.db import one_at_a_time
from webapp.handover.models import AccessRequest, AdoptionTry, Asked, Wanted
from webapp.handover.models.places import unattended
from webapp.handover.services import holding
from webapp.handover.services.asking import ask
from webapp.handover.services.granting import Unnamed

MOST, WINDOW = 10, timedelta(hours=1)  # looks for a site by one person


def ask_adoption(by: Principal, code: str, reason: str) -> AccessRequest:
    """`code` as it is typed. An unknown site and one that has a company are refused alike. Raises Refused, TooMany."""
    take_turn(by)
    found = unattended("".join(c for c in code.upper() if c.isalnum()))
    if found is None:
        raise unknown()
    try:
        with holding.holding(found.id) as site:
            if site.company_id or site.owner_id is None:
                raise unknown()
            made = ask(by, site, Asked.ADOPTION, reason, Wanted(True))
            audit.record(by, "authorization.asked", Unnamed(site.id, site.code or ""))
    except NotFound as gone:
        raise unknown() from gone
    return made


def unknown() -> Refused:
    why = _("There is no site with this ID that could be added. Compare it with the owner, letter by letter.")
    return Refused(why, "no_such_site")


def take_turn(by: Principal) -> None:
    """Count a look before it is made; raises TooMany after MOST in an hour, and counts no refused one."""
    now = clock.now()
    with one_at_a_time(f"adoptions of {by.id}"):
        AdoptionTry.forget(now - WINDOW)
        before = AdoptionTry.since(by.id, now - WINDOW)
        if len(before) >= MOST:
            raise too_many(max(1, int((before[-MOST] + WINDOW - now).total_seconds())))
        AdoptionTry.create(account_id=by.id, at=now)


def too_many(wait: int) -> TooMany:
    why = plural(
        "Too many tries. Wait %(num)s minute, then try again.",
        "Too many tries. Wait %(num)s minutes, then try again.",
        -(-wait // 60),
    )
    return TooMany(why, wait)
