"""A company shares a site that it has not handed over with another company, which works on the devices there (T12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.accounts.services import throttle
from webapp.accounts.services.acting import acting
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _, date_and_time
from webapp.common.tokens import hash_token, new_token
from webapp.db import transaction
from webapp.devices.services.lists import version
from webapp.handover import words
from webapp.sites import services as sites
from webapp.sites.models import Assignment, Site, SiteStatus, Subcontract
from webapp.sites.services import Operation

LASTS = timedelta(days=1)  # that the link can be used
MOST = 30  # links of a company in an hour
HOURS = (1, 2, 4, 8, 24)  # that it may last, beside for good (spec 2.10)


class Stage(StrEnum):
    NONE = "none"
    OFFERED = "offered"  # a link waits for somebody of another company
    LIVE = "live"
    EXPIRED = "expired"  # nobody has used the link
    OVER = "over"  # its time has run out


ENDED_BY = {Stage.OFFERED: "subcontract.withdrawn", Stage.LIVE: "subcontract.ended"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site is shared, for the company whose it is and for the one that it is shared with (`guest`)."""

    site: Site
    guest: bool
    stage: Stage
    row: Subcontract | None

    @property
    def company(self) -> str:
        """The other one; "" while nobody has accepted."""
        if self.guest:
            return str(self.site.company.name)
        return str(self.row.company.name) if self.row and self.row.company_id else ""

    @property
    def lasts(self) -> str:
        """ "4 hours"."""
        return words.hours(self.row.hours) if self.row else ""

    @property
    def until(self) -> str:
        """ "Nov 23, 2026, 16:00" where it has an end."""
        return date_and_time(self.row.until, self.site.zone) if self.row and self.row.until else ""

    @property
    def version(self) -> str:
        row = self.row
        shown = (self.stage, row and (row.id, row.company_id, row.token_hash, row.until))
        return version(repr(shown))


def standing(by: Principal, site: Site) -> Standing:
    row = Subcontract.at(site.id)
    return Standing(site, sites.is_shared_with(by, site), stage_of(row), row)


def stage_of(row: Subcontract | None) -> Stage:
    if row is None:
        return Stage.NONE
    if row.company_id is None:
        return Stage.OFFERED if row.expires_at > clock.now() and may_give(row) else Stage.EXPIRED
    return Stage.LIVE if row.is_live else Stage.OVER


def may_give(row: Subcontract) -> bool:
    """Whether the maker of a link may share the site to this day (as decision 15 has it)."""
    return sites.may_still(row.maker_id, Right.MANAGE_SITES, row.site_id, Operation.EDIT)


def own_end(maker_id: int, site: Site) -> datetime | None:
    """Until when the maker of a link looks after the site; None: for good."""
    giver = acting(maker_id, "", "")
    mine = Assignment.of(site.id, maker_id) if giver and not giver.sees_all else None
    return mine.until if mine else None


def require_time(by: Principal, site: Site, hours: int | None, now: datetime) -> None:
    """Raise Refused for longer than this person looks after the site."""
    end = own_end(by.id, site)
    if end and (hours is None or now + timedelta(hours=hours) > end):
        moment = date_and_time(end, site.zone)
        why = _("You look after %(site)s until %(moment)s. Share it for a shorter time.", site=site.name, moment=moment)
        raise Refused(why, "too_long")


def offer(by: Principal, site: Site, hours: int | None) -> tuple[Subcontract, str]:
    """A new link and its token, which is kept nowhere; one that nobody has used ends. Raises Refused, TooMany."""
    if hours not in {None, *HOURS}:
        raise Refused(_("This cannot be chosen. Choose again how long."), "not_offered")
    now, token = clock.now(), new_token()
    with transaction():
        held = hold(by, site.id)
        require_free(held)
        require_time(by, held, hours, now)
        throttle.take_hourly("subcontracts", by.company_id, MOST)
        Subcontract.end(held.id)
        made = Subcontract.create(
            site=held,
            token_hash=hash_token(token),
            hours=hours,
            maker_id=by.id,
            expires_at=now + LASTS,
        )
        audit.record(by, "subcontract.offered", held)
    return made, token


