"""The team of tests/world.py: people in every state, roles, invitations."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import assign, make_employee, make_role
from tests.team.things import make_holder
from webapp.accounts.models import Account, Company
from webapp.accounts.permissions import Right, Role
from webapp.common import clock
from webapp.common.tokens import hash_token, new_token
from webapp.sites.models import Site
from webapp.team.models import AdminOffer, Answer, TeamInvitation


def team_pages(company: Company, admin: Account, sites: dict[str, Site], names: dict[str, str]) -> dict[str, str]:
    """`names` and `sites` are those of the world: each name is a person's and a role's too. "join …" is public."""
    now = clock.now()
    people = {key: make_employee(company, name=name[:128], disabled_at=None) for key, name in names.items()}
    gone = make_employee(company, Role.OBSERVER, name="Di Disabled", disabled_at=now)
    roles = {
        key: make_role(company, name[:64], Right.MANAGE_SITES, Right.MANAGE_ALL_SITES) for key, name in names.items()
    }
    desk = make_holder(roles["markup"], name=names["markup"][:128])
    for site in sites.values():
        for account, until in ((people["markup"], None), (people["unbroken"], now + timedelta(hours=3))):
            assign(site, account, until=until)
        assign(site, people["rtl"], until=now)
    for n in range(50):
        make_employee(company, name=f"Employee {n:02}")
    tokens = {key: make_invitation(company, admin, names[key]) for key in ("markup", "unbroken")}
    make_invitation(company, admin, "Expired", expires_at=now)
    used = {"answer": Answer.ACCEPTED, "answered_at": now}
    AdminOffer.create(
        company=company,
        maker=admin,
        taker=people["markup"],
        role=Role.INSTALLER,
        made_at=now,
        expires_at=now + timedelta(days=3),
    )
    make_invitation(company, admin, "Used", **used)
    pages = {
        "team": "/team",
        "team, page 2": "/team?page=2",
        "team, invited": "/team?show=invited",
        "team, disabled": "/team?show=disabled",
        "team invite": f"/team/invite?role=installer&sites={sites['full'].id}",
        "team roles": "/team/roles",
        "team new role": "/team/roles/new",
        "team admin": "/team/admin",
    }
    for key in ("markup", "unbroken"):
        at = f"/team/{people[key].id}"
        rests = ("", "/role", "/sites", "/disable", "/delete")
        pages |= {f"employee {key} {rest}".replace(" /", " ").strip(): f"{at}{rest}" for rest in rests}
        pages |= {f"site {key} managers": f"/sites/{sites[key].id}/managers", f"join {key}": f"/join/{tokens[key]}"}
        pages |= {f"role {key}": f"/team/roles/{roles[key].id}"}
    pages |= {"role, delete": f"/team/roles/{roles['unbroken'].id}/delete"}
    return pages | {"employee disabled": f"/team/{gone.id}", "employee desk": f"/team/{desk.id}"}


PUBLIC = ("join markup", "join unbroken")


def make_invitation(company: Company, admin: Account, name: str, **values: object) -> str:
    """Gives its token."""
    token, now = new_token(), clock.now()
    given = {"company": company, "maker_id": admin.id, "maker_name": admin.name, "made_at": now, "sent_at": now}
    given |= {"name": name[:128], "email": f"{len(name)}{name[:1].strip('<')}@example.com", "role": Role.INSTALLER}
    given |= {"expires_at": now + timedelta(hours=72), "token_hash": hash_token(token)}
    TeamInvitation.create(**given | values)
    return token
