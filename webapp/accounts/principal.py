"""The one who is signed in, as every room sees them: plain values, read by one statement a request."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.accounts.permissions import ADOPTING, Right, Role


@dataclass(frozen=True, slots=True)
class Principal:
    id: int
    company_id: int  # 0 for an owner, who belongs to none
    company_name: str
    name: str
    email: str
    role: str
    language: str  # "" for what the browser says
    session_id: int
    token: str  # of the session; in the signed cookie only
    responsible: bool  # has seen the responsibility notice (D14)
    address: str  # of the phone or browser
    agent: str
    rights: frozenset[Right] = frozenset()
    viewer: str = ""  # name of the Installer Admin who looks at what this person sees (R2); "" for the person

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    def may(self, *rights: Right) -> bool:
        """Whether one of the rights is theirs."""
        return not self.rights.isdisjoint(rights)

    @property
    def may_adopt(self) -> bool:
        return self.may(*ADOPTING)

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_admin(self) -> bool:
        return self.role == Role.INSTALLER_ADMIN

    @property
    def sees_all(self) -> bool:
        return self.may(Right.MANAGE_ALL_SITES)


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever sits at the server's command line."""

    company_id: int | None = None
    id: int | None = None
    name: str = "command line"
    address: str = ""
    agent: str = ""
