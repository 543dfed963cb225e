"""A company to try things with: people, sites, and simulated devices to add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from webapp.accounts.models import Account, Session
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Principal
from webapp.accounts.services import companies
from webapp.accounts.services.acting import acting
from webapp.common import clock
from webapp.common.errors import Refused
from webapp.handover.models import Wanted
from webapp.handover.services import invitations
from webapp.sites import services as sites
from webapp.sites.models import Assignment, Site

PASSWORD = "Ladder-and-light-7"  # noqa: S105  (of a throw-away installation, printed when it starts)
OWNER = "owner@demo.example"
SUBCONTRACTOR = "subcontractor@demo.example"
SITES = [
    {
        "name": "Bakery on the market square",
        "zone": "Europe/Berlin",
        "address": "Market Square 3",
        "city": "Lindau",
        "region": "",
    },
    {"name": "Depot North", "zone": "Europe/Berlin", "address": "Harbour Road 18", "city": "Kiel", "region": ""},
    {"name": "School of music", "zone": "Europe/Madrid", "address": "Calle Mayor 41", "city": "Toledo", "region": ""},
]


def fill() -> list[str]:
    """Fill an empty database; gives the lines that tell how to sign in. Harmless when it is filled already."""
    lines = [
        "Demo company. Sign in with one of these; the password is the same for all:",
        "  Installer Admin  admin@demo.example",
        "  Installer        installer@demo.example  (looks after the bakery)",
        "  Observer         observer@demo.example  (sees the bakery, changes nothing)",
        f"  Owner            {OWNER}  (an end user: lets the company manage the depot, not the school)",
        f"  Subcontractor    {SUBCONTRACTOR}  (another company, with which a site can be shared)",
        f"  Password         {PASSWORD}",
        "To add: open a site, Add device, IP/Domain. The page lists the simulated devices' addresses.",
    ]
    try:
        admin = companies.set_up("Northlight Security", "Demo Admin", "admin@demo.example", PASSWORD)
    except Refused:
        return lines
    by = acting(admin.id, "", "demo")
    if by:
        bakery, depot, school = [sites.create(by, site | {"password_days": 0}) for site in SITES]
        for name, role in (("Installer", Role.INSTALLER), ("Observer", Role.OBSERVER)):
            Assignment.create(site=bakery, account=employee(admin, name, role))
        hand_over(by, depot, school)
        companies.create_company("Southern Cables", "Demo Subcontractor", SUBCONTRACTOR, PASSWORD)
    return lines


def hand_over(by: Principal, managed: Site, closed: Site) -> None:
    """Give both sites to one owner, who lets the company manage the first and has not yet been asked for the second."""
    to = invitations.Invited("Demo Owner", OWNER, "", "")
    for site in (managed, closed):
        _made, token = invitations.invite(by, site, to, Wanted(site is managed))
        if person := Account.by_email(OWNER):
            owner = acting(person.id, "", "demo")
            assert owner, "they have accepted just now"  # noqa: S101
            invitations.accept(token, owner)
        else:
            invitations.accept_as_new(token, to.name, OWNER, "", PASSWORD, "", "", "demo")
            if made := Account.by_email(OWNER):
                Session.end_others(made.id, None)


def employee(admin: Account, name: str, role: Role) -> Account:
    now = clock.now()
    return Account.create(
        company=admin.company_id,
        email=f"{name.lower()}@demo.example",
        name=f"Demo {name}",
        role=role,
        password_hash=admin.password_hash,
        password_changed_at=now,
        created_at=now,
    )


def write_fleet(data: Path, served: list[tuple[Any, str]]) -> None:
    """Note where the simulated devices are really served, for the add page."""
    fleet = [{"name": member.name, "address": address, "note": member.note} for member, address in served]
    (data / "simulated.json").write_text(json.dumps(fleet))


def read_fleet(data: Path) -> list[dict[str, str]]:
    """The simulated devices as they are served; nothing when they are not."""
    try:
        return list(json.loads((data / "simulated.json").read_text()))
    except (OSError, ValueError):
        return []
