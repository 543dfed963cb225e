"""Is it them or us? When many devices at many places fall silent at once, our own connection is the likelier fault."""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum
from typing import NamedTuple

DEVICES, SITES, SHARE = 5, 3, 0.5  # at least so many silent ones, at so many sites, more than this part of all


class Blame(Enum):
    THEM = "them"
    US = "us"
    WAIT = "wait"  # too little has been heard of others to tell


class Heard(NamedTuple):
    at: float  # monotonic
    site_id: int
    reached: bool


class Uplink:
    """The latest outcome of each device, oldest first. For one thread."""

    def __init__(self, patience: float) -> None:
        self.patience = patience  # seconds in which everybody has been asked once
        self.heard: OrderedDict[int, Heard] = OrderedDict()

    def hear(self, device_id: int, site_id: int, reached: bool, at: float) -> None:
        self.heard[device_id] = Heard(at, site_id, reached)
        self.heard.move_to_end(device_id)
        while self.heard and next(iter(self.heard.values())).at < at - 3 * self.patience:
            self.heard.popitem(last=False)

    def blame(self, since: float, now: float) -> Blame:
        """Whose fault a silence is that began at `since`: by what has been heard of all devices from then on."""
        recent = [heard for heard in self.heard.values() if heard.at >= since]
        silent = [heard for heard in recent if not heard.reached]
        if self.is_ours(silent, len(recent)):
            return Blame.US
        known = {heard.site_id for heard in self.heard.values()}
        if len(silent) < len(recent) or len(self.heard) < DEVICES or len(known) < SITES:
            return Blame.THEM
        return Blame.THEM if now - since >= self.patience else Blame.WAIT

    def is_ours(self, silent: list[Heard], total: int) -> bool:
        places = {heard.site_id for heard in silent}
        return len(silent) >= DEVICES and len(places) >= SITES and len(silent) > SHARE * total
