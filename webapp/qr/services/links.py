"""Links that hand a device over: on the paper stands a token alone, and who has it must sign in to use it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token
from webapp.db import transaction
from webapp.devices.models import Device
from webapp.qr.models import QrLink
from webapp.qr.services import turns
from webapp.sites import services as sites

DAYS, USES = (1, 7, 30), (1, 5, 20)  # that a link may hold, and be used
TOKEN = 16  # bytes; half of what new_token() gives, so that the code has fewer and larger squares


class LinkState(StrEnum):
    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"


def find_link(token: str) -> QrLink | None:
    """The link with this token in whatever state, with `device` and `device.site`; None for a token that is none."""
    return QrLink.by_token(hash_token(token))


def state_of(link: QrLink) -> LinkState:
    """How the link stands now; of several reasons against it the one that a person decided first."""
    return standing(link, may_give(link.maker_id, link.device.site_id))


def standing(link: QrLink, given: bool) -> LinkState:
    if link.revoked_at or not given:
        return LinkState.REVOKED
    if link.uses >= link.most_uses:
        return LinkState.USED_UP
    return LinkState.OPEN if link.expires_at > clock.now() else LinkState.EXPIRED


def may_give(maker_id: int, site_id: int) -> bool:
    """Whether a maker of links may manage the devices of this site to this day (D12, Q6)."""
    return sites.may_still(maker_id, Right.MANAGE_DEVICES, site_id, sites.Operation.PASS_ON)


def use_link(token: str, person: Principal) -> QrLink | None:
    """Take one of the link's uses for this person; None when none is left, or it was revoked or has expired.

    One statement decides, so of any number of parallel uses no more succeed than the link allows. Audited in the
    company that made the link.
    """
    with transaction():
        link = find_link(token)
        if link is None or not may_give(link.maker_id, link.device.site_id):
            return None
        if not QrLink.use(link.token_hash, clock.now()):
            return None
        audit.record(person, "qr.link_used", link.device)
    return link


def make(by: Principal, device: Device, days: int, uses: int) -> tuple[QrLink, str]:
    """A new link and its token, which is kept nowhere. `device` is one that find_device() gave.

    Raises Refused for a device that was received, TooMany.
    """
    if device.received:
        why = _("The device was handed to you by a link, so only whoever gave it to you can hand it on.")
        raise Refused(why, "received")
    turns.take(by)
    token, now = secrets.token_urlsafe(TOKEN), clock.now()
    with transaction():
        sites.hold(by, device.site_id, sites.Operation.PASS_ON)
        link = QrLink.create(
            device=device,
            made_at=now,
            maker_id=by.id,
            maker_name=by.name,
            token_hash=hash_token(token),
            expires_at=now + timedelta(days=days),
            most_uses=uses,
        )
        audit.record(by, "qr.link_made", device)
    return link, token


def of(device: Device) -> list[tuple[QrLink, LinkState]]:
    """The device's links and how each stands, the newest first."""
    found = QrLink.newest(device)
    given = {maker_id: may_give(maker_id, device.site_id) for maker_id in {link.maker_id for link in found}}
    return [(link, standing(link, given[link.maker_id])) for link in found]


def revoke(by: Principal, device: Device, link_id: int) -> None:
    """End a link now; harmless for one that has ended. Raises NotFound for another device's."""
    link = QrLink.of(device, link_id)
    if link is None:
        raise NotFound
    with transaction():
        if QrLink.revoke(link.id, clock.now()):
            audit.record(by, "qr.link_revoked", device)
