"""What time it is: one place, so that a test can travel."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Now in UTC, aware, to the microsecond."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever grow: for deadlines and intervals."""
    return time.monotonic()
