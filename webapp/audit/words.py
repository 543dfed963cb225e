"""What acts are called: one sentence for each, with %(who)s and %(what)s."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from babel.dates import format_datetime
from markupsafe import Markup

from webapp.audit.models import Act
from webapp.common.i18n import _, language, lazy, local


class Group(StrEnum):
    """Kinds of acts, as the log can be filtered by them."""

    SIGN_IN = "sign-in"
    SITES = "sites"
    DEVICES = "devices"
    CODES = "codes"
    HEALTH = "health"
    TEAM = "team"
    OWNERS = "owners"
    COMPANY = "company"


# group → (icon, word)
GROUPS = {
    Group.SIGN_IN: ("key", lazy("Sign-in")),
    Group.SITES: ("sites", lazy("Sites")),
    Group.DEVICES: ("camera", lazy("Devices")),
    Group.CODES: ("qr", lazy("Codes")),
    Group.HEALTH: ("shield", lazy("Health")),
    Group.TEAM: ("me", lazy("Team")),
    Group.OWNERS: ("home", lazy("Owners")),
    Group.COMPANY: ("info", lazy("Company")),
}

PHRASES = {
    Group.SIGN_IN: {
        "session.began": lazy("%(who)s signed in"),
        "session.ended": lazy("%(who)s ended a session"),
        "session.others_ended": lazy("%(who)s signed out everywhere else"),
        "password.changed": lazy("%(who)s changed their password"),
        "password.reset": lazy("%(who)s set a new password for %(what)s"),
        "account.edited": lazy("%(who)s changed their account"),
        "account.address_proved": lazy("%(who)s confirmed the e-mail address; a password from before has ended"),
        "responsibility.noted": lazy("%(who)s read the note on responsibility"),
        "second_factor.on": lazy("%(who)s turned on two-factor sign-in"),
        "second_factor.begun": lazy("%(who)s began to set up two-factor sign-in"),
        "second_factor.off": lazy("%(who)s turned off two-factor sign-in"),
        "second_factor.reset": lazy("%(who)s reset the two-factor sign-in of %(what)s"),
        "recovery_codes.made": lazy("%(who)s made new recovery codes"),
        "passkey.added": lazy("%(who)s added a passkey"),
        "passkey.removed": lazy("%(who)s removed a passkey"),
    },
    Group.SITES: {
        "site.added": lazy("%(who)s added the site %(what)s"),
        "site.edited": lazy("%(who)s changed the site %(what)s"),
        "site.deleted": lazy("%(who)s deleted the site %(what)s"),
        "subcontract.offered": lazy("%(who)s made a link to share %(what)s with another company"),
        "subcontract.withdrawn": lazy("%(who)s withdrew the link to share %(what)s with another company"),
        "subcontract.accepted": lazy("%(who)s accepted the sharing of %(what)s for another company"),
        "subcontract.ended": lazy("%(who)s ended the sharing of %(what)s with another company"),
        "subcontract.given_back": lazy("%(who)s gave %(what)s back, which was shared with another company"),
    },
    Group.DEVICES: {
        "device.added": lazy("%(who)s added %(what)s"),
        "device.edited": lazy("%(who)s changed the connection of %(what)s"),
        "device.deleted": lazy("%(who)s deleted %(what)s"),
        "device.type_set": lazy("%(who)s set the type of %(what)s"),
        "device.certificate_accepted": lazy("%(who)s accepted the changed certificate of %(what)s"),
        "device.replaced": lazy("%(who)s confirmed that another device stands in the place of %(what)s"),
        "device.reset_asked": lazy("%(who)s asked to reset the password of %(what)s"),
        "device.reset_approved": lazy("%(who)s allowed the password of %(what)s to be reset"),
        "device.reset_declined": lazy("%(who)s declined to have the password of %(what)s reset"),
        "device.reset_withdrawn": lazy("%(who)s withdrew the request to reset the password of %(what)s"),
    },
    Group.CODES: {
        "qr.made": lazy("%(who)s made a QR code of %(what)s"),
        "qr.deleted": lazy("%(who)s deleted a QR code of %(what)s"),
        "qr.labels_made": lazy("%(who)s made labels for %(what)s"),
        "qr.link_made": lazy("%(who)s made a hand-over link for %(what)s"),
        "qr.link_revoked": lazy("%(who)s revoked a hand-over link for %(what)s"),
        "qr.link_used": lazy("%(who)s took over %(what)s by a hand-over link"),
        "qr.scanned": lazy("%(who)s read a code"),
    },
    Group.HEALTH: {
        "device.monitoring_on": lazy("%(who)s turned on health monitoring of %(what)s"),
        "device.monitoring_off": lazy("%(who)s turned off health monitoring of %(what)s"),
        "device.maintenance_begun": lazy("%(who)s began maintenance of %(what)s"),
        "device.maintenance_ended": lazy("%(who)s ended maintenance of %(what)s"),
    },
    Group.TEAM: {
        "team.invited": lazy("%(who)s invited %(what)s to the team"),
        "team.invitation_resent": lazy("%(who)s sent %(what)s the invitation to the team again"),
        "team.invitation_withdrawn": lazy("%(who)s withdrew the invitation of %(what)s to the team"),
        "team.joined": lazy("%(who)s joined the team"),
        "team.role_changed": lazy("%(who)s changed the role of %(what)s"),
        "team.disabled": lazy("%(who)s disabled the account of %(what)s"),
        "team.enabled": lazy("%(who)s enabled the account of %(what)s"),
        "team.deleted": lazy("%(who)s deleted the account of %(what)s"),
        "team.assigned": lazy("%(who)s changed the assignment of %(what)s"),
        "team.admin_offered": lazy("%(who)s offered %(what)s the role of Installer Admin"),
        "team.admin_accepted": lazy("%(who)s accepted the role of Installer Admin"),
        "team.admin_declined": lazy("%(who)s declined the role of Installer Admin"),
        "team.admin_withdrawn": lazy("%(who)s took back the offer of the role of Installer Admin"),
        "team.reset_mailed": lazy("%(who)s sent %(what)s a link for a new password"),
        "team.viewing_began": lazy("%(who)s began to look at the pages of %(what)s"),
        "team.viewing_ended": lazy("%(who)s stopped looking at the pages of %(what)s"),
        "role.added": lazy("%(who)s added the role %(what)s"),
        "role.edited": lazy("%(who)s changed the role %(what)s"),
        "role.deleted": lazy("%(who)s deleted the role %(what)s"),
    },
    Group.OWNERS: {
        "owner.invited": lazy("%(who)s invited the owner of %(what)s"),
        "owner.invitation_resent": lazy("%(who)s sent the owner of %(what)s the invitation again"),
        "owner.invitation_withdrawn": lazy("%(who)s withdrew the invitation of the owner of %(what)s"),
        "owner.accepted": lazy("%(who)s accepted %(what)s as its owner"),
        "owner.declined": lazy("%(who)s declined to be the owner of %(what)s"),
        "authorization.asked": lazy("%(who)s asked for authorization of %(what)s"),
        "authorization.granted": lazy("%(who)s authorized the company at %(what)s"),
        "authorization.declined": lazy("%(who)s declined to authorize the company at %(what)s"),
        "authorization.withdrawn": lazy("%(who)s withdrew the request for authorization of %(what)s"),
        "authorization.revoked": lazy("%(who)s revoked the authorization of %(what)s"),
        "authorization.released": lazy("%(who)s gave back the authorization of %(what)s"),
        "permission.asked": lazy("%(who)s asked for permission at %(what)s"),
        "permission.withdrawn": lazy("%(who)s withdrew the request for permission at %(what)s"),
        "permission.granted": lazy("%(who)s gave permission at %(what)s"),
        "permission.declined": lazy("%(who)s declined permission at %(what)s"),
        "permission.released": lazy("%(who)s gave back the permission at %(what)s"),
        "permission.revoked": lazy("%(who)s revoked the permission at %(what)s"),
        "site.released": lazy("%(who)s released the company from %(what)s"),
        "site.shared": lazy("%(who)s shared %(what)s"),
        "site.share_ended": lazy("%(who)s ended the sharing of %(what)s"),
        "owner.link_made": lazy("%(who)s made a sign-in link for %(what)s"),
        "share.accepted": lazy("%(who)s accepted the sharing of %(what)s"),
        "share.withdrawn": lazy("%(who)s withdrew the invitation to share %(what)s"),
        "rental.ended": lazy("%(who)s ended the rental of %(what)s"),
        "service.paused": lazy("%(who)s paused the service of %(what)s"),
        "service.resumed": lazy("%(who)s resumed the service of %(what)s"),
        "pack.made": lazy("%(who)s made the handover pack of %(what)s"),
        "pack.edited": lazy("%(who)s changed the handover pack of %(what)s"),
        "pack.deleted": lazy("%(who)s deleted the handover pack of %(what)s"),
        "pack.photo_added": lazy("%(who)s added a photo to the handover pack of %(what)s"),
        "pack.photo_removed": lazy("%(who)s removed a photo from the handover pack of %(what)s"),
        "pack.link_made": lazy("%(who)s made a link to the handover pack of %(what)s"),
        "pack.link_revoked": lazy("%(who)s revoked a link to the handover pack of %(what)s"),
        "pack.signed": lazy("%(who)s had the handover pack of %(what)s signed on their device"),
    },
    Group.COMPANY: {
        "company.created": lazy("%(who)s created the company %(what)s"),
        "company.edited": lazy("%(who)s changed the company's details"),
        "second_factor.required": lazy("%(who)s changed whether two-factor sign-in is required"),
    },
}
GROUP_OF = {action: group for group, phrases in PHRASES.items() for action in phrases}

RENAMED = lazy("%(who)s renamed %(what)s")
OWN_RESET = lazy("%(who)s set a new password by a link")
EXTENDED = {
    "authorization.granted": lazy("%(who)s gave the company more time at %(what)s"),
    "permission.granted": lazy("%(who)s gave more time at %(what)s"),
}
OTHER = lazy("%(who)s: %(action)s %(what)s")

FIELDS = {
    "address": lazy("address"),
    "agent": lazy("browser"),
    "all": lazy("all devices in one code"),
    "app_name": lazy("app"),
    "app_url": lazy("link of the app"),
    "app_version": lazy("version of the app"),
    "city": lazy("city"),
    "codes": lazy("a code of each device"),
    "email": lazy("e-mail"),
    "encrypted": lazy("encrypted"),
    "host": lazy("IP address or domain"),
    "https": lazy("HTTPS"),
    "language": lazy("language"),
    "licence": lazy("licence number"),
    "logo": lazy("logo"),
    "model": lazy("model"),
    "name": lazy("name"),
    "page": lazy("the way to each device's page"),
    "password": lazy("password"),
    "password_days": lazy("reminder of password changes"),
    "phone": lazy("phone"),
    "port": lazy("port"),
    "reason": lazy("reason"),
    "region": lazy("state or region"),
    "rental": lazy("the devices are rented out"),
    "rights": lazy("rights"),
    "role": lazy("role"),
    "serial": lazy("serial number"),
    "type": lazy("type"),
    "until": lazy("end"),
    "username": lazy("user name"),
    "zone": lazy("time zone"),
    "notes": lazy("notes"),
    "requires_second_factor": lazy("two-factor sign-in for everybody"),
    "tested": lazy("what was tested"),
}
OWNERS_FIELDS = {"rental": lazy("the devices are rented")}  # what is let by the one is rented by the other
# What was typed at first is no change; nor is that it was done to a device.
BARE = {"device.added", "device.maintenance_begun", "service.paused", "service.resumed"}
OF_DEVICES = ("device.", "qr.", "permission.")


def actions_of(group: str) -> tuple[str, ...] | None:
    """The acts of a kind, none for a kind that is none; None: all of them, for ""."""
    return tuple(action for action, own in GROUP_OF.items() if own == group) if group else None


def icon_of(act: Act) -> str:
    return GROUPS[GROUP_OF[act.action]][0] if act.action in GROUP_OF else "info"


def phrase(act: Act) -> Any:
    if act.action == "device.edited" and act.changes == ("name",):
        return RENAMED
    if act.action == "password.reset" and act.actor_name == act.target_name:
        return OWN_RESET
    if is_extension(act):
        return EXTENDED[act.action]
    return PHRASES[GROUP_OF[act.action]][act.action] if act.action in GROUP_OF else OTHER


def is_extension(act: Act) -> bool:
    """Whether an owner gave more time to what had been granted already."""
    return act.action in EXTENDED and act.changes == ("until",)


def what(act: Act) -> str:
    """What it was done to. Of devices at a site that has not authorized the company nothing is told (decision 12)."""
    about_device = act.action.startswith(OF_DEVICES) and act.action != "qr.labels_made"
    about_device = about_device or (act.action.startswith("service.") and "device" in act.changes)
    return _("a device") if about_device and not act.open else act.target_name


def sentence(act: Act) -> str:
    """As plain text, "Ada Admin changed the connection of Camera 1"."""
    return str(told(act, str)).strip()


def markup(act: Act) -> Markup:
    """The same as HTML, with each name set apart so that one from right to left turns nothing around."""
    return Markup(told(act, Markup("<bdi>{}</bdi>").format, Markup)).strip()  # noqa: S704  (the phrases are our own)


def told(act: Act, name: Callable[[str], str], text: Callable[[str], str] = str) -> str:
    values = {"who": name(act.actor_name), "what": name(what(act)), "action": name(act.action)}
    return text(str(phrase(act))) % values


def fields(act: Act, for_owner: bool = False) -> str:
    """What was changed, in words: "password, user name"; never a value."""
    if act.action in BARE or is_extension(act) or phrase(act) is RENAMED:
        return ""
    named = FIELDS | OWNERS_FIELDS if for_owner else FIELDS
    return ", ".join(str(named.get(name, name.replace("_", " "))) for name in act.changes)


def exact(at: datetime, zone: str) -> str:
    """As "Nov 23, 2026, 2:03:12 PM", at a place."""
    return str(format_datetime(local(at, zone), "medium", locale=language()))
