"""Pages of sharing with a subcontractor, in each of their states, for tests/world.py."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import make_company, make_employee, make_site
from webapp.accounts.models import Company
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.common import clock
from webapp.sites.models import Site, Subcontract
from webapp.subcontract import services


def subcontract_pages(by: Principal, company: Company, name: str) -> dict[str, str]:
    """`name` is what the other company and the sites are called."""
    other = make_company(name)
    account = make_employee(other, Role.INSTALLER_ADMIN, name=name)
    theirs = acting(account.id, "", "")
    assert theirs
    own = {state: make_site(company, name=f"{name[:90]} {state}") for state in ("unshared", "offered", "live", "over")}
    foreign = make_site(other, name=f"{name[:90]} foreign")
    for state in ("offered", "live", "over"):
        token = services.offer(by, own[state], 4)[1]
        if state != "offered":
            services.accept(theirs, token)
    Subcontract.update(until=clock.now() - timedelta(hours=1)).where(Subcontract.site == own["over"].id).execute()
    services.accept(by, services.offer(theirs, foreign, None)[1])
    waiting = services.offer(theirs, make_site(other, name=f"{name[:90]} waiting"), 1)[1]
    return pages(own, foreign) | {"subcontract accept": f"/subcontract/{waiting}"}


def pages(own: dict[str, Site], foreign: Site) -> dict[str, str]:
    found = {f"subcontract {state}": f"/sites/{site.id}/subcontractor" for state, site in own.items()}
    found |= {f"subcontract end {state}": f"/sites/{own[state].id}/subcontractor/end" for state in ("offered", "live")}
    found |= {"subcontract guest": f"/sites/{foreign.id}/subcontractor", "site shared": f"/sites/{foreign.id}"}
    return found | {"subcontract leave": f"/sites/{foreign.id}/subcontractor/leave"}
