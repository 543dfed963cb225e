"""Every route that changes something leaves exactly one row in the audit log (Z40): the table, and that it is so.

A name is an endpoint, or one with a word for the case. Each deed is posted to the same world, by somebody who may, with
a form that succeeds; `after` names the deeds that come before it. Two rows are two deeds: whoever accepts an invitation
as a new person is signed in, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from peewee import fn
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests import deeds as hand
from tests.accounts.pictures import png
from tests.client import Person
from tests.conftest import PASSWORD
from tests.deeds import Given, Scene
from tests.mailbox import Mailbox
from tests.subcontract.deeds import lent_site, offered_site, shareable_site
from tests.test_matrix import Cast, gather, undone
from tests.test_routes import routes
from webapp.accounts.models import Account, Passkey
from webapp.accounts.services import sessions
from webapp.audit.models import AuditEntry
from webapp.common import clock
from webapp.db import transaction
from webapp.handover.models import AccessRequest


@dataclass(frozen=True, slots=True)
class Deed:
    who: str  # one of the cast; "" for somebody who is not signed in
    given: Given | Callable[[Scene], Given]
    rows: tuple[str, ...]
    after: tuple[str, ...]
    again: tuple[str, ...]  # rows that the same form leaves when it is sent once more


def deed(who: str, given: Any, *rows: str, after: tuple[str, ...] = (), again: bool | tuple[str, ...] = ()) -> Deed:
    """`again`: True where it is done once more: another code, another link, an hour more."""
    return Deed(who, given, rows, after, rows if again is True else again or ())


def sign_in_too(account: Account) -> Given:
    assert sessions.begin(account, "127.0.0.1", "")
    return {}


NEW = "Another-ladder-8"
JOINING = {"name": "Bo Begin", "email": "bo@example.com", "password": PASSWORD}
ADA = {"email": "ada@example.com", "password": PASSWORD}
WHY = {"reason": "The gate camera is dark"}
REQUEST = hand.newest(AccessRequest, "request_id")
ANSWER = lambda scene: REQUEST(scene) | {"hours": "asked"}  # noqa: E731
UNAUTHORIZED = ("handover.revoke", "handover.ask_authorization")
ADOPTED = ("handover.part_from", "handover.ask_adoption")

DEEDS = {
    # What nobody asks about afterwards: a meter, a question to a device, a challenge, a link that is mailed.
    "accounts.rate_password": deed("", {"password": "x"}),
    "accounts.offer_passkey": deed("admin", {}),
    "accounts.ask_for_passkey": deed("", {}),
    "accounts.forgot": deed("", {"email": "ada@example.com"}),
    "owners.ask_link": deed("", {"email": "ada@example.com"}),
    "devices.check": deed("admin", {}),
    "devices.test_address": deed("admin", hand.NEW_DEVICE),
    "accounts.sign_in half way": deed("", hand.with_factor),
    # A subcontractor
    "subcontract.offer": deed("admin", shareable_site, "subcontract.offered", again=True),
    "subcontract.accept": deed("stranger", {}, "subcontract.accepted"),
    "subcontract.end": deed("admin", lent_site, "subcontract.ended"),
    "subcontract.end a link": deed("admin", offered_site, "subcontract.withdrawn"),
    "subcontract.leave": deed("guest", {}, "subcontract.given_back"),
    # Setting up stands below: it wants an empty database.
    # One's own account
    "owners.choose_first_password": deed("owner", hand.without_password, "password.changed"),
    "accounts.choose_language": deed("admin", {"language": "de"}, "account.edited"),
    "accounts.change_password": deed("admin", {"current": PASSWORD, "new": NEW}, "password.changed"),
    "accounts.add_passkey": deed("admin", hand.passkey_made, "passkey.added"),
    "accounts.remove_passkey": deed(
        "admin", hand.newest(Passkey, "passkey_id"), "passkey.removed", after=("accounts.add_passkey",)
    ),
    "accounts.begin_second_factor": deed("admin", {}, "second_factor.begun", again=True),
    "accounts.confirm_second_factor": deed("admin", hand.begun_factor, "second_factor.on"),
    "accounts.renew_recovery_codes": deed("admin", hand.recovery_code, "recovery_codes.made"),
    "accounts.turn_off_second_factor": deed("admin", hand.recovery_code, "second_factor.off"),
    "accounts.require_second_factor": deed(
        "admin", {"on": "1"}, "second_factor.required", after=("accounts.add_passkey",)
    ),
    "accounts.end_session": deed("admin", hand.another_session, "session.ended"),
    "accounts.end_other_sessions": deed("admin", hand.another_session, "session.others_ended"),
    "accounts.reset": deed("", {"password": NEW}, "password.reset"),
    "accounts.reset unproved": deed("", hand.owners_reset, "account.address_proved", "password.reset"),
    # Signing in and out
    "accounts.sign_in": deed("", ADA, "session.began", again=("session.began", "session.ended")),
    "accounts.sign_in again": deed("admin", ADA, "session.began", "session.ended", again=True),
    "accounts.enter_code": deed("", hand.waiting_for_code, "session.began"),
    "accounts.enter_recovery_code": deed("", hand.waiting_for_recovery_code, "session.began"),
    "accounts.enter_passkey": deed("admin", hand.passkey_signed, "session.began"),
    "owners.use_link": deed("", {}, "account.address_proved", "session.began"),
    "owners.use_link proved": deed("", hand.proved_link, "session.began"),
    "accounts.sign_out": deed("admin", {}, "session.ended"),
    # The company
    "accounts.save_company": deed("admin", hand.company, "company.edited"),
    "accounts.save_logo": deed("admin", {"logo": png()}, "company.edited", again=True),
    "accounts.remove_logo": deed("admin", {}, "company.edited", after=("accounts.save_logo",)),
    # Sites
    "sites.add": deed("admin", {"name": "Depot", "zone": "UTC", "password_days": "0"}, "site.added"),
    "sites.save": deed("admin", hand.details, "site.edited"),
    "sites.delete": deed("admin", hand.free_site, "site.deleted"),
    # Devices
    "devices.add_address": deed("admin", hand.tested_device, "device.added"),
    "devices.add_address first": deed("admin", hand.first_device, "responsibility.noted", "device.added"),
    "devices.save_address": deed("admin", hand.connection, "device.edited"),
    "devices.accept_certificate": deed("admin", hand.changed_key, "device.certificate_accepted"),
    "devices.accept_replacement": deed("admin", hand.stranger, "device.replaced"),
    "devices.save_type": deed("admin", hand.unknown_type, "device.type_set"),
    "devices.delete": deed("admin", {}, "device.deleted"),
    "health.switch": deed("admin", {"on": "0"}, "device.monitoring_off"),
    "health.switch on": deed("admin", {"on": "1"}, "device.monitoring_on", after=("health.switch",)),
    "health.begin_silence": deed("admin", {"hours": "4"}, "device.maintenance_begun", again=True),
    "health.end_silence": deed("admin", {}, "device.maintenance_ended", after=("health.begin_silence",)),
    # Codes
    "qr.generate": deed("admin", {"understood": "y", "days": "30"}, "qr.made", again=True),
    "qr.delete_code": deed("admin", {}, "qr.deleted"),
    "qr.make_link": deed("admin", {"days": "7", "uses": "1"}, "qr.link_made", again=True),
    "qr.revoke_link": deed("admin", {}, "qr.link_revoked"),
    "qr.print_labels": deed("admin", hand.labels, "qr.labels_made", again=True),
    "qr.print_labels codes": deed("admin", hand.sealed_labels, "qr.made", "qr.labels_made", again=True),
    "qr.read": deed("admin", hand.code, "qr.scanned", again=True),
    "qr.add_scanned": deed("admin", hand.scanned_device, "device.added"),
    "qr.take_over": deed("stranger", hand.linked_device, "device.added", "qr.link_used"),
    # The team
    "team.send_invitation": deed("admin", JOINING | {"role": "installer"}, "team.invited"),
    "team.resend": deed("admin", {}, "team.invitation_resent", again=True),
    "team.withdraw": deed("admin", {}, "team.invitation_withdrawn"),
    "team.join": deed("", JOINING, "team.joined", "session.began"),
    "team.give_role": deed("admin", {"role": "observer", "seen": "observer"}, "team.role_changed"),
    "team.disable": deed("admin", {}, "team.disabled"),
    "team.enable": deed("admin", {}, "team.enabled", after=("team.disable",)),
    "team.delete": deed("admin", hand.typed_name, "team.deleted"),
    "team.reset_password": deed("admin", {}, "team.reset_mailed", again=True),
    "team.reset_second_factor": deed("admin", lambda scene: sign_in_too(scene.somebody), "second_factor.reset"),
    "team.assign": deed("admin", hand.managers, "team.assigned"),
    "team.assign_sites": deed("admin", hand.sites_of_somebody, "team.assigned"),
    "team.view": deed("admin", {}, "team.viewing_began"),
    "team.stop_viewing": deed("admin", {}, "team.viewing_ended", after=("team.view",)),
    "team.add_role": deed("admin", {"name": "Night shift", "rights": ["manage_devices"]}, "role.added"),
    "team.save_role": deed("admin", hand.renamed_role, "role.edited"),
    "team.delete_role": deed("admin", hand.unused_role, "role.deleted"),
    "team.offer_admin": deed("admin", hand.taker, "team.admin_offered", again=True),
    "team.accept_admin": deed("assigned", {"password": PASSWORD}, "team.admin_accepted", after=("team.offer_admin",)),
    "team.decline_admin": deed("assigned", {}, "team.admin_declined", after=("team.offer_admin",)),
    "team.withdraw_admin": deed("admin", {}, "team.admin_withdrawn", after=("team.offer_admin",)),
    # Handing a site over
    "handover.send": deed("admin", hand.invitation, "owner.invited", again=True),
    "handover.resend": deed("admin", hand.invited_site, "owner.invitation_resent", again=True),
    "handover.withdraw": deed("admin", hand.invited_site, "owner.invitation_withdrawn"),
    "handover.accept": deed("", JOINING, "owner.accepted", "session.began"),
    "handover.accept signed in": deed("owner", {}, "owner.accepted"),
    "handover.decline": deed("", {}, "owner.declined"),
    # What a company asks, and what the owner answers
    "handover.ask_authorization": deed("admin", WHY, "authorization.asked", after=("handover.revoke",)),
    "handover.ask_permission": deed(
        "admin", {"live_view": "y", "which": "all"}, "permission.asked", after=("handover.withdraw_request",)
    ),
    "handover.ask_password_reset": deed("admin", WHY, "device.reset_asked"),
    "handover.ask_adoption": deed(
        "stranger", hand.wandering_site, "authorization.asked", after=("handover.part_from",)
    ),
    "handover.withdraw_request": deed("admin", {}, "permission.withdrawn"),
    "handover.withdraw_request authorization": deed("admin", REQUEST, "authorization.withdrawn", after=UNAUTHORIZED),
    "handover.withdraw_request reset": deed(
        "admin", REQUEST, "device.reset_withdrawn", after=("handover.ask_password_reset",)
    ),
    "handover.withdraw_request adoption": deed("stranger", REQUEST, "authorization.withdrawn", after=ADOPTED),
    "handover.allow": deed("owner", {"hours": "asked"}, "permission.granted"),
    "handover.allow authorization": deed("owner", ANSWER, "authorization.granted", after=UNAUTHORIZED),
    "handover.allow reset": deed("owner", ANSWER, "device.reset_approved", after=("handover.ask_password_reset",)),
    "handover.allow adoption": deed("owner", ANSWER, "authorization.granted", after=ADOPTED),
    "handover.refuse": deed("owner", {}, "permission.declined"),
    "handover.refuse authorization": deed("owner", REQUEST, "authorization.declined", after=UNAUTHORIZED),
    "handover.refuse reset": deed("owner", REQUEST, "device.reset_declined", after=("handover.ask_password_reset",)),
    "handover.refuse adoption": deed("owner", REQUEST, "authorization.declined", after=ADOPTED),
    # What an owner decides, and a company gives back
    "handover.authorize": deed("owner", {"hours": "0"}, "authorization.granted", after=("handover.revoke",)),
    "handover.extend": deed("owner", hand.ending, "authorization.granted", again=True),
    "handover.revoke": deed("owner", {}, "authorization.revoked"),
    "handover.extend_permission": deed("owner", hand.ending, "permission.granted", again=True),
    "handover.revoke_permission": deed("owner", {}, "permission.revoked"),
    "handover.part_from": deed("owner", hand.owned_name, "site.released"),
    "handover.release": deed("admin", {}, "authorization.released"),
    "handover.release_permission": deed("admin", {}, "permission.released"),
    "handover.share": deed("owner", {"name": "Uncle"}, "site.shared", again=True),
    "handover.withdraw_share": deed("owner", {}, "share.withdrawn"),
    "handover.end_share": deed("owner", {}, "site.share_ended"),
    "handover.join": deed("", JOINING, "share.accepted", "session.began"),
    "handover.join signed in": deed("", hand.another_owner, "share.accepted"),
    # Handover packs
    "handover.pack_make": deed("admin", {}, "pack.made", again=True),
    "handover.pack_notes": deed("admin", hand.notes, "pack.edited"),
    "handover.pack_notes and photo": deed(
        "admin", hand.notes_and_photo, "pack.edited", "pack.photo_added", again=("pack.photo_added",)
    ),
    "handover.pack_photo_add": deed("admin", {"photo": hand.JPEG}, "pack.photo_added", again=True),
    "handover.pack_photo_remove": deed(
        "admin", hand.photo_of_draft, "pack.photo_removed", after=("handover.pack_photo_add",)
    ),
    "handover.pack_sign": deed("admin", hand.signature, "pack.signed"),
    "handover.pack_discard": deed("admin", {}, "pack.deleted"),
    "handover.pack_link_make": deed("admin", {}, "pack.link_made", again=True),
    "handover.pack_link_revoke": deed("owner", {}, "pack.link_revoked"),
}


@pytest.fixture
def settings() -> Iterator[dict[str, Any]]:
    with Mailbox() as mailbox:
        yield {"mail_url": mailbox.url, "base_url": "http://localhost"}


def posts(app: Flask) -> list[Rule]:
    return [rule for method, rule, _view in routes(app) if method == "POST"]


def test_the_table_has_every_post_route_and_no_other(app):
    assert {name.partition(" ")[0] for name in DEEDS} | {"accounts.set_up"} == {rule.endpoint for rule in posts(app)}


def test_every_deed_leaves_its_rows(app):
    cast, rules = gather(app), posts(app)
    Account.update(responsible_at=clock.now()).execute()
    cases = [(name, rule) for rule in rules for name in DEEDS if name.partition(" ")[0] == rule.endpoint]
    wrong = {f"{name} at {rule.rule}": found for name, rule in cases if (found := check(app, cast, name, rule))}
    assert not wrong, "\n" + "\n".join(f"{name}: {found}" for name, found in wrong.items())


def check(app: Flask, cast: Cast, name: str, rule: Rule) -> str:
    """What is wrong with the rows of a deed, sent once and once more; "" when nothing is."""
    one = DEEDS[name]
    with transaction(), undone():  # a job that runs beside it waits
        for earlier in one.after:
            assert is_done(ready(app, cast, earlier, rule_of(app, earlier))()), f"{earlier}, before {name}"
        send = ready(app, cast, name, rule)
        (reply, first), (other, second) = left(send), left(send)
    if not is_done(reply) or first != one.rows:
        return f"{reply.status_code} leaves {first}, not {one.rows}"
    well = other.status_code < 500 and second == one.again
    return "" if well else f"sent once more, {other.status_code} leaves {second}, not {one.again}"


def rule_of(app: Flask, endpoint: str) -> Rule:
    return next(rule for rule in posts(app) if rule.endpoint == endpoint)


def ready(app: Flask, cast: Cast, name: str, rule: Rule) -> Callable[[], TestResponse]:
    """All but the deed itself, which is done by calling what this gives."""
    one = DEEDS[name]
    scene = Scene(app, cast, browser(app, cast, one.who))
    given = dict(one.given(scene) if callable(one.given) else one.given)
    person = given.pop("person", scene.person)
    at = {f"{rule.endpoint} {key}": given.pop(key) for key in rule.arguments & given.keys()}
    path = replace(cast, values=cast.values | at).path(rule, one.who)
    return lambda: person.post(path, **{key: as_file(value) for key, value in given.items()})


def as_file(value: Any) -> Any:
    return (BytesIO(value), "picture") if isinstance(value, bytes) else value


def browser(app: Flask, cast: Cast, who: str) -> Person:
    """Another window of theirs: what it does to its cookies stays there."""
    made = Person(app)
    if who and (cookie := cast.people[who].client.get_cookie("sitehand")):
        made.client.set_cookie("sitehand", cookie.value)
        made.token = cast.people[who].token
    return made


def left(send: Callable[[], TestResponse]) -> tuple[TestResponse, tuple[str, ...]]:
    """The answer, and the rows that have come meanwhile, the first one first."""
    last = AuditEntry.select(fn.MAX(AuditEntry.id)).scalar() or 0
    reply = send()
    new = AuditEntry.select(AuditEntry.action).where(AuditEntry.id > last).order_by(AuditEntry.id)
    return reply, tuple(row.action for row in new)


def is_done(reply: TestResponse) -> bool:
    return reply.status_code in {200, 204, 303} and not (reply.location or "").startswith("/sign-in?")


def test_setting_up_leaves_its_rows(app, anyone):
    send = lambda: anyone.post("/setup", company="Northlight", **JOINING)  # noqa: E731
    reply, rows = left(send)
    assert is_done(reply) and rows == ("company.created", "session.began")
    assert left(send)[1] == ()
