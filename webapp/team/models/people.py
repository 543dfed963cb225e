"""A company's people as its list shows them, and one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from peewee import JOIN, fn

from webapp.accounts.models import Account, CompanyRole, Session, naive
from webapp.accounts.permissions import Right, Role, rights_of
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.db import moment, rows


class Member(NamedTuple):
    """One row of the list: an employee."""

    id: int
    name: str
    email: str
    role: str
    own_role: str  # name of the role that the company has made; "" for another
    sites: int  # that they see
    seen_at: datetime | None
    disabled: bool


class Invited(NamedTuple):
    """One row of the list: an open invitation."""

    id: int
    name: str
    email: str
    role: str
    own_role: str
    sent_at: datetime
    expires_at: datetime

    @property
    def expired(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def hours(self) -> int:
        """That it works still, rounded up."""
        return int(-(-(self.expires_at - clock.now()).total_seconds() // 3600))


class Offered(NamedTuple):
    """The offer of the role of Installer Admin that holds."""

    maker: str
    taker: str
    taker_id: int
    expires_at: datetime


class Team(NamedTuple):
    members: list[Member]  # of one page
    invited: list[Invited]
    offer: Offered | None
    total: int  # of the company's employees
    disabled: int


ALL = f"(' ' || p.rights || ' ') LIKE '% {Right.MANAGE_ALL_SITES} %'"
TEAM = f"""
WITH shown AS (
  SELECT a.id, a.name, a.email, a.role, COALESCE(r.name, '') AS own_role, COALESCE(r.rights, '') AS rights,
         a.disabled_at, a.company_id
  FROM account a LEFT JOIN company_role r ON r.id = a.own_role_id
  WHERE a.company_id = ? AND (? = '' OR a.disabled_at IS NOT NULL)
  ORDER BY CASE WHEN a.role = '{Role.INSTALLER_ADMIN}' THEN 0 WHEN a.disabled_at IS NULL THEN 1 ELSE 2 END,
           lower(a.name), a.id
  LIMIT ? OFFSET ?
)
SELECT 'member', p.id, p.name, COALESCE(p.email, ''), p.role, p.own_role,
       CASE WHEN p.role = '{Role.INSTALLER_ADMIN}' OR (p.role = '{Role.OWN}' AND {ALL})
            THEN (SELECT COUNT(*) FROM site s WHERE s.company_id = p.company_id)
            ELSE (SELECT COUNT(*) FROM assignment x JOIN site s ON s.id = x.site_id
                  WHERE x.account_id = p.id AND s.company_id = p.company_id AND (x.until IS NULL OR x.until > ?)) END,
       (SELECT MAX(t.seen_at) FROM session t WHERE t.account_id = p.id),
       (SELECT MAX(e.at) FROM audit_entry e WHERE e.company_id = p.company_id AND e.actor_id = p.id),
       CASE WHEN p.disabled_at IS NULL THEN 0 ELSE 1 END
FROM shown p
UNION ALL
SELECT 'invited', i.id, i.name, i.email, i.role, COALESCE(r.name, ''), 0, i.sent_at, i.expires_at, 0
FROM team_invitation i LEFT JOIN company_role r ON r.id = i.own_role_id
WHERE i.company_id = ? AND i.answer = 'open'
UNION ALL
SELECT 'offer', o.id, m.name, t.name, o.role, '', o.taker_id, o.made_at, o.expires_at, 0
FROM admin_offer o JOIN account m ON m.id = o.maker_id JOIN account t ON t.id = o.taker_id
WHERE o.company_id = ? AND o.answer = 'open' AND o.expires_at > ?
UNION ALL
SELECT 'counts', (SELECT COUNT(*) FROM account WHERE company_id = ?), '', '', '', '',
       (SELECT COUNT(*) FROM account WHERE company_id = ? AND disabled_at IS NOT NULL), NULL, NULL, 0
