"""Is it them or us? When many devices at many places fall silent at once, our own connection is the likelier fault."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

DEVICES, SITES, SHARE = 5, 3, 0.5  # at least so many silent ones, at so many sites, more than this part of all
MANY, LATE = 1000, 1.0  # of so many devices the picture may be so many seconds old: a tenth of a core when all are gone


class Blame(Enum):
    THEM = "them"
    US = "us"
    WAIT = "wait"  # too little has been heard of others to tell


class Heard(NamedTuple):
    at: float  # monotonic
    site_id: int
    reached: bool


class Picture:
    """What was heard of all, the newest first: of the first so many, how many were silent, and at how many sites."""

    def __init__(self, heard: Iterable[Heard], at: float) -> None:
        self.at = at
        newest = sorted(heard, reverse=True)
        self.ages = [-one.at for one in newest]
        self.silent, self.places = [0], [0]
        sites: set[int] = set()
        for one in newest:
            sites |= set() if one.reached else {one.site_id}
            self.silent.append(self.silent[-1] + (not one.reached))
            self.places.append(len(sites))
        self.sites = len({one.site_id for one in newest})

    def since(self, since: float) -> tuple[int, int, int]:
        """How many devices were heard of from then on, how many of them were silent, and at how many sites."""
        first = bisect_right(self.ages, -since)
        return first, self.silent[first], self.places[first]


class Uplink:
    """The latest outcome of each device. For one thread."""

    def __init__(self, patience: float) -> None:
        self.patience = patience  # seconds in which everybody has been asked once
        self.heard: dict[int, Heard] = {}
        self.tidied_at = 0.0
        self.picture: Picture | None = None

    def hear(self, device_id: int, site_id: int, reached: bool, at: float) -> None:
        self.heard[device_id] = Heard(at, site_id, reached)
        if self.picture and (len(self.heard) < MANY or at - self.picture.at >= LATE):
            self.picture = None
        if at - self.tidied_at >= self.patience:
            self.heard, self.tidied_at = self.of_late(at), at

    def of_late(self, now: float) -> dict[int, Heard]:
        """What was heard of those that are still asked."""
        oldest = now - 3 * self.patience
        return {device_id: heard for device_id, heard in self.heard.items() if heard.at >= oldest}

    def blame(self, since: float, now: float) -> Blame:
        """Whose fault a silence is that began at `since`: by what has been heard of all devices from then on."""
        picture = self.picture = self.picture or Picture(self.of_late(now).values(), now)
        total, silent, places = picture.since(since)
        if silent >= DEVICES and places >= SITES and silent > SHARE * total:
            return Blame.US
        if silent < total or len(picture.ages) < DEVICES or picture.sites < SITES:
            return Blame.THEM
        return Blame.THEM if now - since >= self.patience else Blame.WAIT
