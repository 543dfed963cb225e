"""What each role may do: one table (R3). Which sites it may do it at is part of every query, in sites."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Right(StrEnum):
    MANAGE_ALL_SITES = "manage_all_sites"
    ADD_SITES = "add_sites"
    MANAGE_SITES = "manage_sites"
    MANAGE_DEVICES = "manage_devices"
    MANAGE_HEALTH = "manage_health"
    MANAGE_FIRMWARE = "manage_firmware"
    MANAGE_EXCEPTIONS = "manage_exceptions"
    MANAGE_LINKAGE = "manage_linkage"
    MANAGE_TEAM = "manage_team"


class Role(StrEnum):
    INSTALLER_ADMIN = "installer_admin"
    INSTALLER = "installer"
    OBSERVER = "observer"
    OWN = "own"  # one that the company has made itself: accounts.models.CompanyRole
    OWNER = "owner"  # an end user, of no company


RIGHTS: dict[str, frozenset[Right]] = {
    Role.INSTALLER_ADMIN: frozenset(Right),
    Role.INSTALLER: frozenset(Right) - {Right.MANAGE_ALL_SITES, Right.MANAGE_TEAM},
    Role.OBSERVER: frozenset(),
    Role.OWN: frozenset(),
    Role.OWNER: frozenset(),
}
ADOPTING = (Right.ADD_SITES, Right.MANAGE_SITES, Right.MANAGE_DEVICES)  # each may ask an owner for their site (T8)
OFFERED = (Role.INSTALLER, Role.OBSERVER)  # beside those that the company has made


def read_rights(text: str) -> frozenset[Right]:
    """Rights as they are stored: their names with blanks between; a name that is none any more is left out."""
    return frozenset(Right(name) for name in text.split() if name in Right.__members__.values())


def write_rights(rights: Iterable[Right]) -> str:
    return " ".join(sorted(rights))


def rights_of(role: str, own: str | None) -> frozenset[Right]:
    """What a person may do; `own` are the stored rights of a role that the company has made."""
    return read_rights(own or "") if role == Role.OWN else RIGHTS.get(role, frozenset())
