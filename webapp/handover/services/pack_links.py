"""Links that show a signed pack to the owner, or to whoever the owner gives them: read only, and not for ever (T11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from webapp.accounts.permissions import Right
from webapp.accounts.principal import Principal
from webapp.audit import services as audit
from webapp.common import clock
from webapp.common.errors import Forbidden, NotFound, Refused
from webapp.common.i18n import _
from webapp.common.tokens import hash_token, new_token
from webapp.db import one_at_a_time, transaction
from webapp.handover.models import HandoverPack, PackLink
from webapp.sites import services as sites
from webapp.sites.services import Operation

GOOD_FOR = timedelta(days=90)
MOST_OPEN = 10  # of a pack


class LinkState(StrEnum):
    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"


def state_of(link: PackLink, now: datetime | None = None) -> LinkState:
    if link.revoked_at:
        return LinkState.REVOKED
    return LinkState.OPEN if link.expires_at > (now or clock.now()) else LinkState.EXPIRED


def make(by: Principal, pack: HandoverPack) -> tuple[PackLink, str]:
    """A new link and its token, which is kept nowhere. Raises Refused for a pack that is not signed."""
    if not pack.signed_at:
        raise Refused(_("This pack has not been signed yet."), "not_signed")
    token, now = new_token(), clock.now()
    with one_at_a_time(f"links of pack {pack.id}"):
        if PackLink.open_links(pack.id, now) >= MOST_OPEN:
            raise Refused(_("This pack has many links already. Revoke one of them."), "too_many")
        link = PackLink.create(
            pack=pack,
            token_hash=hash_token(token),
            made_at=now,
            maker_id=by.id,
            maker_name=by.name,
            expires_at=now + GOOD_FOR,
        )
        audit.record(by, "pack.link_made", pack.site)
    return link, token


def of(pack: HandoverPack) -> list[tuple[PackLink, LinkState]]:
    """The newest first."""
    return [(link, state_of(link)) for link in PackLink.newest(pack.id)]


def require_revoking(by: Principal, pack: HandoverPack) -> None:
    """An owner may end what shows their site; of a company, whoever may make links. Raises Forbidden, Refused."""
    if by.is_owner:
        return
    if not by.may(Right.MANAGE_SITES):
        raise Forbidden(_("Your role does not include this. Ask your Installer Admin."))
    sites.require(by, pack.site, Operation.EDIT)


def revoke(by: Principal, pack: HandoverPack, link_id: int) -> None:
    """End a link now; harmless for one that was revoked. Raises NotFound, Forbidden, Refused."""
    require_revoking(by, pack)
    if link_id not in {link.id for link in PackLink.newest(pack.id)}:
        raise NotFound
    with transaction():
        if PackLink.revoke(pack.id, link_id, clock.now()):
            audit.record(by, "pack.link_revoked", pack.site)


def find(token: str) -> PackLink:
    """The link in any state, with its pack and that pack's site. Raises NotFound for a token that is none."""
    link = PackLink.by_token(hash_token(token))
    if link is None:
        raise NotFound
    return link


def find_open(token: str) -> HandoverPack:
    """The pack of a link that holds. Raises NotFound otherwise: for what stands on its page."""
    link = find(token)
    if state_of(link) != LinkState.OPEN:
        raise NotFound
    return link.pack
