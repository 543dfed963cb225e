"""What may be done with a site, and when (T1, T2, T9)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from peewee import IntegrityError

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.signals import site_leaving
from webapp.common.text import with_company
from webapp.db import transaction
from webapp.sites.models import Assignment, Site, SiteStatus, Subcontract, places_sql

DETAILS = ("name", "address", "city", "region", "password_days")


class Operation(StrEnum):
    MANAGE_DEVICES = "manage_devices"
    # Devices: delete them, give them away by codes and links, take others' over, trust another key or device.
    PASS_ON = "pass_on"  # noqa: S105
    EDIT = "edit"
    DELETE = "delete"


# The manual's table of site states and what the company may do in them (spec 2.10).
ALLOWED: dict[str, frozenset[Operation]] = {
    SiteStatus.NOT_INVITED: frozenset(Operation),
    SiteStatus.INVITED: frozenset(Operation),
    SiteStatus.OWNED_UNAUTHORIZED: frozenset(),
    SiteStatus.AUTHORIZED: frozenset({Operation.MANAGE_DEVICES, Operation.PASS_ON, Operation.EDIT}),
}
SHARED = frozenset({Operation.MANAGE_DEVICES})  # that a subcontractor may, where the site's company may (T12)


def find(by: Principal, site_id: int) -> Site:
    """The site, if it is one that this person sees. Raises NotFound otherwise."""
    site = Site.of(by, site_id)
    if site is None:
        raise NotFound
    return site


def find_open(by: Principal, site_id: int) -> Site:
    """The site, if this person sees what stands there, too (decision 12). Raises NotFound, Refused."""
    site = find(by, site_id)
    require_open(by, site)
    return site


def require_open(by: Principal, site: Site) -> None:
    if not is_open(by, site):
        raise not_authorized(site, "closed")


def is_open(by: Principal, site: Site) -> bool:
    """Whether this person, who sees the site, sees its devices as well."""
    return by.is_owner or site.status != SiteStatus.OWNED_UNAUTHORIZED


def find_for(by: Principal, site_id: int, operation: Operation) -> Site:
    """The site that this person sees, where its state allows this. Raises NotFound, Refused."""
    site = find(by, site_id)
    require(by, site, operation)
    return site


def find_own(by: Principal, site_id: int) -> Site:
    """The site that this person sees, of their own company or as its owner. Raises NotFound, Refused."""
    site = find(by, site_id)
    if is_shared_with(by, site):
        raise only_shared(site)
    return site


def is_shared_with(by: Principal, site: Site) -> bool:
    """Whether this person sees it for a subcontractor: the site is another company's (T12)."""
    return not by.is_owner and site.company_id != by.company_id


def called_at(by: Principal, site: Site) -> str:
    """A person's name as others at the site are to read it: a subcontractor's with the company."""
    return with_company(by.name, by.company_name) if is_shared_with(by, site) else by.name[:128]


def subcontractor_of(site: Site) -> str:
    """The name of the company that it is shared with now; "" for none."""
    row = Subcontract.at(site.id)
    return str(row.company.name) if row and row.is_live else ""


def only_shared(site: Site) -> Refused:
    why = _(
        "%(company)s shares %(site)s with your company for work on its devices. Ask them for the rest.",
        company=site.company.name,
        site=site.name,
    )
    return Refused(why, "only_shared", site_id=site.id)


def hold(by: Principal, site_id: int, operation: Operation) -> Site:
    """In a transaction, before all else of it: the site, whose state allows this and stays until the transaction ends.

    What was looked at before the transaction may have changed: the owner may have said no. Raises NotFound, Refused.
    """
    if Site.locked(site_id) is None:
        raise NotFound
    return find_for(by, site_id, operation)  # what lets a person see it may have changed before it was locked


def may_still(account_id: int, right: Right, site_id: int, operation: Operation) -> bool:
    """Whether whoever made a link has to this day what it takes: the right, the site, and a state that allows it."""
    maker = acting(account_id, "", "")
    if maker is None or not maker.may(right):
        return False
    try:
        find_for(maker, site_id, operation)
    except (NotFound, Refused):
        return False
    return True


