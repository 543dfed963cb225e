"""The one who is signed in, as every room sees them: plain values, read by one statement a request."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.accounts.permissions import RIGHTS, Right


@dataclass(frozen=True, slots=True)
class Principal:
    id: int
    company_id: int
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

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    def may(self, right: Right) -> bool:
        return right in RIGHTS.get(self.role, frozenset())

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
