"""The permission matrix (spec §6), over every address of the app: what each sort of person is told at it.

`tests/matrix.txt` is the table, for a person to read; a route that is not in it fails. `python -m tests.test_matrix`
prints it anew after a change, to be looked through line by line before it is kept.

    y      gets in: whatever the form or the rule then says
    409    gets in, and a rule of the trade says no
    403    may see, and not do; or is none of the company's people
    404    it is not theirs, or there is none
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.client import Person
from tests.conftest import LAB, PASSWORD
from tests.factories import assign, make_company, make_device, make_employee, make_owner, make_role, make_site
from tests.handover.world_pack import telling_jpeg
from tests.team.world import make_invitation
from tests.test_routes import routes
from tests.world import make_probe, person, reset_token
from webapp import create_app
from webapp.accounts.models import Account, Company
from webapp.accounts.permissions import Right, Role
from webapp.accounts.principal import Principal
from webapp.accounts.services import companies
from webapp.accounts.services.acting import acting
from webapp.common import clock, jobs
from webapp.common.tokens import hash_token
from webapp.config import Settings
from webapp.db import database, migrate
from webapp.devices.models import Device, DevicePermission
from webapp.handover.models import HandoverPack, PackPhoto, Wanted
from webapp.handover.services import invitations, pack_links, packs, requests, sharing
from webapp.handover.services.invitations import Invited
from webapp.owners.services.people import make_link
from webapp.qr.record import DeviceRecord
from webapp.qr.services import codes, links, scanning
from webapp.sites.models import Site, SiteShare, Subcontract
from webapp.subcontract import services as subcontracts
from webapp.team.models import TeamInvitation

TABLE = Path(__file__).with_name("matrix.txt")
WHO = ("admin", "all", "assigned", "unassigned", "owner", "family", "guest", "stranger")
SAID = {403: "403", 404: "404", 409: "409"}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who asks, and what of: a site that its owner has authorized, with a device and all that hangs on both.

    The guest, who manages all sites of another company, asks of one that has no owner yet and is shared with them.
    """

    people: dict[str, Person]
    values: dict[str, Any]  # of an address, by name; one of a single endpoint as "endpoint name"
    shared: dict[str, Any]  # the same for the guest, where they differ

    def path(self, rule: Rule, who: str = "") -> str:
        values = self.values | self.shared if who == "guest" else self.values
        own = {name: values.get(f"{rule.endpoint} {name}", values.get(name)) for name in rule.arguments}
        given = {name: 1 if value is None else value for name, value in own.items()}
        adapter = rule.map.bind("localhost")  # type: ignore[union-attr]
        return str(adapter.build(rule.endpoint, given, method=min((rule.methods or set()) & {"GET", "POST"})))


def gather(app: Flask) -> Cast:
    company = companies.set_up("Northlight Security", "Ada Admin", "ada@example.com", PASSWORD).company
    every = make_role(company, "Every site", *Right)
    site = make_site(company, name="Bakery")
    device, owner, mine = make_device(site), make_owner(site), make_employee(company)
    family, somebody, southern = make_owner(), make_employee(company), make_company()
    emails = {
        "admin": "ada@example.com",
        "all": make_employee(company, Role.OWN, own_role=every).email,
        "assigned": mine.email,
        "unassigned": make_employee(company).email,
        "owner": owner.email,
        "family": family.email,
        "guest": make_employee(southern, Role.OWN, own_role=make_role(southern, "All", *Right)).email,
        "stranger": make_employee(make_company(), Role.INSTALLER_ADMIN).email,
    }
    assign(site, mine)
    people = {name: enter(app, email) for name, email in emails.items()}
    ids = {"site_id": site.id, "device_id": device.id, "account_id": somebody.id, "role_id": every.id, "kind": "png"}
    with app.test_request_context():
        return Cast(people, ids | hanging(company, device, owner, family), lent(company, southern))


def lent(company: Company, southern: Company) -> dict[str, Any]:
    """What a subcontractor meets at a site of the company that is shared with theirs."""
    boss = Account.get(Account.company == company.id, Account.role == Role.INSTALLER_ADMIN)
    by, site = person(company, boss), make_site(company)
    device = Device.get_by_id(make_device(site).id)
    made = packs.make(by, site, False)
    link, _token = links.make(by, device, 7, 1)
    Subcontract.create(
        site=site,
        company=southern,
        token_hash=hash_token("y" * 43),
        maker_id=boss.id,
        expires_at=clock.now() + timedelta(days=1),
    )
    found = {"site_id": site.id, "device_id": device.id, "pack_id": made.id, "qr.revoke_link link_id": link.id}
    return found | {"code_id": codes.make(by, device, None, 0).code.id}


