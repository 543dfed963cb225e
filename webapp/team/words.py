"""What rights, roles and invitations are called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from webapp.accounts import words as account_words
from webapp.accounts.permissions import Right, Role
from webapp.common.i18n import _, date_and_time, lazy

# right → (name, what it lets somebody do)
RIGHTS: dict[Right, tuple[Any, Any]] = {
    Right.MANAGE_ALL_SITES: (
        lazy("Manage all sites"),
        lazy("Sees every site of the company without being assigned. Includes managing assigned sites."),
    ),
    Right.ADD_SITES: (lazy("Add sites"), lazy("Adds new sites, and is assigned to them.")),
    Right.MANAGE_SITES: (
        lazy("Manage assigned sites"),
        lazy("Changes names and addresses of sites, hands them over, deletes them."),
    ),
    Right.MANAGE_DEVICES: (lazy("Manage devices"), lazy("Adds, edits and deletes devices, and makes their codes.")),
    Right.MANAGE_HEALTH: (
        lazy("Manage health monitoring"),
        lazy("Turns health monitoring on and off, and begins maintenance."),
    ),
    Right.MANAGE_FIRMWARE: (lazy("Manage firmware"), lazy("Uploads firmware and upgrades devices.")),
    Right.MANAGE_EXCEPTIONS: (lazy("Manage exceptions"), lazy("Decides what counts as an exception, and who is told.")),
    Right.MANAGE_LINKAGE: (lazy("Manage linkage"), lazy("Decides what happens by itself when something is detected.")),
    Right.MANAGE_TEAM: (
        lazy("Manage the team"),
        lazy("Invites and disables people, gives roles, assigns sites. Never gives more than they have."),
    ),
}

BUILT_IN = (
    (Role.INSTALLER_ADMIN, lazy("May do everything, at all sites. There is exactly one.")),
    (Role.INSTALLER, lazy("Does everything at the sites assigned to them, and adds new ones.")),
    (Role.OBSERVER, lazy("Looks at the sites assigned to them, and changes nothing.")),
)

STATES = {
    "expired": lazy("This invitation has expired."),
    "withdrawn": lazy("This invitation has been withdrawn."),
    "accepted": lazy("This invitation has been used already."),
}


def right_name(right: Right) -> str:
    return str(RIGHTS[right][0])


def right_names(rights: Iterable[Right]) -> str:
    return ", ".join(right_name(right) for right in Right if right in set(rights))


def role_called(role: str, own_name: str = "") -> str:
    """The role's name in the reader's language, or as the company has called it."""
    return own_name or account_words.role_name(role)


def until(moment: datetime, zone: str) -> str:
    """ "until 3 May 2026, 14:00" at a site."""
    return _("until %(moment)s", moment=date_and_time(moment, zone))
