"""Companies, people, their sessions, and how often somebody guessed, as rows."""

from webapp.accounts.models.attempt import Attempt
from webapp.accounts.models.company import Account, Company, SetupLock
from webapp.accounts.models.session import ResetToken, Session, naive

__all__ = ["Account", "Attempt", "Company", "ResetToken", "Session", "SetupLock", "naive"]
