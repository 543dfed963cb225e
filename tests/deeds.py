"""The hands of tests/deed_table.py: what must be there before a deed, made without the deed itself.

Each takes a Scene and gives the fields of the form together with values of the address, by name; bytes are sent as a
file. `person` among them is who does it, where it is nobody of the cast.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyotp
from flask import Flask

from tests.accounts.factors import Authenticator, add_passkey, half_way, now, options_to_add, options_to_sign_in
from tests.client import Person
from tests.conftest import PASSWORD
from tests.factories import make_owner, make_role, make_site
from tests.handover.made import principal
from tests.handover.world_pack import telling_jpeg
from tests.test_matrix import Cast, enter
from tests.world import KEY, reset_token
from webapp.accounts.models import Account, SecondFactor, Session
from webapp.accounts.permissions import Right, Role
from webapp.accounts.principal import Principal
from webapp.accounts.services import second_factor, sessions
from webapp.common import clock
from webapp.devices.models import Device, DevicePermission, DeviceState, Probe, Status
from webapp.devices.models.probe import Intent
from webapp.devices.services import probing
from webapp.handover.models import HandoverPack, OwnerInvitation
from webapp.owners.services.people import make_link
from webapp.protocols.isapi.kinds import Kind
from webapp.qr.record import Carried, DeviceRecord
from webapp.qr.seal import seal
from webapp.qr.services import scanning
from webapp.sites.models import Assignment, Site
from webapp.team.services import assigning

Given = dict[str, Any]
JPEG = telling_jpeg()
INFO = {"model": "X", "serial": "S", "firmware": "V"}
FACTS = {"https": False, "pin": "", "ms": 3, "type": "network_camera", "info": INFO}
NEW_DEVICE = {"name": "Yard", "host": "127.0.0.9", "port": "80", "username": "admin", "password": "Kamera-123"}


@dataclass(frozen=True, slots=True)
class Scene:
    app: Flask
    cast: Cast
    person: Person  # who is about to do it

    @property
    def admin(self) -> Principal:
        return principal(Account.get(Account.email == "ada@example.com"))

    @property
    def site(self) -> Site:
        return Site.get_by_id(self.cast.values["site_id"])

    @property
    def device(self) -> Device:
        return Device.get_by_id(self.cast.values["device_id"])

    @property
    def owner(self) -> Principal:
        return principal(self.site.owner)

    @property
    def somebody(self) -> Account:
        return Account.get_by_id(self.cast.values["account_id"])

    @property
    def draft(self) -> HandoverPack:
        return HandoverPack.get_by_id(self.cast.values["handover.pack_sign pack_id"])


def without_password(scene: Scene) -> Given:
    Account.update(password_hash="").where(Account.id == scene.owner.id).execute()
    return {"email": "first@example.com", "new": "Another-ladder-8"}


def passkey_made(scene: Scene) -> Given:
    return {"name": "Phone", "credential": Authenticator().make(options_to_add(scene.person))}


def passkey_signed(scene: Scene) -> Given:
    key, visitor = add_passkey(scene.person), Person(scene.app)
    return {"person": visitor, "credential": key.sign(options_to_sign_in(visitor))}


def begun_factor(scene: Scene) -> Given:
    second_factor.begin(scene.admin)
    return {"code": now(authenticator(scene))}


def authenticator(scene: Scene) -> pyotp.TOTP:
    return pyotp.TOTP(SecondFactor.get(SecondFactor.account == scene.admin.id).secret)


def recovery_code(scene: Scene) -> Given:
    codes = second_factor.confirm(scene.admin, begun_factor(scene)["code"])
    return {"password": PASSWORD, "code": codes[0]}


def waiting_for_code(scene: Scene) -> Given:
    recovery_code(scene)
    return {"person": half_way(scene.app), "code": now(authenticator(scene), 1)}


def waiting_for_recovery_code(scene: Scene) -> Given:
    given = recovery_code(scene)
    return given | {"person": half_way(scene.app)}


def with_factor(scene: Scene) -> Given:
    recovery_code(scene)
    return {"email": "ada@example.com", "password": PASSWORD}


def another_session(scene: Scene) -> Given:
    token = sessions.sign_in("ada@example.com", PASSWORD, "127.0.0.1", "")
    assert token
    return {"session_id": Session.select().order_by(Session.id.desc()).first().id}


def owners_reset(scene: Scene) -> Given:
    """By an owner whose address nobody has proved: what was set up before ends, and that is a row of its own."""
    return {"token": reset_token(scene.site.owner), "password": "Another-ladder-8"}


def proved_link(scene: Scene) -> Given:
    Account.set_fields(scene.owner.id, email_proved_at=clock.now())
    return {"token": make_link(scene.site.owner)}


def company(scene: Scene) -> Given:
    version = str(scene.site.company.version)
    return {"name": "Northlight Two", "licence": "L-1", "app": "own", "version": version}


def details(scene: Scene) -> Given:
    site = scene.site
    return {"name": "Depot", "city": "Kiel", "password_days": "30", "version": str(site.version)}


def free_site(scene: Scene) -> Given:
    """One that has no owner."""
    made = make_site(scene.site.company, name="Depot")
    return {"site_id": made.id, "name": "Depot"}


def known(by: Principal, site: Site, typed: Given) -> None:
    """A test of this login has just ended well, so that nothing is asked once more."""
    given = {"token": f"known {by.id}", "company_id": by.company_id, "account_id": by.id, "site_id": site.id}
    key = probing.key_of(by.company_id, typed | {"port": int(typed["port"])})
    given |= {"intent": Intent.TEST, "login_key": key, "code": "ok", "facts": json.dumps(FACTS)}
    Probe.create(**given, created_at=clock.now())


def tested_device(scene: Scene) -> Given:
    known(scene.admin, scene.site, NEW_DEVICE)
    return NEW_DEVICE | {"key": "one form"}


def first_device(scene: Scene) -> Given:
    """Whoever adds their first one has read the note on responsibility beside it."""
    Account.update(responsible_at=None).where(Account.id == scene.admin.id).execute()
    return tested_device(scene)


def scanned_device(scene: Scene) -> Given:
    known(scene.admin, scene.site, NEW_DEVICE)
    read = DeviceRecord("Yard", "127.0.0.9", 80, False, "admin", "", "Kamera-123")
    return {"token": scanning.keep(scene.admin, None, (read,)), "site": str(scene.site.id), "tick": "0"}


def linked_device(scene: Scene) -> Given:
    """Taken over by somebody of another company."""
    others = Account.select().where(Account.company != scene.admin.company_id)
    stranger = others.where(Account.role == Role.INSTALLER_ADMIN).get()
    museum = make_site(stranger.company, name="Museum")
    device = scene.device
    typed = {name: getattr(device, name) for name in ("host", "port", "username", "password")}
    known(principal(stranger), museum, typed)
    return {"site": str(museum.id)}


def code(scene: Scene) -> Given:
    device = DeviceRecord("Gate", "203.0.113.25", 80, False, "admin", "nvr", None)
    return {"code": seal(Carried((device,), clock.now().replace(microsecond=0)), None)}


def connection(scene: Scene) -> Given:
    return NEW_DEVICE | {"version": str(scene.device.version)}


def changed_key(scene: Scene) -> Given:
    DeviceState.update(seen_key=KEY).where(DeviceState.device == scene.device.id).execute()
    return {"key": KEY}


def stranger(scene: Scene) -> Given:
    """Another device answers at the address."""
    facts = json.dumps({"serial": "S-2", "model": "M-2"})
    DeviceState.set(scene.device.id, clock.now(), Status.OTHER_DEVICE, reason="other_device", facts=facts)
    return {"serial": "S-2"}


def unknown_type(scene: Scene) -> Given:
    kind = {"type": Kind.UNKNOWN, "type_detected": Kind.UNKNOWN}
    Device.update(**kind).where(Device.id == scene.device.id).execute()
    return {"type": "nvr"}


def labels(scene: Scene) -> Given:
    return {"content": "page", "stock": "a4-21", "start": "1", "devices": [str(scene.device.id)]}


def sealed_labels(scene: Scene) -> Given:
    secret = "Stairway-to-roof-9"
    return labels(scene) | {"content": "codes", "stock": "a4-8", "password": secret, "repeat": secret, "days": "30"}


def newest(model: Any, name: str) -> Callable[[Scene], Given]:
    """The row that was made last is the one that the address names."""
    return lambda scene: {name: model.select().order_by(model.id.desc()).first().id}


def wandering_site(scene: Scene) -> Given:
    """The ID of a site that no company looks after."""
    return {"code": scene.site.code or "", "reason": "They have moved"}


def ending(scene: Scene) -> Given:
    """What the owner has allowed ends in an hour, and is to hold longer."""
    until = clock.now() + timedelta(hours=1)
    Site.update(authorized_until=until).execute()
    DevicePermission.update(until=until).execute()
    return {"hours": "4", "ends": until.isoformat()}


def another_owner(scene: Scene) -> Given:
    return {"person": enter(scene.app, make_owner().email)}


def invitation(scene: Scene) -> Given:
    return free_site(scene) | {"name": "Olga", "how": "qr", "language": "en", "site_information": "y"}


def invited_site(scene: Scene) -> Given:
    return {"site_id": OwnerInvitation.get().site_id}


def managers(scene: Scene) -> Given:
    return {"pick": str(scene.somebody.id), "seen": assigning.version_at(scene.admin, scene.site)}


def sites_of_somebody(scene: Scene) -> Given:
    return {"pick": str(scene.site.id), "seen": assigning.version_of(scene.admin, scene.somebody)}


def taker(scene: Scene) -> Given:
    """Who looks after the site is to be the Installer Admin."""
    offered = Assignment.get(Assignment.site == scene.site).account_id
    return {"taker": str(offered), "role": "installer", "password": PASSWORD}


def unused_role(scene: Scene) -> Given:
    return {"role_id": make_role(scene.site.company, "Nobody's").id}


def renamed_role(scene: Scene) -> Given:
    return {"name": "Everywhere", "rights": [str(right) for right in Right]}


def typed_name(scene: Scene) -> Given:
    return {"name": scene.somebody.name}


def owned_name(scene: Scene) -> Given:
    return {"name": scene.site.name}