def hanging(company: Company, device: Device, owner: Account, family: Account) -> dict[str, Any]:
    """Codes, links, requests, permissions, packs and invitations, and the names by which addresses know them."""
    boss = Account.get(Account.company == company.id, Account.role == Role.INSTALLER_ADMIN)
    device = Device.get_by_id(device.id)
    site = device.site
    by, theirs = person(company, boss), acting(owner.id, "", "")
    assert theirs
    share = SiteShare.create(site=site, account=family, shared_at=clock.now())
    invited, family_token = sharing.invite(theirs, site, "Aunt", "")
    DevicePermission.grant(device.id, company.id, "configuration", clock.now(), None)
    link, taking = links.make(by, device, 7, 1)
    joining = make_invitation(company, boss, "New")
    _made, handing = invitations.invite(by, make_site(company), Invited("Owner", "", "", "en"), Wanted(True))
    scanned = scanning.keep(by, site.id, (DeviceRecord("Gate", "203.0.113.24", 80, False, "admin", "nvr", "x"),))
    found = {
        "code_id": codes.make(by, device, None, 0).code.id,
        "share_id": share.id,
        "permission_id": DevicePermission.get().id,
        "request_id": requests.ask_permission(by, site, "", Wanted(False, ("playback",))).id,
        "place_id": 0,
        "qr.revoke_link link_id": link.id,
        "handover.withdraw_share invitation_id": invited.id,
        "invitation_id": TeamInvitation.get().id,
    }
    tokens = {"devices.probe": make_probe(boss, device, "test")} | dict.fromkeys(("qr.take", "qr.take_over"), taking)
    tokens |= dict.fromkeys(("qr.scanned", "qr.add_scanned", "qr.scanned_device"), scanned)
    tokens |= dict.fromkeys(("team.show_join", "team.join"), joining)
    tokens |= dict.fromkeys(("handover.show_join", "handover.join"), family_token)
    sharing_link = subcontracts.offer(by, make_site(company), 4)[1]
    tokens |= dict.fromkeys(("subcontract.show_invitation", "subcontract.accept"), sharing_link)
    tokens |= dict.fromkeys(("handover.answer", "handover.accept", "handover.decline"), handing)
    tokens |= dict.fromkeys(("accounts.show_reset", "accounts.reset"), reset_token(boss))
    tokens |= dict.fromkeys(("owners.show_link", "owners.use_link"), make_link(owner))
    unknown = {"token": "x" * 43}
    return found | unknown | {f"{name} token": token for name, token in tokens.items()} | papers(by, site)


def papers(by: Principal, site: Site) -> dict[str, Any]:
    """A pack that is signed, and for what changes one another that is not."""
    draft, signed = packs.make(by, site, False), packs.make(by, site, False)
    packs.add_photo(by, signed, BytesIO(telling_jpeg()), "")
    packs.sign(by, HandoverPack.get_by_id(signed.id), "Owner", [], HandoverPack.get_by_id(signed.id).version)
    link, token = pack_links.make(by, HandoverPack.get_by_id(signed.id))
    changing = ("ask_discard", "discard", "notes", "photo_add", "sign_form", "sign")
    found = {"pack_id": signed.id, "photo_id": PackPhoto.get().id, "handover.pack_link_revoke link_id": link.id}
    found |= {f"handover.pack_{what} pack_id": draft.id for what in changing}
    public = ("public", "public_document", "public_photo")
    return found | {f"handover.pack_{what} token": token for what in public}


def enter(app: Flask, email: str) -> Person:
    person = Person(app)
    assert person.post("/sign-in", email=email, password=PASSWORD).status_code == 303
    person.fetch_token()
    assert person.token
    return person


@contextmanager
def undone() -> Iterator[None]:
    """What is written within is taken back, so that each is asked of the same world."""
    with database.atomic() as around:
        yield
        around.rollback()


def said(person: Person, method: str, path: str, htmx: bool) -> str:
    token, cookie = person.token, person.client.get_cookie("sitehand")
    with undone():
        reply = person.get(path, htmx=htmx) if method == "GET" else person.post(path, htmx=htmx)
    assert cookie
    person.token = token
    person.client.set_cookie("sitehand", cookie.value)
    assert reply.status_code < 500, f"{method} {path}: {reply.status_code}"
    assert not (reply.status_code == 303 and reply.location.startswith("/sign-in?")), f"{method} {path}"
    return SAID.get(reply.status_code, "y")


def matrix(app: Flask, cast: Cast, htmx: bool = False) -> Iterator[tuple[str, ...]]:
    for method, rule, _view in routes(app):
        if rule.endpoint != "accounts.sign_out":
            yield (method, rule.rule, *(said(cast.people[who], method, cast.path(rule, who), htmx) for who in WHO))


def table(rows: list[tuple[str, ...]]) -> str:
    rows = [("", "", *WHO), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_everybody_is_told_what_the_matrix_says_at_every_address(app, htmx):
    found = table(list(matrix(app, gather(app), htmx)))
    assert found == TABLE.read_text(), "if this is meant: python -m tests.test_matrix > tests/matrix.txt"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = create_app(Settings(data=Path(folder), allowed_networks=LAB, log_level="ERROR"))
        migrate()
        database.connect(reuse_if_open=True)
        sys.stdout.write(table(list(matrix(made, gather(made)))))
        jobs.stop()
        assert Account.select().count()
