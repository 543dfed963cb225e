"""Which sites somebody sees, and who looks after a site."""

from __future__ import annotations

from collections.abc import Iterable

from peewee import JOIN, Expression, fn

from webapp.accounts.models import Account, CompanyRole
from webapp.accounts.principal import Principal
from webapp.common import clock
from webapp.common.text import fold
from webapp.qr.models import QrLink
from webapp.sites.models import Assignment, Site, Subcontract


def live() -> Expression:
    return Assignment.until.is_null() | (Assignment.until > clock.now())


def count_sites(company_id: int) -> int:
    return int(Site.select().where(Site.of_company(company_id)).count())


def count_assigned(company_id: int, account_id: int) -> int:
    mine = Site.of_company(company_id) & (Assignment.account == account_id) & live()
    return int(Assignment.select().join(Site).where(mine).count())


def counts_assigned(company_id: int, account_ids: Iterable[int]) -> dict[int, int]:
    """For each of these people how many sites are assigned to them."""
    mine = Site.of_company(company_id) & Assignment.account.in_(list(account_ids)) & live()
    query = Assignment.select(Assignment.account, fn.COUNT(Assignment.id)).join(Site).where(mine)
    return dict(query.group_by(Assignment.account).tuples())


def of_person(company_id: int, account_id: int) -> list[Assignment]:
    """What is and was assigned to a person, each with its site, by name."""
    mine = (Assignment.account == account_id) & Site.of_company(company_id)
    return list(Assignment.select(Assignment, Site).join(Site).where(mine).order_by(Site.name_folded, Site.id))


def at_site(site_id: int) -> list[Assignment]:
    """Who is and was assigned to a site and may sign in, each with the account, by name."""
    query = Assignment.select(Assignment, Account, CompanyRole).join(Account).join(CompanyRole, JOIN.LEFT_OUTER)
    mine = (Assignment.site == site_id) & Account.disabled_at.is_null()
    return list(query.where(mine).order_by(fn.LOWER(Account.name), Account.id))


def alone(company_id: int, account_id: int) -> list[int]:
    """The sites that nobody else is assigned to."""
    other = Assignment.alias()
    still = other.until.is_null() | (other.until > clock.now())
    others = other.select(other.site).join(Account, on=other.account == Account.id)
    mine = (Account.company == company_id) & Account.disabled_at.is_null()
    others = others.where(mine, other.account != account_id, still)
    mine = (Assignment.account == account_id) & (Site.company == company_id) & live()
    query = Site.select(Site.id).join(Assignment).where(mine, Site.id.not_in(others))  # type: ignore[attr-defined]
    return [site_id for (site_id,) in query.tuples()]


def among(by: Principal, site_ids: Iterable[int]) -> list[Site]:
    """Those of these sites that a person sees."""
    return list(Site.select().where(Site.seen_by(by), Site.id.in_(list(site_ids))))  # type: ignore[attr-defined]


def matching(by: Principal, query: str, but: Iterable[int], count: int) -> list[Site]:
    """Sites that a person sees and a search finds, by name."""
    found = Site.select().where(Site.seen_by(by), Site.id.not_in(list(but)))  # type: ignore[attr-defined]
    for word in query[:100].split()[:8]:
        found = found.where(Site.search.contains(fold(word)))
    return list(found.order_by(Site.name_folded, Site.id).limit(count))


def end(assignment_ids: list[int]) -> None:
    Assignment.delete().where(Assignment.id.in_(assignment_ids)).execute()  # type: ignore[attr-defined]


def open_links(account_id: int) -> int:
    """How many links that a person has made can be used: to hand a device over, or to share a site."""
    mine = (QrLink.maker_id == account_id) & QrLink.usable(clock.now())
    return int(QrLink.select().where(mine).count()) + Subcontract.count_open_of(account_id)


def still_of(company_id: int, site_ids: Iterable[int]) -> list[int]:
    """Those of these sites that are the company's to this day."""
    mine = (Site.company == company_id) & Site.id.in_(list(site_ids))  # type: ignore[attr-defined]
    return [site_id for (site_id,) in Site.select(Site.id).where(mine).tuples()]
