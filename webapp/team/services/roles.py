"""Roles that a company makes itself (R3)."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import IntegrityError

from webapp.accounts.models import Account, CompanyRole
from webapp.accounts.permissions import Right, Role, read_rights, write_rights
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.db import one_at_a_time
from webapp.team.models import AdminOffer, TeamInvitation, reach
from webapp.team.models import roles as rows
from webapp.team.services.choices import require_no_more
from webapp.team.services.people import changed_meanwhile, company_lock

MOST = 50
IMPLIED = {Right.MANAGE_ALL_SITES: Right.MANAGE_SITES}


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit does to whoever has the role."""

    gained: list[Right]
    lost: list[Right]
    people: list[tuple[str, int, int]]  # name, sites they see now and then

    def __bool__(self) -> bool:
        return bool(self.people) and bool(self.gained or self.lost)


def complete(rights: frozenset[Right]) -> frozenset[Right]:
    """With what they imply."""
    return rights | {IMPLIED[right] for right in rights if right in IMPLIED}


def all_of(by: Principal) -> list[tuple[CompanyRole, frozenset[Right], int]]:
    """The company's own ones with their rights, and how many people have each."""
    counts = rows.counts(by.company_id)
    return [(role, read_rights(role.rights), counts.get((Role.OWN, role.id), 0)) for role in rows.of(by.company_id)]


def find(by: Principal, role_id: int) -> CompanyRole:
    """One of the own company. Raises NotFound."""
    found = rows.find(by.company_id, role_id)
    if found is None:
        raise NotFound
    return found


def holders(role: CompanyRole) -> list[Account]:
    return rows.holders(role.id)


def add(by: Principal, name: str, rights: frozenset[Right]) -> CompanyRole:
    """Raises Refused."""
    rights = complete(rights)
    require_no_more(by, rights)
    try:
        with one_at_a_time(company_lock(by.company_id)):
            require_free_name(by, name)
            if len(rows.of(by.company_id)) >= MOST:
                raise Refused(_("There are %(most)s roles already. Delete one that nobody has.", most=MOST), "too_many")
            made = rows.add(by.company_id, name, write_rights(rights))
            audit.record(by, "role.added", made)
    except IntegrityError as error:
        raise name_taken(name) from error
    return made


def require_free_name(by: Principal, name: str, but: int | None = None) -> None:
    if rows.named(by.company_id, name, but):
        raise name_taken(name)


def name_taken(name: str) -> Refused:
    return Refused(_("There is a role named %(name)s already. Choose another name.", name=name), "name_taken")


def require_editable(by: Principal, role: CompanyRole) -> None:
    """Raise Refused for the role that this person has themselves, and for one with more rights than theirs."""
    if any(holder.id == by.id for holder in rows.holders(role.id)):
        raise Refused(_("You have this role yourself: your Installer Admin has to change it."), "own_role")
    require_no_more(by, read_rights(role.rights))


def edit(by: Principal, role: CompanyRole, name: str, rights: frozenset[Right]) -> None:
    """New name and rights; they count from the next request on. Raises Refused."""
    rights = complete(rights)
    require_editable(by, role)
    require_no_more(by, rights)
    before, after = role.rights, write_rights(rights)
    changed = [what for what, differs in (("name", name != role.name), ("rights", after != before)) if differs]
    if not changed:
        return
    try:
        with one_at_a_time(company_lock(by.company_id)):
            require_free_name(by, name, role.id)
            if not rows.write(role, before, name, after):
                raise changed_meanwhile()
            if Right.MANAGE_TEAM not in rights:
                withdraw_invitations_of(role)
            audit.record(by, "role.edited", role, changed)
    except IntegrityError as error:
        raise name_taken(name) from error


def withdraw_invitations_of(role: CompanyRole) -> None:
    """Who may invite nobody any more has no open invitations."""
    for holder in rows.holders(role.id):
        TeamInvitation.withdraw_all_of(role.company_id, holder.id, clock.now())


def change(role: CompanyRole, rights: frozenset[Right]) -> Change:
    """Who gains and loses what by these rights, and how many sites more or fewer they will see."""
    before, after = read_rights(role.rights), complete(rights)
    total, have = reach.count_sites(role.company_id), rows.holders(role.id)
    assigned = reach.counts_assigned(role.company_id, [one.id for one in have])

    def sites(of: frozenset[Right], person: Account) -> int:
        return total if Right.MANAGE_ALL_SITES in of else assigned.get(person.id, 0)

    told = [(one.name, sites(before, one), sites(after, one)) for one in have]
    return Change([r for r in Right if r in after - before], [r for r in Right if r in before - after], told)


def delete(by: Principal, role: CompanyRole) -> None:
    """Raises Refused while somebody has it, or is to have it."""
    require_editable(by, role)
    with one_at_a_time(company_lock(by.company_id)):
        require_unused(role)
        if not rows.remove(role.id):
            raise NotFound
        audit.record(by, "role.deleted", role)


def require_unused(role: CompanyRole) -> None:
    names = [one.name for one in rows.holders(role.id)] + [one.name for one in TeamInvitation.with_role(role.id)]
    if names:
        why = _("%(names)s have or are invited to this role. Give them another one first.", names=", ".join(names))
        raise Refused(why, "in_use")
    if AdminOffer.with_role(role.id, clock.now()):
        raise Refused(_("The Installer Admin is about to take this role."), "in_use")
