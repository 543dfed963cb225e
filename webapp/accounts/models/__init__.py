"""Companies, people, their sessions, and how often somebody guessed, as rows."""

from webapp.accounts.models.attempt import Attempt
from webapp.accounts.models.company import Account, Company, CompanyRole, SetupLock
from webapp.accounts.models.factor import Passkey, PasskeyChallenge, PendingSignIn, RecoveryCode, SecondFactor
from webapp.accounts.models.logo import Logo
from webapp.accounts.models.session import ResetToken, Session, naive

__all__ = [
    "Account",
    "Attempt",
    "Company",
    "CompanyRole",
    "Logo",
    "Passkey",
    "PasskeyChallenge",
    "PendingSignIn",
    "RecoveryCode",
    "ResetToken",
    "SecondFactor",
    "Session",
    "SetupLock",
    "naive",
]