"""  # noqa: S608  (words of our own)


def team(company_id: int, show: str, count: int, skipped: int) -> Team:
    """One page by name: all of the company, or with a `show` those that are disabled. One statement."""
    now = naive(clock.now())
    found = rows(TEAM, (company_id, show, count, skipped, now, company_id, company_id, now, company_id, company_id))
    of = {name: [row[1:] for row in found if row[0] == name] for name in ("member", "invited", "offer", "counts")}
    (total, *_rest, disabled, _none, _nothing, _zero) = of["counts"][0]
    offers = [Offered(o[1], o[2], o[5], moment(o[7])) for o in of["offer"]]  # type: ignore[arg-type]
    invited = [invitation(row) for row in of["invited"]]
    members = sorted((member(row) for row in of["member"]), key=order)
    return Team(members, sorted(invited, key=lambda i: i.sent_at), offers[-1] if offers else None, total, disabled)


def invitation(row: tuple[Any, ...]) -> Invited:
    number, name, email, role, own_role, _sites, sent, expires, _disabled = row
    return Invited(number, name, email, role, own_role, moment(sent), moment(expires))  # type: ignore[arg-type]


def member(row: tuple[Any, ...]) -> Member:
    number, name, email, role, own_role, sites, seen, acted, disabled = row
    seen_at = max(filter(None, (moment(seen), moment(acted))), default=None)
    return Member(number, name, email, role, own_role, sites, seen_at, bool(disabled))


def order(one: Member) -> tuple[int, str, int]:
    """As the statement has it: a union need not keep it."""
    rank = 0 if one.role == Role.INSTALLER_ADMIN else 2 if one.disabled else 1
    return rank, one.name.lower(), one.id


def find(company_id: int, account_id: int) -> Account | None:
    """One of the company's people with the role that the company has made, disabled or not."""
    query = Account.select(Account, CompanyRole).join(CompanyRole, JOIN.LEFT_OUTER)
    return query.where(Account.id == account_id, Account.company == company_id).first()


def colleagues(company_id: int) -> list[Account]:
    """All of a company who may sign in, by name."""
    query = Account.select(Account, CompanyRole).join(CompanyRole, JOIN.LEFT_OUTER)
    mine = (Account.company == company_id) & Account.disabled_at.is_null()
    return list(query.where(mine).order_by(fn.LOWER(Account.name), Account.id))


def acted_at(company_id: int, account_id: int) -> datetime | None:
    """When a person did something last."""
    mine = (AuditEntry.company_id == company_id) & (AuditEntry.actor_id == account_id)
    return AuditEntry.select(fn.MAX(AuditEntry.at)).where(mine).scalar()


def sees_all(account: Account) -> bool:
    return Right.MANAGE_ALL_SITES in rights_of(account.role, account.own_role.rights if account.own_role else None)


def disable(account_id: int, at: datetime) -> bool:
    """False when they are already."""
    mine = (Account.id == account_id) & Account.disabled_at.is_null()
    return bool(Account.update(disabled_at=at).where(mine).execute() == 1)


def enable(account_id: int) -> bool:
    mine = (Account.id == account_id) & Account.disabled_at.is_null(False)
    return bool(Account.update(disabled_at=None).where(mine).execute() == 1)


def remove(account_id: int) -> bool:
    return bool(Account.delete().where(Account.id == account_id).execute() == 1)


def change_role(account_id: int, before: tuple[str, int | None], role: str, own_role_id: int | None) -> bool:
    """Unless the role is not the one `before` any more: False then."""
    was, own = before
    same = Account.own_role.is_null() if own is None else Account.own_role == own
    mine = (Account.id == account_id) & (Account.role == was) & same
    return bool(Account.update(role=role, own_role=own_role_id).where(mine).execute() == 1)


def stop_looking_at(account_id: int) -> None:
    """Whoever looks at this person's pages sees their own again."""
    Session.update(viewing=None).where(Session.viewing == account_id).execute()


def stop_looking(account_id: int) -> None:
    """This person sees their own pages again."""
    Session.update(viewing=None).where(Session.account == account_id).execute()
