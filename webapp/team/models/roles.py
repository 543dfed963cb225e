"""Roles that a company has made, and who has them."""

from __future__ import annotations

from peewee import fn

from webapp.accounts.models import Account, CompanyRole
from webapp.common.text import fold_name


def of(company_id: int) -> list[CompanyRole]:
    """By name."""
    return list(CompanyRole.select().where(CompanyRole.company == company_id).order_by(fn.LOWER(CompanyRole.name)))


def find(company_id: int, role_id: int) -> CompanyRole | None:
    return CompanyRole.get_or_none((CompanyRole.id == role_id) & (CompanyRole.company == company_id))


def named(company_id: int, name: str, but: int | None = None) -> bool:
    """Whether another role of the company has this name, however it is typed."""
    return any(fold_name(role.name) == fold_name(name) for role in of(company_id) if role.id != but)


def holders(role_id: int) -> list[Account]:
    """Who has it, by name."""
    return list(Account.select().where(Account.own_role == role_id).order_by(fn.LOWER(Account.name), Account.id))


def counts(company_id: int) -> dict[tuple[str, int | None], int]:
    """How many people have each role: (role, id of the company's own)."""
    query = Account.select(Account.role, Account.own_role, fn.COUNT(Account.id)).where(Account.company == company_id)
    return {(role, own): count for role, own, count in query.group_by(Account.role, Account.own_role).tuples()}


def write(role: CompanyRole, before: str, name: str, rights: str) -> bool:
    """Unless its rights are not those `before` any more: False then."""
    mine = (CompanyRole.id == role.id) & (CompanyRole.rights == before)
    return bool(CompanyRole.update(name=name, rights=rights).where(mine).execute() == 1)


def add(company_id: int, name: str, rights: str) -> CompanyRole:
    return CompanyRole.create(company=company_id, name=name, rights=rights)


def remove(role_id: int) -> bool:
    return bool(CompanyRole.delete().where(CompanyRole.id == role_id).execute() == 1)