def allows(by: Principal, site: Site, operation: Operation) -> bool:
    return operation in ALLOWED[site.status] and (operation in SHARED or not is_shared_with(by, site))


def require(by: Principal, site: Site, operation: Operation) -> None:
    """Raise Refused when this is not a subcontractor's, or the site's state between company and owner forbids it."""
    if allows(by, site, operation):
        return
    if is_shared_with(by, site) and operation not in SHARED:
        raise only_shared(site)
    if site.status == SiteStatus.OWNED_UNAUTHORIZED:
        raise not_authorized(site)
    raise Refused(_("%(site)s has been handed over to its owner, so it cannot be deleted here.", site=site.name))


def not_authorized(site: Site, code: str = "not_authorized") -> Refused:
    why = _("The owner of %(site)s has not authorized your company. Ask the owner for authorization.", site=site.name)
    return Refused(why, code, site_id=site.id)


def create(by: Principal, typed: dict[str, Any]) -> Site:
    """A new site; whoever does not see all sites is assigned to it. Raises Refused for a name that is taken."""
    details = {name: typed[name] for name in DETAILS}
    try:
        with transaction():
            site = Site(company=by.company_id, zone=typed["zone"], created_at=clock.now(), **details)
            require_free_name(site)
            site.write()
            if not by.sees_all:
                Assignment.create(site=site, account=by.id)
            audit.record(by, "site.added", site)
    except IntegrityError as error:
        raise name_taken(site) from error
    return site


def edit(by: Principal, site: Site, typed: dict[str, Any], version: int) -> None:
    """Change name and address; the zone stays as it is. `version` is that of the form. Raises Refused."""
    require(by, site, Operation.EDIT)
    changed = [name for name in DETAILS if getattr(site, name) != typed[name]]
    if not changed:
        return
    for name in changed:
        setattr(site, name, typed[name])
    try:
        with transaction():
            hold(by, site.id, Operation.EDIT)
            require_free_name(site)
            if not site.move_on(version, changed):
                raise Refused(
                    _("Somebody else has changed this site meanwhile. Compare, then save again."), "changed_meanwhile"
                )
            audit.record(by, "site.edited", site, changed)
    except IntegrityError as error:
        raise name_taken(site) from error


def delete(by: Principal, site: Site, typed_name: str) -> None:
    """Forget a site with all its devices; the person types its name to show that this is the one. Raises Refused."""
    require(by, site, Operation.DELETE)
    if typed_name.casefold() != site.name.casefold():
        raise Refused(_("Type the name exactly as it stands here: %(name)s", name=site.name), "name_differs")
    with transaction():
        hold(by, site.id, Operation.DELETE)
        site_leaving.send(site, by=by)
        if not site.delete_instance():
            raise NotFound
        audit.record(by, "site.deleted", site)


def require_free_name(site: Site) -> None:
    if Site.named(site.company_id, site.name, but=site.id):
        raise name_taken(site)


def name_taken(site: Site) -> Refused:
    return Refused(
        _("Your company has a site named %(name)s already. Choose another name.", name=site.name), "name_taken"
    )


def may_edit(by: Principal, site: Site) -> bool:
    return by.may(Right.MANAGE_SITES) and allows(by, site, Operation.EDIT)


def may_delete(by: Principal, site: Site) -> bool:
    return by.may(Right.MANAGE_SITES) and allows(by, site, Operation.DELETE)


def may_manage_devices(by: Principal, site: Site) -> bool:
    return by.may(Right.MANAGE_DEVICES) and allows(by, site, Operation.MANAGE_DEVICES)


def may_pass_on(by: Principal, site: Site) -> bool:
    return by.may(Right.MANAGE_DEVICES) and allows(by, site, Operation.PASS_ON)


def places_seen_by(by: Principal) -> tuple[str, list[Any]]:
    """The sites that this person sees, as a statement of (id, name, zone, open) for a room below, and its values."""
    return places_sql(by)


def owner_of(site_id: int) -> int | None:
    """The account that owns a site; for the command line, which sees all."""
    return Site.owner_of(site_id)


def suggested_zone(by: Principal) -> str:
    """The zone of the company's newest site: the next one is most likely there too."""
    return Site.last_zone(by.company_id)
