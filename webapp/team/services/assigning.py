"""Which employee looks after which site, and until when (T3). *Assign* is inside the company; owners *authorize*."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from webapp.accounts.models import Account
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.db import one_at_a_time
from webapp.sites import services as sites
from webapp.sites.models import Assignment, Site
from webapp.team.models import people, reach
from webapp.team.services import choices
from webapp.team.services.people import assignable, changed_meanwhile, company_lock, find_other, is_live

SHOWN = 40  # sites that are offered without a search
MOST = 100  # pairs of a site and an employee in one call
Wanted = Mapping[int, datetime | None]  # id → until; None: for good


@dataclass(frozen=True, slots=True)
class Manager:
    """Who looks after a site."""

    id: int
    name: str
    role: str
    own_role: str
    until: datetime | None
    live: bool
    everywhere: bool  # by the right to manage all sites
    you: bool


@dataclass(frozen=True, slots=True)
class Assigned:
    """One site of a person's."""

    site: Site
    until: datetime | None
    live: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A thing as the audit log names it: with who was assigned."""

    id: int
    name: str
    audit_site: int | None = None


def site_managers(by: Principal, site: Site) -> list[Manager]:
    """Who looks after a site: those who manage all sites, then who is assigned, then whose assignment has ended."""
    everywhere = [one for one in people.colleagues(by.company_id) if people.sees_all(one)]
    known = {one.id for one in everywhere}
    listed = [
        manager(by, one.account, one)
        for one in reach.at_site(site.id)
        if one.account.company_id == by.company_id and one.account_id not in known
    ]
    return [manager(by, one) for one in everywhere] + sorted(listed, key=lambda one: not one.live)


def manager(by: Principal, account: Account, one: Assignment | None = None) -> Manager:
    choice = choices.of_account(account)
    until, live = (one.until, is_live(one)) if one else (None, True)
    you = account.id == by.id
    return Manager(account.id, account.name, choice.role, choice.own_name, until, live, one is None, you)


def offered_at(by: Principal) -> list[choices.Person]:
    """The same with their roles."""
    return [choices.person(one) for one in assignable(by)]


def assign_site(by: Principal, site: Site, wanted: Wanted, seen: str) -> bool:
    """Let these people look after a site, and nobody else but who sees all sites. False: nothing was different.

    `seen` is version_at() as the person saw it. Raises NotFound for somebody who cannot be assigned, Refused.
    """
    with one_at_a_time(company_lock(by.company_id)):
        if Site.locked(site.id) is None or Site.of(by, site.id) is None:
            raise NotFound
        offered = {one.id: one.name for one in assignable(by)}
        now = {one.account_id: one for one in reach.at_site(site.id) if one.account_id in offered}
        require(wanted, offered, now, seen)
        changed = write({key: (site.id, key) for key in {*wanted, *now}}, now, wanted)
        if changed:
            names = ", ".join(name for key, name in offered.items() if key in wanted)
            # Another company's log is not for names of ours.
            where = None if sites.is_shared_with(by, site) else site.id
            audit.record(by, "team.assigned", Named(site.id, told(site.name, names), where))
    return changed


def version_at(by: Principal, site: Site) -> str:
    offered = {one.id for one in assignable(by)}
    return version(one for one in reach.at_site(site.id) if one.account_id in offered)


def assign_person(by: Principal, account: Account, wanted: Wanted, seen: str) -> bool:
    """Let a person look after these sites, and no other that `by` sees. Like assign_site()."""
    with one_at_a_time(company_lock(by.company_id)):
        require_assignable(find_other(by, account.id))
        Site.lock_all({*wanted, *(one.site_id for one in seen_of(by, account))})
        now = {one.site_id: one for one in seen_of(by, account)}
        offered = {site.id: site.name for site in reach.among(by, {*wanted, *now})}
        require(wanted, offered, now, seen)
        changed = write({key: (key, account.id) for key in {*wanted, *now}}, now, wanted)
        if changed:
            names = ", ".join(name for key, name in offered.items() if key in wanted)
            audit.record(by, "team.assigned", Named(account.id, told(account.name, names)))
    return changed


def seen_of(by: Principal, account: Account) -> list[Assignment]:
    """A person's assignments to sites that `by` sees, ended ones too."""
    listed = reach.of_person(by.company_id, account.id)
    mine = {site.id for site in reach.among(by, [one.site_id for one in listed])}
    return [one for one in listed if one.site_id in mine]


def version_of(by: Principal, account: Account) -> str:
    return version(seen_of(by, account))


def now_of(by: Principal, account: Account) -> dict[int, Assigned]:
    return {one.site_id: Assigned(one.site, one.until, is_live(one)) for one in seen_of(by, account)}


def of_person(by: Principal, account: Account) -> tuple[list[Assigned], int]:
    """A person's sites by name as far as `by` sees them, and how many live ones there are beside."""
    seen = now_of(by, account)
    live = sum(one.live for one in seen.values())
    return list(seen.values()), reach.count_assigned(by.company_id, account.id) - live


def require_assignable(account: Account) -> None:
    """Raise Refused for somebody who is disabled, or sees all sites anyway."""
    if account.disabled_at:
        raise Refused(_("%(name)s is disabled.", name=account.name), "disabled")
    if people.sees_all(account):
        raise Refused(_("%(name)s sees all sites already.", name=account.name), "sees_all")


def told(name: str, names: str) -> str:
    """At most 200 characters, as the log keeps it."""
    text = f"{name} ({names or '-'})"
    return text if len(text) <= 200 else f"{text[:198]}…)"


def require(wanted: Wanted, offered: Mapping[int, str], now: Mapping[int, Assignment], seen: str) -> None:
    if len(wanted) > MOST:
        raise Refused(_("At most %(most)s can be assigned at once.", most=MOST), "too_many")
    if not wanted.keys() <= offered.keys():
        raise NotFound
    if seen != version(now.values()):
        raise changed_meanwhile()


def write(pairs: Mapping[int, tuple[int, int]], now: Mapping[int, Assignment], wanted: Wanted) -> bool:
    """`pairs`: key → (site, account). Whether something is different; what has ended is swept."""
    put = {key: until for key, until in wanted.items() if key not in now or now[key].until != until}
    ended = [one for key, one in now.items() if key not in wanted]
    for key, until in put.items():
        Assignment.put(*pairs[key], until)
    reach.end([one.id for one in ended])
    return bool(put) or any(is_live(one) for one in ended)


def version(now: Iterable[Assignment]) -> str:
    """Equal for equal assignments."""
    listed = sorted((one.site_id, one.account_id, str(one.until)) for one in now)
    return hashlib.sha256(repr(listed).encode()).hexdigest()[:16]


def sites_to_choose(by: Principal, query: str, chosen: Iterable[int]) -> list[Site]:
    """Sites that a person sees: those chosen, then what a search finds, so many as fit on a light page."""
    first = sorted(reach.among(by, chosen), key=lambda site: (site.name_folded, site.id))
    return first + reach.matching(by, query, [site.id for site in first], max(0, SHOWN - len(first)))


def sites_seen(by: Principal, site_ids: Iterable[int]) -> list[Site]:
    """Those of these sites that a person sees: others are nobody's to assign."""
    return reach.among(by, site_ids)
