"""The roles that somebody may give: never one with a right that they do not have themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from webapp.accounts.models import Account, CompanyRole
from webapp.accounts.permissions import OFFERED, RIGHTS, Right, Role, read_rights
from webapp.accounts.principal import Principal
from webapp.common.errors import Refused
from webapp.common.i18n import _
from webapp.team.models import reach, roles


@dataclass(frozen=True, slots=True)
class Choice:
    role: str
    own_id: int | None
    own_name: str  # of the role that the company has made; "" for another
    rights: frozenset[Right]

    @property
    def key(self) -> str:
        """As a form carries it: "observer", "own-7"."""
        return f"{self.role}-{self.own_id}" if self.own_id else self.role

    @property
    def sees_all(self) -> bool:
        return Right.MANAGE_ALL_SITES in self.rights

    def sites(self, company_id: int, assigned: int) -> int:
        """How many sites somebody with this role and so many assigned ones sees."""
        return reach.count_sites(company_id) if self.sees_all else assigned


def of_role(own: CompanyRole) -> Choice:
    return Choice(Role.OWN, own.id, own.name, read_rights(own.rights))


def of_account(account: Account) -> Choice:
    """What a person has now."""
    if account.own_role and account.role == Role.OWN:
        return of_role(account.own_role)
    return Choice(account.role, None, "", RIGHTS.get(account.role, frozenset()))


class Person(NamedTuple):
    id: int
    name: str
    role: str
    own_name: str


def person(account: Account) -> Person:
    choice = of_account(account)
    return Person(account.id, account.name, choice.role, choice.own_name)


def offered(by: Principal) -> list[Choice]:
    """Those that this person may give."""
    fixed = [Choice(role, None, "", RIGHTS[role]) for role in OFFERED]
    own = [of_role(role) for role in roles.of(by.company_id)]
    return [choice for choice in (*fixed, *own) if choice.rights <= by.rights]


def find(by: Principal, key: str) -> Choice:
    """Raises Refused for a role that is none, is another company's, or is not this person's to give."""
    for choice in offered(by):
        if choice.key == key:
            return choice
    raise Refused(_("This role cannot be given. Choose one from the list."), "unknown_role")


def require_no_more(by: Principal, rights: frozenset[Right]) -> None:
    """Raise Refused for rights that this person does not have themselves."""
    if not rights <= by.rights:
        why = _("This has rights that you do not have yourself. Ask your Installer Admin.")
        raise Refused(why, "more_than_own")