def hold(by: Principal, site_id: int) -> Site:
    """The site, locked, of the own company and not handed over. Raises NotFound, Refused."""
    site = sites.hold(by, site_id, Operation.EDIT)
    require_offerable(by, site)
    return site


def may_offer(by: Principal, site: Site) -> bool:
    return sites.may_edit(by, site) and site.owner_id is None


def require_offerable(by: Principal, site: Site) -> None:
    """Raise Refused for a site that is another company's, or has an owner."""
    sites.require(by, site, Operation.EDIT)
    if site.owner_id is not None:
        raise handed_over(site)


def handed_over(site: Site) -> Refused:
    why = _(
        "%(site)s has an owner. A site is shared with another company only before it is handed over.", site=site.name
    )
    return Refused(why, "handed_over")


def require_free(site: Site) -> None:
    """Raise Refused for a site that is shared already."""
    row = Subcontract.at(site.id)
    if row and stage_of(row) == Stage.LIVE:
        why = _(
            "%(site)s is shared with %(company)s already. End that first.", site=site.name, company=row.company.name
        )
        raise Refused(why, "shared_already")


def end(by: Principal, site: Site) -> None:
    """The company whose site it is ends it, or withdraws its link. Raises Refused."""
    with transaction():
        held = hold(by, site.id)
        deed = ENDED_BY[require_shared(held)]
        Subcontract.end(held.id)
        audit.record(by, deed, held)


def require_shared(site: Site) -> Stage:
    """Raise Refused where nothing is to be ended."""
    stage = stage_of(Subcontract.at(site.id))
    if stage not in ENDED_BY:
        raise Refused(_("%(site)s is not shared with another company.", site=site.name), "not_shared")
    return stage


def leave(by: Principal, site: Site) -> None:
    """The company that it is shared with gives it back. Raises NotFound, Refused for the company's own site."""
    with transaction():
        held = sites.hold(by, site.id, Operation.MANAGE_DEVICES)
        if not sites.is_shared_with(by, held):
            raise own_site(held)
        Subcontract.end(held.id)
        audit.record(by, "subcontract.given_back", held)


def own_site(site: Site) -> Refused:
    return Refused(_("%(site)s is a site of your own company.", site=site.name), "own_company")


def find(token: str) -> Subcontract:
    """With its site and company, in any state. Raises NotFound, also for one that has been ended."""
    found = Subcontract.by_token(hash_token(token))
    if found is None:
        raise NotFound
    return found


def refusal(by: Principal, found: Subcontract) -> Refused | None:
    """Why this person cannot accept it."""
    if found.site.company_id == by.company_id:
        return own_site(found.site)
    if found.company_id is not None:
        return Refused(_("This link has been used already."), "used")
    if found.expires_at <= clock.now() or not may_give(found):
        return Refused(_("This link has expired. Ask the company for a new one."), "expired")
    if found.site.status not in {SiteStatus.NOT_INVITED, SiteStatus.INVITED}:
        return handed_over(found.site)
    return None


def accept(by: Principal, token: str) -> Site:
    """The person's company works on the site's devices from now on. Of parallel tries one succeeds.

    A second tap is shown what the first has done. Raises NotFound, Refused.
    """
    site_id, now = find(token).site_id, clock.now()
    with transaction():
        Site.locked(site_id)
        found = find(token)
        if found.company_id == by.company_id and (site := Site.of(by, site_id)):
            return site
        if no := refusal(by, found):
            raise no
        ends = [now + timedelta(hours=found.hours)] if found.hours else []
        until = min([*ends, *filter(None, [own_end(found.maker_id, found.site)])], default=None)
        values = {"until": until, "accepted_by_name": by.name}
        if not Subcontract.accept(found.token_hash, by.company_id, now, **values):
            raise NotFound
        if not by.sees_all:
            Assignment.put(site_id, by.id, until)
        audit.record(by, "subcontract.accepted", found.site)
    return found.site
