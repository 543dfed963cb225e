"""How much of the time all devices that a person sees were there, up to the last full hour.

It depends on nothing but the hour and which devices these are, so it is counted once an hour for each person, and for
more than 500 in the background, since thousands take a second; until then the figure of the hour before stands. Nobody
is told another's; with other devices, or the same without one that was switched off, the figure is counted anew.
"""

from __future__ import annotations

import threading

from webapp.accounts.principal import Principal
from webapp.accounts.services.acting import acting
from webapp.common import clock, jobs
from webapp.health.models import rollup
from webapp.health.models.rollup import Counts
from webapp.health.services.shares import Three, said, until

AT_ONCE = 500  # devices that are counted within a request
PATIENCE = 60  # seconds after which a count that has not ended is begun anew
Key = tuple[int, ...]  # person, hour since 1970, how many devices, and the sums of `Counts`

_kept: dict[int, tuple[Key, Three]] = {}  # the newest of each person
_counting: dict[Key, float] = {}  # since when, monotonic
_lock = threading.Lock()


def told(by: Principal, counts: Counts) -> tuple[tuple[str, str, str], ...]:
    """As `shares.said`; empty while it is not known."""
    found = of_all(by, counts)
    return said(found) if found else ()


def of_all(by: Principal, counts: Counts) -> Three | None:
    """None without a watched device, and until thousands are counted. `counts` is what the person sees now."""
    if not counts.watched:
        return None
    key = (by.id, int(clock.now().timestamp()) // 3600, counts.watched, counts.ids, counts.squares)
    with _lock:
        former, found = _kept.get(by.id, ((), None))
        found = found if former[2:] == key[2:] else None
        if former == key or clock.monotonic() - _counting.get(key, -PATIENCE) < PATIENCE:
            return found
        _counting[key] = clock.monotonic()
    if counts.watched > AT_ONCE:
        jobs.enqueue(count_for, *key)
        return found
    return count(by, key)


def count_for(*key: int) -> None:
    if by := acting(key[0], "", ""):
        count(by, key)


def count(by: Principal, key: Key) -> Three | None:
    """Count and keep, unless these are other devices by now: then, as after a failure, who asks next begins anew."""
    found, devices, (_id, hour, watched, *_sums) = None, rollup.watched_by(by), key
    try:
        counted = until(hour * 3600 - 1, devices, watched)
        found = counted if rollup.which_are(devices) == key[2:] else None
    finally:
        with _lock:
            keep(key, found)
    return found


def keep(key: Key, found: Three | None) -> None:
    """None: it is not known after all. The lock is held."""
    _counting.pop(key, None)
    if found:
        _kept[key[0]] = key, found


def forget() -> None:
    with _lock:
        _kept.clear()
        _counting.clear()
