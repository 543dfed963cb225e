"""What each role may do: one table (R3). Which sites it may do it at is part of every query, in sites."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    MANAGE_ALL_SITES = "manage_all_sites"
    ADD_SITES = "add_sites"
    MANAGE_SITES = "manage_sites"
    MANAGE_DEVICES = "manage_devices"


class Role(StrEnum):
    INSTALLER_ADMIN = "installer_admin"
    INSTALLER = "installer"
    OBSERVER = "observer"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.INSTALLER_ADMIN: frozenset(Right),
    Role.INSTALLER: frozenset({Right.ADD_SITES, Right.MANAGE_SITES, Right.MANAGE_DEVICES}),
    Role.OBSERVER: frozenset(),
}
