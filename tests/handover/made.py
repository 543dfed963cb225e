"""What people of the handover are, and what stands on its pages."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.audit.models import AuditEntry
from webapp.handover.services import authorization
from webapp.sites.models import Site

# who may ask an owner for something, and what the others are told
askers = pytest.mark.parametrize(
    ("role", "assigned", "status"),
    [(Role.OBSERVER, True, 403), (Role.INSTALLER, False, 404), (Role.INSTALLER, True, 303)],
)
LINK = re.compile(r'id="handover-link"[^>]*value="([^"]+)"')


def principal(account: Account) -> Principal:
    found = acting(account.id, "127.0.0.1", "a phone")
    assert found
    return found


def fresh(site: Site) -> Site:
    """As it stands in the database now."""
    return Site.get_by_id(site.id)


def link_in(page: str) -> str:
    found = LINK.search(page)
    assert found, "no link to copy"
    return unescape(found[1])


def token_in(page: str) -> str:
    return urlsplit(link_in(page)).path.removeprefix("/handover/")


def acts(*rooms: str) -> list[str]:
    """Names of what was done, the first one first, as far as it begins so."""
    found = AuditEntry.select().order_by(AuditEntry.id)
    return [row.action for row in found if row.action.startswith(rooms)]


def rent(site: Site, owner: Account) -> Site:
    """The owner has accepted that its devices are rented."""
    Site.hand_to(site.id, owner.id, site.created_at, rental=True)
    authorization.authorize(principal(owner), fresh(site), None)
    return fresh(site)
