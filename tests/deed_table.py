"""The table of tests/test_audit_rows.py: which rows each deed leaves in the audit log.

A name is an endpoint, or one with a word for the case. `after` names the deeds that come before it. Two rows are two
deeds: whoever accepts an invitation as a new person is signed in, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests import deeds as hand
from tests.accounts.pictures import png
from tests.conftest import PASSWORD
from tests.deeds import Given, Scene
from tests.handover.deeds import notes, notes_and_photo, photo_of_draft, rented, signature
from tests.subcontract.deeds import lent_site, offered_site, shareable_site
from webapp.accounts.models import Account, Passkey
from webapp.accounts.services import sessions
from webapp.handover.models import AccessRequest


@dataclass(frozen=True, slots=True)
class Deed:
    who: str  # one of the cast; "" for somebody who is not signed in
    given: Given | Callable[[Scene], Given]
    rows: tuple[str, ...]
    after: tuple[str, ...]
    again: tuple[str, ...]  # rows that the same form leaves when it is sent once more


def deed(who: str, given: Any, *rows: str, after: tuple[str, ...] = (), again: bool | tuple[str, ...] = ()) -> Deed:
    """`again`: True where it is done once more: another code, another link."""
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
WITH_PASSKEY, RESET_ASKED = ("accounts.add_passkey",), ("handover.ask_password_reset",)
RELEASED = ("handover.part_from",)
ADOPTED = (*RELEASED, "handover.ask_adoption")

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
    "accounts.remove_passkey": deed("admin", hand.newest(Passkey, "passkey_id"), "passkey.removed", after=WITH_PASSKEY),
    "accounts.begin_second_factor": deed("admin", {}, "second_factor.begun", again=True),
    "accounts.confirm_second_factor": deed("admin", hand.begun_factor, "second_factor.on"),
    "accounts.renew_recovery_codes": deed("admin", hand.recovery_code, "recovery_codes.made"),
    "accounts.turn_off_second_factor": deed("admin", hand.recovery_code, "second_factor.off"),
    "accounts.require_second_factor": deed("admin", {"on": "1"}, "second_factor.required", after=WITH_PASSKEY),
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
    "handover.ask_adoption": deed("stranger", hand.wandering_site, "authorization.asked", after=RELEASED),
    "handover.withdraw_request": deed("admin", {}, "permission.withdrawn"),
    "handover.withdraw_request authorization": deed("admin", REQUEST, "authorization.withdrawn", after=UNAUTHORIZED),
    "handover.withdraw_request reset": deed("admin", REQUEST, "device.reset_withdrawn", after=RESET_ASKED),
    "handover.withdraw_request adoption": deed("stranger", REQUEST, "authorization.withdrawn", after=ADOPTED),
    "handover.allow": deed("owner", {"hours": "asked"}, "permission.granted"),
    "handover.allow authorization": deed("owner", ANSWER, "authorization.granted", after=UNAUTHORIZED),
    "handover.allow reset": deed("owner", ANSWER, "device.reset_approved", after=RESET_ASKED),
    "handover.allow adoption": deed("owner", ANSWER, "authorization.granted", after=ADOPTED),
    "handover.refuse": deed("owner", {}, "permission.declined"),
    "handover.refuse authorization": deed("owner", REQUEST, "authorization.declined", after=UNAUTHORIZED),
    "handover.refuse reset": deed("owner", REQUEST, "device.reset_declined", after=RESET_ASKED),
    "handover.refuse adoption": deed("owner", REQUEST, "authorization.declined", after=ADOPTED),
    # What an owner decides, and a company gives back
    "handover.authorize": deed("owner", {"hours": "0"}, "authorization.granted", after=("handover.revoke",)),
    "handover.extend": deed("owner", hand.ending, "authorization.granted"),
    "handover.revoke": deed("owner", {}, "authorization.revoked"),
    "handover.extend_permission": deed("owner", hand.ending, "permission.granted"),
    "handover.revoke_permission": deed("owner", {}, "permission.revoked"),
    "handover.part_from": deed("owner", hand.owned_name, "site.released"),
    "handover.part_from rented": deed("owner", rented, "site.released", "device.deleted"),
    "handover.release": deed("admin", {}, "authorization.released"),
    "handover.release rented": deed("admin", rented, "device.deleted", "authorization.released"),
    "handover.release closed": deed("admin", rented, "device.deleted", "rental.ended", after=("handover.revoke",)),
    "handover.pause": deed("admin", rented, "service.paused"),
    "handover.resume": deed("admin", {}, "service.resumed", after=("handover.pause",)),
    "handover.pause_device": deed("admin", rented, "service.paused"),
    "handover.resume_device": deed("admin", {}, "service.resumed", after=("handover.pause_device",)),
    "handover.release_permission": deed("admin", {}, "permission.released"),
    "handover.share": deed("owner", {"name": "Uncle"}, "site.shared", again=True),
    "handover.withdraw_share": deed("owner", {}, "share.withdrawn"),
    "handover.end_share": deed("owner", {}, "site.share_ended"),
    "handover.join": deed("", JOINING, "share.accepted", "session.began"),
    "handover.join signed in": deed("", hand.another_owner, "share.accepted"),
    # Handover packs
    "handover.pack_make": deed("admin", {}, "pack.made", again=True),
    "handover.pack_notes": deed("admin", notes, "pack.edited"),
    "handover.pack_notes and photo": deed(
        "admin", notes_and_photo, "pack.edited", "pack.photo_added", again=("pack.photo_added",)
    ),
    "handover.pack_photo_add": deed("admin", {"photo": hand.JPEG}, "pack.photo_added", again=True),
    "handover.pack_photo_remove": deed(
        "admin", photo_of_draft, "pack.photo_removed", after=("handover.pack_photo_add",)
    ),
    "handover.pack_sign": deed("admin", signature, "pack.signed"),
    "handover.pack_discard": deed("admin", {}, "pack.deleted"),
    "handover.pack_link_make": deed("admin", {}, "pack.link_made", again=True),
    "handover.pack_link_revoke": deed("owner", {}, "pack.link_revoked"),
}
